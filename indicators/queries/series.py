"""What tiles and charts show: for each wanted figure its last periods, target, status and lines, in few queries."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from indicators.calculations import Parts, StatusCode, Xmr
from indicators.models import Indicator
from indicators.queries.targets import TargetInForce
from organisation.models import Period, Unit

#: Three years of months, as charts of variation want.
PERIODS = 36


@dataclass(frozen=True, slots=True)
class Wanted:
    """A figure that someone wants drawn: an indicator at a unit, at the indicator's frequency or a longer one."""

    indicator_id: int
    unit_id: int
    frequency: str


@dataclass(frozen=True, slots=True)
class Point:
    """A period of a series. Without a report `parts` is None; `figure` is None too where nothing can be divided."""

    period: Period
    parts: Parts | None
    #: Unrounded; `shown(figure, indicator.decimals)` is what a person reads.
    figure: Decimal | None
    #: Reports counted in, and expected; `expected` None: nobody in particular, or not known without a report.
    reporting: int
    expected: int | None
    target: TargetInForce | None
    status: StatusCode


@dataclass(frozen=True, slots=True)
class LastEntry:
    """Who wrote the newest observation that stands behind a figure of the unit itself; None for a job or a file."""

    person: str
    initials: str
    source: str
    entered_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Series:
    """All that a tile shows of a figure; drawing it asks the database nothing more."""

    wanted: Wanted
    indicator: Indicator
    unit: Unit
    #: Oldest first, without holes, up to the period that is still open.
    points: tuple[Point, ...]
    #: The newest period that has ended: the one whose status the tile shows.
    due: Point | None
    #: The newest ended period with a figure: what stays on a tile that is late, small, dated and colourless.
    last: Point | None
    status: StatusCode
    #: Last day on which the next report is in time.
    due_on: dt.date | None
    #: The unit's own observation of the last period, if it has one.
    entry: LastEntry | None
    #: Whether the figure adds up from its parts without loss.
    is_exact: bool
    #: Mean and limits of the ended periods.
    lines: Xmr


def series(wanted: Sequence[Wanted], *, today: dt.date, periods: int = PERIODS) -> list[Series]:
    """Return what is wanted, in its order, in the same number of queries for one as for twenty."""
    raise NotImplementedError
