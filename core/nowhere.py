"""The page that is not there."""

from typing import NoReturn

from django.http import Http404, HttpRequest


def nowhere(_request: HttpRequest) -> NoReturn:
    """Answer an address that cannot lead anywhere as any other that leads nowhere."""
    raise Http404
