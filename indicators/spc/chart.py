"""What any control chart says, by whatever arithmetic it was made: stretches with their lines, named points, two icons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from indicators.spc import rules
from indicators.spc.numbers import Number

Improvement = Literal["increase", "decrease", "neutral"]
Assurance = Literal["pass", "fail", "inconsistent"]

#: Fewer rows than this in a segment: the limits are a trial.
TRIAL_UNDER = 13


class Lines(NamedTuple):
    """The lines at a point. `mean` is the centre line, the median of a run chart. Without variation there are no limits."""

    mean: Decimal | None = None
    moving_range: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    near_lower: Decimal | None = None
    near_upper: Decimal | None = None
    #: Lower and upper limit, unrounded, where they are fractions.
    exact: tuple[Fraction, Fraction] | None = None


NO_LINES = Lines()


@dataclass(slots=True)
class Segment:
    """The points between two recalculations; every list has one item a point, in order of date.

    `side` is −1, 0 or 1 against the centre; `outside` and `close` are None where they cannot be told. `cause` is
    the rule that gives a point its name after precedence, with `sign` +1 for high or rising; 0 is common cause.
    """

    first: int
    group: int
    #: At the latest known point; everywhere, unless `own` says otherwise.
    lines: Lines
    feeds: list[bool]
    moving_ranges: list[Decimal | None]
    side: list[int | None]
    outside: list[bool | None]
    close: list[bool | None]
    trend: list[int]
    two_of_three: list[bool]
    shift: list[bool]
    cause: list[rules.Cause]
    sign: list[int]
    #: Of charts whose limits follow each denominator: the lines at each point.
    own: list[Lines] | None = None

    @property
    def is_trial(self) -> bool:
        """Whether there are too few points for limits to rely on."""
        return len(self.side) < TRIAL_UNDER

    def lines_at(self, inside: int) -> Lines:
        """Return the lines at a point of the segment."""
        return self.lines if self.own is None else self.own[inside]


@dataclass(frozen=True, slots=True, eq=False)
class ControlChart:
    """The segments of a chart, what the latest known point says, and whether the target will be met.

    Each is itself alone: what is drawn of it can be kept under it.
    """

    segments: tuple[Segment, ...]
    improvement: Improvement
    #: None where there are too few points to say: a run chart has no icons.
    variation: str | None
    assurance: Assurance | None
    #: Where the latest known point stands among the points, or None where there is none.
    latest: int | None

    def point_type(self, sign: int) -> str:
        """Return what a signal of a sign means in this chart's direction."""
        return _meaning(self.improvement, sign)

    def at(self, place: int) -> tuple[Segment, int]:
        """Return the segment of a point, and where it stands there."""
        segment = next(segment for segment in reversed(self.segments) if segment.first <= place)
        return segment, place - segment.first

    def lines_at(self, place: int) -> Lines:
        """Return the lines at a point."""
        segment, inside = self.at(place)
        return segment.lines_at(inside)

    def variation_at(self, place: int) -> str:
        """Return the variation icon of any point, as if it were the latest."""
        segment, inside = self.at(place)
        return _icon(self.improvement, segment.sign[inside])

    def assurance_at(self, place: int, target: Number | None) -> Assurance | None:
        """Return whether the limits at a point promise that a target will be met."""
        return assurance(self.lines_at(place), target, self.improvement)


def control_chart(
    segments: tuple[Segment, ...],
    *,
    improvement: Improvement,
    target: Number | None,
    latest: int | None,
    minimum: int,
) -> ControlChart:
    """Return the chart of some segments with its icons.

    *Decided*: variation is that of the latest known point where the last is missing; with a `minimum`, a segment with
    fewer known points has no icon. Assurance is about the newest segment's limits; none without limits.
    """
    lines = segments[-1].lines if segments else NO_LINES
    found = _variation(segments, latest, improvement, minimum)
    return ControlChart(segments, improvement, found, assurance(lines, target, improvement), latest)


def with_ghosts(segment: Segment, places: Sequence[int]) -> Segment:
    """Put the ghosts back where they stood, with nothing told of them."""
    for place in places:
        segment.feeds.insert(place, False)
        segment.moving_ranges.insert(place, None)
        segment.side.insert(place, None)
        segment.outside.insert(place, None)
        segment.close.insert(place, None)
        segment.trend.insert(place, 0)
        segment.two_of_three.insert(place, False)
        segment.shift.insert(place, False)
        segment.cause.insert(place, "common")
        segment.sign.insert(place, 0)
        if segment.own is not None:
            segment.own.insert(place, Lines(segment.lines.mean))
    return segment


def _variation(segments: Sequence[Segment], latest: int | None, improvement: Improvement, minimum: int) -> str | None:
    if latest is None:
        return None if minimum else "common_cause"
    segment = next(segment for segment in reversed(segments) if segment.first <= latest)
    if minimum and sum(segment.feeds) < minimum:
        return None
    return _icon(improvement, segment.sign[latest - segment.first])


def _meaning(improvement: Improvement, sign: int) -> str:
    if sign == 0:
        return "common_cause"
    if improvement == "neutral":
        return "special_cause_neutral_high" if sign > 0 else "special_cause_neutral_low"
    better = (sign > 0) == (improvement == "increase")
    return "special_cause_improvement" if better else "special_cause_concern"


def _icon(improvement: Improvement, sign: int) -> str:
    if sign == 0:
        return "common_cause"
    kind = _meaning(improvement, sign).removeprefix("special_cause_").partition("_")[0]
    return f"{kind}_{'high' if sign > 0 else 'low'}"


def assurance(lines: Lines, target: Number | None, improvement: Improvement) -> Assurance | None:
    """Compare a target with limits; on a limit it is hit or miss. *Decided*: no icon without limits."""
    if target is None or improvement == "neutral" or lines.upper is None or lines.lower is None:
        return None
    if lines.exact is None and not isinstance(target, Fraction):
        # Decimals compare exactly, and in a twentieth of the time of fractions.
        is_below, is_above = target < lines.lower, target > lines.upper
    else:
        lower, upper = lines.exact or (Fraction(lines.lower), Fraction(lines.upper))
        is_below, is_above = Fraction(target) < lower, Fraction(target) > upper
    if not is_below and not is_above:
        return "inconsistent"
    return "pass" if is_below == (improvement == "increase") else "fail"
