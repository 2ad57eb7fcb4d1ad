"""Who asks, for what, and when: the beginning of every view."""

import datetime as dt
from typing import cast

from django.http import HttpRequest
from django.utils import timezone

from organisation.models import Person


def clock() -> tuple[dt.datetime, dt.date]:
    """Return now, in the organisation's zone, and its day."""
    now = timezone.localtime()
    return now, now.date()


def person_of(request: HttpRequest) -> Person:
    """Return who has signed in; for views that ask for that."""
    return cast("Person", request.user)
