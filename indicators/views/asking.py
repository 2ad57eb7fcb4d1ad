"""Who asks, for what, and when: the beginning of every view."""

import datetime as dt
from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from organisation.models import Person


def clock() -> tuple[dt.datetime, dt.date]:
    """Return now, in the organisation's zone, and its day."""
    now = timezone.localtime()
    return now, now.date()


def enterer_of(request: HttpRequest) -> Person:
    """Return who has signed in, if any of their roles lets them enter figures; else the answer is 403 with a sentence."""
    if not getattr(request.user, "enters_figures", False):
        raise PermissionDenied(
            _("Your roles let you look at figures, not enter them. A lead or an administrator can help.")
        )
    return person_of(request)


def person_of(request: HttpRequest) -> Person:
    """Return who has signed in; for views that ask for that."""
    return cast("Person", request.user)
