"""Read the calendar. Formulaic periods outside it are made by `organisation.operations`."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet

from core.periods import UnknownPeriod
from organisation.models import Period


def period_by_code(code: str) -> Period:
    """Return the period of a code, or raise `UnknownPeriod` if the calendar does not hold it."""
    period = Period.objects.filter(code=code).first()
    if period is None:
        raise UnknownPeriod(code)
    return period


def periods_by_code(codes: Iterable[str]) -> dict[str, Period]:
    """Return the periods that the calendar holds, by code, with one query."""
    return {period.code: period for period in Period.objects.filter(code__in=set(codes))}


def period_containing(frequency: str, day: dt.date) -> Period | None:
    """Return the period of a frequency in which a day lies, if the calendar holds one."""
    return Period.objects.filter(frequency=frequency, starts_on__lte=day, ends_on__gte=day).first()


def last_closed(frequency: str, today: dt.date) -> Period | None:
    """Return the latest period of a frequency that ended before today."""
    return Period.objects.filter(frequency=frequency, ends_on__lt=today).order_by("-ends_on").first()


def periods_between(frequency: str, first: dt.date, last: dt.date) -> QuerySet[Period]:
    """Return in order the periods of a frequency that share a day with first…last (both included)."""
    found = Period.objects.filter(frequency=frequency, starts_on__lte=last, ends_on__gte=first)
    return found.order_by("starts_on")
