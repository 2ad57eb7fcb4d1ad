"""Who asks, for what, and when: the beginning of every view."""

import datetime as dt
import hashlib
import re
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from organisation.models import Person

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')


def clock() -> tuple[dt.datetime, dt.date]:
    """Return now, in the organisation's zone, and its day."""
    now = timezone.localtime()
    return now, now.date()


def person_of(request: HttpRequest) -> Person:
    """Return who has signed in; for views that ask for that."""
    return cast("Person", request.user)


def fresh_or_304(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """Draw a partial with an ETag of what was drawn; 304 when the page has exactly that already.

    The tokens of forms, which differ each time, do not count: those that the page has hold as well.
    """
    response = render(request, template, context)
    etag = quote_etag(hashlib.sha256(TOKEN.sub(b"", response.content)).hexdigest()[:32])
    answer = get_conditional_response(request, etag=etag, response=response) or response
    answer["ETag"], answer["Cache-Control"] = etag, "private, no-cache"
    return answer
