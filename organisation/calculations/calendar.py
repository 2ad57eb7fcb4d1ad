"""Check that the periods of a fiscal year follow each other."""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

ONE_DAY = dt.timedelta(days=1)


class Days(NamedTuple):
    """A period's code, first and last day (both included)."""

    code: str
    first: dt.date
    last: dt.date


class Break(NamedTuple):
    """Two periods between which days are missing, or are in both."""

    former: str
    code: str
    is_overlap: bool


def breaks(year: Days, periods: Sequence[Days]) -> list[Break]:
    """Return where the periods of a year, in the order of their codes, do not follow each other day by day.

    The year's own first and last day count as its neighbours, named by its code. No periods break nothing.
    """
    if not periods:
        return []
    before = Days(year.code, dt.date.min, year.first - ONE_DAY)
    after = Days(year.code, year.last + ONE_DAY, dt.date.max)
    row = [before, *sorted(periods), after]
    return [
        Break(former.code, days.code, days.first <= former.last)
        for former, days in pairwise(row)
        if days.first != former.last + ONE_DAY
    ]
