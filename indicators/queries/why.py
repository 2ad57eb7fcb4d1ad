"""Why a figure is what it is: its equation, its parts, who has not reported, which target, who entered what."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from indicators.calculations import Parts, StatusCode
from indicators.models import Indicator
from organisation.models import Period, Unit


@dataclass(frozen=True, slots=True)
class Entry:
    """An observation as it was written; `replaced_at` None: the one that counts now."""

    parts: Parts
    figure: Decimal | None
    note: str
    source: str
    #: Who entered it; empty for a job or a file.
    person: str
    entered_at: dt.datetime
    revision: int
    period: str
    replaced_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """A unit below and what it adds. Of a unit that the reader may not see, the name alone stays: all else is None."""

    unit: Unit
    parts: Parts | None
    figure: Decimal | None
    #: Of the parent's numerator (denominator, or cases, where that is what weighs), 0 to 1.
    share: Decimal | None
    reporting: int | None
    expected: int | None
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class TargetSource:
    """The target in force and the unit and day from which it comes."""

    target: Decimal | None
    threshold: Decimal | None
    starting_point: Decimal | None
    band_low: Decimal | None
    band_high: Decimal | None
    unit: Unit
    valid_from: dt.date
    is_inherited: bool


@dataclass(frozen=True, slots=True)
class Why:
    """The explanation of one figure. Totals are the same for everyone; figures of hidden units are left out."""

    indicator: Indicator
    unit: Unit
    period: Period
    parts: Parts | None
    figure: Decimal | None
    status: StatusCode
    #: "18 ÷ 21 × 100 = 85.7": what was computed from what, rounded as shown.
    equation: str
    children: tuple[Child, ...]
    #: The unit's own observations in the period: one, or several shorter ones.
    own: tuple[Entry, ...]
    #: What its observations said before, newest first.
    earlier: tuple[Entry, ...]
    #: Units under this one that were expected to report and have not.
    missing: tuple[Unit, ...]
    reporting: int
    expected: int | None
    target: TargetSource | None
    definition_version: int
    computed_at: dt.datetime | None
    is_exact: bool
    #: What a trajectory measure adds: its name, its count of episodes. Filled by the caller.
    measure: dict[str, Any] = field(default_factory=dict)


def why(
    *, indicator: Indicator, unit: Unit, period: Period, today: dt.date, visible: Collection[int] | None = None
) -> Why:
    """Explain a figure. `visible`: ids of the units whose figures the reader may see; None: all."""
    raise NotImplementedError
