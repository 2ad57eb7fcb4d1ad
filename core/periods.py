"""Periods of local days and their codes: `2026-11-22`, `2026-W47`, `2026-11`, `2026-Q4`, `2026`. Knows no database.

Fiscal periods (`FY2026-P08`) and years (`FY2026`) are read here, but their days stand in the organisation's table:
only the seed of that table computes them, with `fiscal_year_seed`.
"""

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from typing import NamedTuple

DAY, WEEK, FISCAL_PERIOD, MONTH = "day", "week", "fiscal_period", "month"
QUARTER, YEAR, FISCAL_YEAR = "quarter", "year", "fiscal_year"

#: Frequencies whose days follow from the code alone.
FORMULAIC = (DAY, WEEK, MONTH, QUARTER, YEAR)

PATTERNS = {
    DAY: re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII),
    WEEK: re.compile(r"(\d{4})-W(\d{2})", re.ASCII),
    FISCAL_PERIOD: re.compile(r"FY(\d{4})-P(\d{2})", re.ASCII),
    MONTH: re.compile(r"(\d{4})-(\d{2})", re.ASCII),
    QUARTER: re.compile(r"(\d{4})-Q(\d)", re.ASCII),
    YEAR: re.compile(r"(\d{4})", re.ASCII),
    FISCAL_YEAR: re.compile(r"FY(\d{4})", re.ASCII),
}

ONE_DAY = dt.timedelta(days=1)


class UnknownPeriod(ValueError):
    """The text is no period's code, or the code of a fiscal period that the calendar does not hold."""

    def __init__(self, text: str) -> None:
        super().__init__(f"“{text}” is no period: write 2026-11-22, 2026-W47, 2026-11, FY2026-P08, 2026-Q4 or 2026.")
        self.text = text


class Span(NamedTuple):
    """A period: its code, its frequency, its first and last day (both included)."""

    code: str
    frequency: str
    first: dt.date
    last: dt.date


def frequency_of(code: str) -> str:
    """Return the frequency a code is written for; its days may still not exist (`2026-02-30`)."""
    for frequency, pattern in PATTERNS.items():
        if pattern.fullmatch(code):
            return frequency
    raise UnknownPeriod(code)


def parse(code: str) -> Span:
    """Return the period of a formulaic code; a fiscal one is unknown here, for its days are the table's to say."""
    frequency = frequency_of(code)
    match = PATTERNS[frequency].fullmatch(code)
    if frequency not in FORMULAIC or match is None:
        raise UnknownPeriod(code)
    try:
        first = _first_day(frequency, [int(number) for number in match.groups()])
        return containing(frequency, first)
    except (ValueError, OverflowError) as error:
        raise UnknownPeriod(code) from error


def _first_day(frequency: str, numbers: list[int]) -> dt.date:
    """Return the first day of year, week, month…; ValueError where there is none (a 53rd week, a 13th month)."""
    if frequency == WEEK:
        return dt.date.fromisocalendar(numbers[0], numbers[1], 1)
    if frequency == QUARTER:
        return dt.date(numbers[0], 3 * numbers[1] - 2, 1)
    year, month, day = [*numbers, 1, 1][:3]
    return dt.date(year, month, day)


def containing(frequency: str, day: dt.date) -> Span:
    """Return the formulaic period of a frequency in which a day lies."""
    if frequency == DAY:
        return Span(day.isoformat(), DAY, day, day)
    if frequency == WEEK:
        year, week, weekday = day.isocalendar()
        monday = day - (weekday - 1) * ONE_DAY
        return Span(f"{year:04}-W{week:02}", WEEK, monday, monday + 6 * ONE_DAY)
    if frequency == MONTH:
        return Span(f"{day.year:04}-{day.month:02}", MONTH, *_months(day.year, day.month, 1))
    if frequency == QUARTER:
        number = (day.month + 2) // 3
        return Span(f"{day.year:04}-Q{number}", QUARTER, *_months(day.year, 3 * number - 2, 3))
    if frequency == YEAR:
        return Span(f"{day.year:04}", YEAR, *_months(day.year, 1, 12))
    raise UnknownPeriod(frequency)


def _months(year: int, first: int, count: int) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of some months of one year."""
    last = first + count - 1
    return dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1])


def between(frequency: str, first: dt.date, last: dt.date) -> Iterator[Span]:
    """Yield in order the formulaic periods that share a day with first…last (both included)."""
    day = first
    while day <= last:
        span = containing(frequency, day)
        yield span
        if span.last == dt.date.max:
            return
        day = span.last + ONE_DAY


def fiscal_year_seed(year: int) -> list[Span]:
    """Return the 13 periods and the fiscal year from 1 April of a year, as a first draft of the organisation's table.

    P1 ends on the fourth Saturday of April, P2 to P12 have 28 days, P13 the rest (29 to 36); so the published
    calendar of 2022–2023 (P1 to 23 April, P13 from 26 February) and its neighbours.
    """
    first, end = dt.date(year, 4, 1), dt.date(year + 1, 3, 31)
    saturday = first + (5 - first.weekday()) % 7 * ONE_DAY
    lasts = [saturday + (21 + 28 * number) * ONE_DAY for number in range(12)] + [end]
    firsts = [first] + [last + ONE_DAY for last in lasts[:-1]]
    periods = [
        Span(f"FY{year}-P{number:02}", FISCAL_PERIOD, *days)
        for number, days in enumerate(zip(firsts, lasts, strict=True), start=1)
    ]
    return [*periods, Span(f"FY{year}", FISCAL_YEAR, first, end)]
