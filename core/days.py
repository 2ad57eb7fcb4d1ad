"""Days as people and programs write them."""

import datetime as dt

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _


class NoDay(ValueError):
    """A text that is no day of the calendar; `str()` is the sentence in the reader's language."""


def read_day(text: str) -> dt.date | None:
    """Return a day written as 2026-11-22, None where nothing is written. Raises `NoDay`."""
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise NoDay(_("“%s” is no day; write 2026-11-22.") % text[:40])
    return day
