"""Make periods that the calendar does not hold yet, and draw up its fiscal years."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Case, Value, When

from core import periods
from core.periods import Span, UnknownPeriod
from core.working_days import is_worked
from organisation.choices import Frequency
from organisation.models import Period
from organisation.queries.periods import periods_between, periods_by_code

#: Years outside are slips of the pen (`0226-11`), not history.
FIRST_YEAR, LAST_YEAR = 1900, 2199


class FiscalYearExists(Exception):
    """The calendar already holds this fiscal year; its code is the message."""


def periods_for(codes: Iterable[str]) -> dict[str, Period]:
    """Return the periods of many codes, making the formulaic ones that are missing; an unknown code is left out.

    One query if the calendar holds them all, three otherwise. Two makers at once do no harm.
    """
    found = foreseen_periods(codes)
    missing = [period for period in found.values() if period.pk is None]
    if not missing:
        return found
    _make(missing)
    return found | periods_by_code(period.code for period in missing)


def foreseen_periods(codes: Iterable[str]) -> dict[str, Period]:
    """Return the same with one query and nothing made: those that are missing are not stored until `stored` makes them.

    For figures that may yet be refused: a period without any is nothing that the calendar should hold.
    """
    wanted = set(codes)
    found = periods_by_code(wanted)
    spans = [span for code in sorted(wanted - found.keys()) if (span := _formulaic(code))]
    return found | {span.code: _period(span) for span in spans}


def stored(period: Period) -> Period:
    """Return a period that was foreseen as the calendar holds it, making it if need be."""
    return period if period.pk else period_for(period.code)


def period_for(code: str) -> Period:
    """Return the period of a code, making it if it is formulaic; raise `UnknownPeriod` if there is none."""
    period = periods_for([code]).get(code)
    if period is None:
        raise UnknownPeriod(code)
    return period


def periods_spanning(frequency: str, first: dt.date, last: dt.date) -> list[Period]:
    """Return in order the periods of a frequency that share a day with first…last, making formulaic ones."""
    if frequency not in periods.FORMULAIC:
        return list(periods_between(frequency, first, last))
    codes = [span.code for span in periods.between(frequency, first, last)]
    found = periods_for(codes)
    return [found[code] for code in codes if code in found]


def add_fiscal_year(year: int) -> list[Period]:
    """Add a fiscal year and its 13 periods with the dates of the seed, for the organisation to edit."""
    spans = periods.fiscal_year_seed(year)
    if periods_by_code(span.code for span in spans):
        raise FiscalYearExists(spans[-1].code)
    _make(_period(span) for span in spans)
    found = periods_by_code(span.code for span in spans)
    return [found[span.code] for span in spans]


def mark_days_off(*, region: str) -> int:
    """Say of every day whether it is worked by the holidays of a region; answer how many were otherwise.

    Values follow with the next look at the tree.
    """
    days = Period.objects.filter(frequency=Frequency.DAY)
    wrong = [pk for pk, day, was in days.values_list("pk", "starts_on", "is_worked") if is_worked(day, region) != was]
    flipped = Case(When(is_worked=True, then=Value(value=False)), default=Value(value=True))
    return days.filter(pk__in=wrong).update(is_worked=flipped) if wrong else 0


def _formulaic(code: str) -> Span | None:
    """Return the days of a code if they follow from it and are plausible."""
    try:
        span = periods.parse(code)
    except UnknownPeriod:
        return None
    return span if FIRST_YEAR <= span.first.year <= LAST_YEAR else None


def _period(span: Span) -> Period:
    return Period(
        code=span.code,
        frequency=span.frequency,
        starts_on=span.first,
        ends_on=span.last,
        is_worked=span.frequency != periods.DAY or is_worked(span.first, settings.HOLIDAYS),
    )


def _make(missing: Iterable[Period]) -> None:
    in_order = sorted(missing, key=lambda period: period.code)
    Period.objects.bulk_create(in_order, batch_size=5000, ignore_conflicts=True)
