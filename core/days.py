"""Days as people and programs write them."""

import datetime as dt

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

#: Days before are slips: a browser's field says 0026-11-22 while the year is being typed.
FIRST_YEAR = 1900


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
    if day is None or day.year < FIRST_YEAR:
        raise NoDay(_("“%s” is no day; write 2026-11-22.") % text[:40])
    return day


def dated(day: dt.date, pattern: str) -> str:
    """Write a day by a date format in the reader's language; French counts the first of a month as "1er"."""
    return date_format(day, of_first_day(pattern) if day.day == 1 else pattern)


def of_first_day(pattern: str) -> str:
    """Return a date format as the reader's language writes it on the first of a month."""
    return pattern.replace("j", pgettext("date format of the first day of a month", "j"))
