"""Requests whose text holds a NUL: no keyboard writes one, and PostgreSQL takes none in a text."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.views.defaults import bad_request

#: What psycopg says of one.
TOLD = "A string literal cannot contain NUL (0x00) characters."


class RefuseNul:
    """Answer 400 where the database refuses such a text: whoever sent it made the request by hand."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answer for the view that broke off; any other fault stays one."""
        if isinstance(exception, ValueError) and str(exception) == TOLD:
            return bad_request(request, exception)
        return None
