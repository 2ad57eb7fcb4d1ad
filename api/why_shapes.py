"""What `values/…/why/` answers, row by row."""

import datetime as dt
from typing import Any, Literal, TypedDict

from api.suspicions import Suspicion
from indicators.calculations.exactness import ExactnessCode, Reason
from indicators.calculations.windows import Window
from indicators.choices import Source, Status

#: Why a part of an index has no score: what `left_out_because` says, without the empty word.
LeftOut = Literal["not applicable", "no figure", "no direction", "no target", "no starting point"]


class PartsRow(TypedDict):
    """The parts of a figure; `histogram` is `{"days": cases}`, `people` how many different ones.

    Not `applicable`: the unit said that there was nothing to report.
    """

    numerator: float | None
    denominator: float | None
    histogram: dict[str, int] | None
    people: int | None
    applicable: bool


class BoundsRow(TypedDict):
    """Between which numbers an estimate lies, with what confidence (0.95)."""

    lower: int
    upper: int
    confidence: float


class ChildRow(TypedDict):
    """What a unit below adds. `hidden`: you may not see its figures; `suppressed`: they are too small to show.

    `left_out`: why it is not counted in the figure above, null if it is. `suspect`: how many reports in it are doubted.
    `closed_on`: its last day, where it closed before the period ended; what it had reported counts, but no stock is left
    of it at the end of a longer period.
    """

    unit: str
    name_en: str
    name_fr: str
    value: float | None
    parts: PartsRow | None
    share: float | None
    reporting: int | None
    expected: int | None
    left_out: str | None
    closed_on: dt.date | None
    suspect: int
    hidden: bool
    suppressed: bool
    #: Where it is explained in turn; null where you may not see it.
    why: str | None


class ComponentRow(TypedDict):
    """An indicator from whose figure here this one is computed. Score, weight and contribution are those of an index.

    `left_out`: why a part of an index has no score here, null if it has one.
    """

    indicator: str
    value: float | None
    reporting: int
    expected: int | None
    score: float | None
    weight: float | None
    contribution: float | None
    left_out: LeftOut | None
    why: str
    suppressed: bool


class ConfirmationRow(TypedDict):
    """Who said that a doubted entry is right, when and why, and what had been expected of it."""

    confirmed_by: str | None
    confirmed_at: dt.datetime
    note: str
    suspicions: list[Suspicion]


class EntryRow(TypedDict):
    """An observation as it was written; `replaced_at` null: it counts now."""

    period: str
    value: float | None
    parts: PartsRow
    note: str
    source: Source
    entered_by: str
    entered_at: dt.datetime
    revision: int
    replaced_at: dt.datetime | None
    suspicions: list[Suspicion]
    confirmations: list[ConfirmationRow]


class TargetRow(TypedDict):
    """The target in force, and the unit and day from which it comes."""

    target: float | None
    threshold: float | None
    starting_point: float | None
    band_low: float | None
    band_high: float | None
    unit: str
    valid_from: dt.date
    inherited: bool


class MissingRow(TypedDict):
    """A unit that has not reported: by when it was asked to, and for which period it did last, null if it never has."""

    unit: str
    due_on: dt.date
    last_period: str | None


class MeasureRow(TypedDict):
    """The measure of a trajectory that a job enters into this indicator, as the version that made the figure has it.

    `asked` are the parameters with what the definition says where they are silent. `n` counts what `counts` says, mostly
    episodes. `locked_at`: the period was locked then, and no later version measured it. `earlier_version` measured the
    first part of a period longer than those that are measured, where it asked something else.
    """

    trajectory: str
    measure: str
    params: dict[str, Any]
    asked: dict[str, Any]
    version: int
    counts: Literal["episodes", "contacts", "hand_offs", "people", "repetitions", "silences", "days"]
    n: int | None
    locked_at: dt.datetime | None
    earlier_version: int | None


class WindowRow(TypedDict):
    """The figure of all whole periods up to this one; `with_values` of its `periods` have a figure."""

    window: Window
    period_start: dt.date
    period_end: dt.date
    value: float | None
    reporting: int
    expected: int | None
    periods: int
    with_values: int
    exactness: ExactnessCode
    inexact_because: Reason | None
    bounds: BoundsRow | None


class WhyRow(TypedDict):
    """The explanation of one figure. `missing` are the units that were expected to report and have not.

    `bounds`: of a figure that is estimated (`inexact_because`), between which numbers it lies; else null.
    """

    indicator: str
    unit: str
    period: str
    value: float | None
    parts: PartsRow | None
    equation: str | None
    status: Status
    exact: bool
    exactness: ExactnessCode
    inexact_because: Reason | None
    bounds: BoundsRow | None
    taken_as_zero: int
    suppressed: bool
    reporting: int
    expected: int | None
    missing: list[str]
    missing_since: list[MissingRow]
    target: TargetRow | None
    components: list[ComponentRow]
    children: list[ChildRow]
    own: list[EntryRow]
    earlier: list[EntryRow]
    windows: list[WindowRow]
    measure: MeasureRow | None
    definition_version: int
    computed_at: dt.datetime | None
