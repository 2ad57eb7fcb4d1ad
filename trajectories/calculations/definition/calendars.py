"""The working calendar of a trajectory: which weekdays count, and which days besides are closed or open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from core.working_days import holidays_in, is_region
from trajectories.calculations.faults import Faults, at, gettext_noop

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
USUAL: Final = WEEKDAYS[:5]
KEYS: Final = ("holidays", "weekdays", "closed", "open")

CALENDAR = gettext_noop("this must be an object such as {holidays: CA-QC, closed: [2026-12-24]}.")
REGION = gettext_noop("no holidays are known of “%(region)s”; write a country and its region, such as CA-QC.")
DAYS = gettext_noop("this must be a list of days such as 2026-12-24.")
NO_WEEKDAY = gettext_noop("a week has at least one working day.")


def read_calendar(given: object, faults: Faults) -> dict[str, Any]:
    """Return what a definition says of working days, without what is usual."""
    place = "calendar"
    known = faults.mapping(given, place, KEYS, CALENDAR)
    region = faults.text(known.get("holidays"), at(place, "holidays"), longest=20)
    if region and not is_region(region):
        faults.tell(at(place, "holidays"), REGION, region=region)
    weekdays = _weekdays(known, faults)
    read: dict[str, Any] = {"holidays": region, "weekdays": [] if tuple(weekdays) == USUAL else weekdays}
    read |= {name: _days(known.get(name), at(place, name), faults) for name in ("closed", "open")}
    return {name: value for name, value in read.items() if value}


def _weekdays(known: Mapping[str, object], faults: Faults) -> list[str]:
    place = "calendar.weekdays"
    if known.get("weekdays") is None:
        return list(USUAL)
    named = [
        faults.choice(one, f"{place}[{number}]", WEEKDAYS, "")
        for number, one in enumerate(faults.items(known["weekdays"], place))
    ]
    if not named:
        faults.tell(place, NO_WEEKDAY)
    return [day for day in WEEKDAYS if day in named]


def _days(given: object, place: str, faults: Faults) -> list[str]:
    days = []
    for number, one in enumerate(faults.items(given, place)):
        try:
            days.append(dt.date.fromisoformat(str(one)[:10]).isoformat())
        except ValueError:
            faults.tell(f"{place}[{number}]", DAYS)
    return sorted(set(days))


@dataclass(frozen=True)
class WorkingCalendar:
    """Weekdays that count, by three letters; a region whose holidays do not; single days closed or open."""

    weekdays: tuple[str, ...] = USUAL
    region: str = ""
    closed: frozenset[dt.date] = frozenset()
    opened: frozenset[dt.date] = frozenset()

    @classmethod
    def of(cls, read: Mapping[str, Any]) -> WorkingCalendar:
        """Return the calendar that a definition names."""
        days = {name: frozenset(map(dt.date.fromisoformat, read.get(name, ()))) for name in ("closed", "open")}
        return cls(tuple(read.get("weekdays") or USUAL), read.get("holidays", ""), days["closed"], days["open"])

    def off(self, years: range) -> frozenset[dt.date]:
        """Return the days of some years that do not count though their weekday would."""
        return (holidays_in(self.region, years.start, years.stop) | self.closed) - self.opened

    def between(self, first: pl.Series, last: pl.Series) -> pl.Series:
        """Return the working days in `[first, last)`, pair by pair; the same day is 0. No day is null."""
        if not first.len():
            return pl.Series(dtype=pl.Int64)
        since, until = first.to_numpy().astype("datetime64[D]"), last.to_numpy().astype("datetime64[D]")
        years = range(int(str(since.min())[:4]), int(str(until.max())[:4]) + 1)
        week = [day in self.weekdays for day in WEEKDAYS]
        off = np.array(sorted(self.off(years)), dtype="datetime64[D]")
        counted = np.busday_count(since, until, weekmask=week, holidays=off)
        return pl.Series(counted, dtype=pl.Int64) + self._opened(since, until, week)

    def _opened(self, since: np.ndarray[Any, Any], until: np.ndarray[Any, Any], week: list[bool]) -> pl.Series:
        """Return how many days count, of those opened on a weekday that else does not."""
        extra = np.array(sorted(day for day in self.opened if not week[day.weekday()]), dtype="datetime64[D]")
        return pl.Series(np.searchsorted(extra, until) - np.searchsorted(extra, since), dtype=pl.Int64)
