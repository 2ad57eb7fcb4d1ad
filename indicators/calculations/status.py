"""What a tile says of its figure: the first status that applies, in the order of design section 3.4."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

StatusCode = Literal[
    "n/a",
    "suspended",
    "not due",
    "pending",
    "late",
    "no data",
    "suspect",
    "act",
    "watch",
    "on target",
    "no target",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that the status of a figure depends on. `value` is the figure, unrounded, or None."""

    value: Decimal | None
    period_ends_on: dt.date
    today: dt.date
    #: Days after the day on which the report is due, and where none is named after the period's end, without being late.
    grace_days: int = 0
    #: The day on which the report is due, where the definition names one.
    due_on: dt.date | None = None
    #: Reports counted in, and reports that were expected; None where nobody is expected to report.
    reporting: int = 0
    expected: int | None = None
    #: Share of the expected reports under which there is no figure to speak of, 0 to 1.
    minimum_coverage: Decimal = Decimal(0)
    direction: str = "none"
    target: Decimal | None = None
    threshold: Decimal | None = None
    band_low: Decimal | None = None
    band_high: Decimal | None = None
    has_report: bool = False
    is_applicable: bool = True
    is_suspended: bool = False
    is_suspect: bool = False
    #: A later period is due already: nobody waits for this one any more.
    is_closed_for_good: bool = False
    #: The job that measures it fails: what stands there may lack what has happened since.
    is_failing: bool = False

    @property
    def last_day_in_time(self) -> dt.date:
        """The last day on which a report is not late."""
        return (self.due_on or self.period_ends_on) + dt.timedelta(days=self.grace_days)

    @property
    def is_complete(self) -> bool:
        """Whether nobody has still to report."""
        return self.has_report and (self.expected is None or self.reporting >= self.expected)

    @property
    def is_covered(self) -> bool:
        """Whether enough have reported."""
        return not self.expected or self.reporting >= self.minimum_coverage * self.expected


def status(reading: Reading) -> StatusCode:
    """Return the first status that applies. A figure that is not there is never compared with anything."""
    return _before_the_figure(reading) or _of_the_figure(reading)


def is_beyond(reading: Reading) -> bool:
    """Answer whether a figure lies beyond its threshold, whatever else its status says."""
    return reading.value is not None and _compared(reading, reading.value) == "act"


def _before_the_figure(reading: Reading) -> StatusCode | None:
    if not reading.is_applicable:
        return "n/a"
    if reading.is_suspended:
        return "suspended"
    if reading.today <= reading.period_ends_on:
        return "not due"
    if not reading.is_complete and not reading.is_failing and reading.today <= reading.last_day_in_time:
        return "pending"
    if (reading.is_failing or not reading.has_report) and not reading.is_closed_for_good:
        return "late"
    return None


def _of_the_figure(reading: Reading) -> StatusCode:
    if not reading.has_report or not reading.is_covered or reading.value is None:
        return "no data"
    if reading.is_suspect:
        return "suspect"
    return _compared(reading, reading.value)


def _compared(reading: Reading, value: Decimal) -> StatusCode:
    """Beyond the threshold is act, short of the target is watch; on a limit counts as the better side of it."""
    if reading.direction == "band":
        return _in_band(reading, value)
    if reading.direction not in {"up", "down"}:
        return "no target"
    sign = 1 if reading.direction == "up" else -1
    if reading.threshold is not None and sign * (value - reading.threshold) < 0:
        return "act"
    if reading.target is None:
        return "no target"
    return "watch" if sign * (value - reading.target) < 0 else "on target"


def _in_band(reading: Reading, value: Decimal) -> StatusCode:
    """Inside the band is on target; watch reaches as far beyond it as the threshold says."""
    if reading.band_low is None or reading.band_high is None:
        return "no target"
    beyond = max(reading.band_low - value, value - reading.band_high)
    if beyond <= 0:
        return "on target"
    return "act" if reading.threshold is not None and beyond > reading.threshold else "watch"
