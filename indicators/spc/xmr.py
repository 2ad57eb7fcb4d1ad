"""XmR charts the "Making Data Count" way: mean, limits, the four rules, variation and assurance.

Behaves as NHSRplotthedots 0.2.2 but where its answer is an artefact; each such decision is marked *Decided*.
Everything is compared in whole numbers: for y = Y ÷ D, mean = S ÷ nD and mean moving range = M ÷ kD,
"y above mean + 2.66 × range" is (nY − S) × 100k > 266 × Mn. No rounding happens before a result is handed out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from indicators.spc import rules
from indicators.spc.numbers import PRECISION, Number, SpcRefused, common

Improvement = Literal["increase", "decrease", "neutral"]
Assurance = Literal["pass", "fail", "inconsistent"]

#: Limits: 3 ÷ d2 for moving ranges of two points, d2 = 1.128 (Shewhart), rounded as plot-the-dots does; × 100.
LIMIT = 266
#: Screening: D4, the upper limit of a moving range as a multiple of the mean one; × 1000.
SCREEN = 3267
#: Fewer rows than this in a segment: the limits are a trial.
TRIAL_UNDER = 13
#: The shortest baseline that may be fixed.
SHORTEST_BASELINE = 12


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a segment. Without a usable moving range, or without any variation, there are no limits."""

    mean: Decimal | None = None
    moving_range: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    near_lower: Decimal | None = None
    near_upper: Decimal | None = None
    #: Lower and upper limit, unrounded.
    exact: tuple[Fraction, Fraction] | None = None


NO_LINES = Lines()


@dataclass(slots=True)
class Segment:
    """The points between two recalculations; every list has one item a point, in order of date.

    `side` is −1, 0 or 1 against the mean; `outside` and `close` are None where they cannot be told. `cause` is
    the rule that gives a point its name after precedence, with `sign` +1 for high or rising; 0 is common cause.
    """

    first: int
    group: int
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

    @property
    def is_trial(self) -> bool:
        """Whether there are too few points for limits to rely on."""
        return len(self.side) < TRIAL_UNDER


@dataclass(frozen=True, slots=True)
class XmrChart:
    """The segments of a chart, what the latest known point says, and whether the target will be met."""

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

    def variation_at(self, place: int) -> str:
        """Return the variation icon of any point, as if it were the latest."""
        segment, inside = self.at(place)
        return _icon(self.improvement, segment.sign[inside])

    def assurance_at(self, place: int, target: Number | None) -> Assurance | None:
        """Return whether the limits at a point promise that a target will be met."""
        return _assurance(self.at(place)[0].lines, target, self.improvement)


def xmr_chart(
    points: Sequence[Number | None],
    *,
    improvement: Improvement = "increase",
    target: Number | None = None,
    rebased_at: Collection[int] = (),
    ghosts: Collection[int] = (),
    baseline: int | None = None,
    screens_outliers: bool = True,
    minimum_points: int = 0,
) -> XmrChart:
    """Return the chart of points in order of date; `rebased_at` are the positions that begin a new segment.

    `ghosts` are drawn and left out of everything else: their neighbours become adjacent (Making Data Count).
    `baseline`: limits come from so many first rows of each segment. `minimum_points`: segments with fewer known
    points get a mean and no limits (a run chart's worth); 0 gives limits whenever they can be worked out.
    *Decided*: with a minimum, no rule names a point where there are no limits, and too few points have no icon.
    """
    if baseline is not None and baseline < SHORTEST_BASELINE:
        raise SpcRefused("baseline_too_short", "A baseline takes %(least)s points or more.", least=SHORTEST_BASELINE)
    whole, denominator = common(points)
    hidden = frozenset(ghosts)
    starts = sorted({0, *(place for place in rebased_at if 0 <= place < len(whole))})
    first_group = int(0 in rebased_at)
    segments = tuple(
        _with_ghosts(
            _segment(
                [whole[place] for place in range(start, stop) if place not in hidden],
                denominator,
                first=start,
                group=first_group + number,
                baseline=baseline,
                screens=screens_outliers,
                minimum=minimum_points,
            ),
            [place - start for place in range(start, stop) if place in hidden] if hidden else (),
        )
        for number, (start, stop) in enumerate(pairwise([*starts, len(whole)]))
        if stop > start
    )
    known = (place for place in reversed(range(len(whole))) if whole[place] is not None and place not in hidden)
    latest = next(known, None)
    return XmrChart(
        segments,
        improvement,
        _variation(segments, latest, improvement, minimum_points),
        _assurance(segments[-1].lines if segments else NO_LINES, target, improvement),
        latest,
    )


def _segment(
    ys: list[int | None],
    denominator: int,
    *,
    first: int,
    group: int,
    baseline: int | None,
    screens: bool,
    minimum: int,
) -> Segment:
    used = ys if baseline is None else ys[:baseline]
    feeds = [place < len(used) and y is not None for place, y in enumerate(ys)]
    known = [y for y in used if y is not None]
    total, n = sum(known), len(known)
    ranges = [None, *(None if a is None or b is None else abs(b - a) for a, b in pairwise(used))] if used else []
    kept = _screened(ranges) if screens else ranges
    found = [moved for moved in kept if moved is not None]
    spread, k = sum(found), len(found)
    # Decided: limits that screening made zero wide would make every point special; there are none then.
    has_limits = k > 0 and n >= minimum and not (screens and spread == 0)
    reach = n * spread if has_limits else None
    deviations = [None if y is None else n * y - total for y in ys] if n else [None] * len(ys)
    side, outside, close = rules.positions(deviations, reach, k)
    trend = rules.trends(ys)
    shift = rules.shifts(side)
    two = rules.two_of_three(side, close)
    cause, sign = rules.precedence(side, outside, trend, two, shift)
    if minimum and not has_limits:
        cause, sign = ["common"] * len(ys), [0] * len(ys)
    with localcontext(prec=PRECISION):
        scale = [None if moved is None else Decimal(moved) / denominator for moved in kept]
        lines = _lines(total, n, spread, k, denominator, has_limits=has_limits)
    return Segment(
        first, group, lines, feeds, [*scale, *[None] * (len(ys) - len(used))],
        side, outside, close, trend, two, shift, cause, sign,
    )  # fmt: skip


def _with_ghosts(segment: Segment, places: Sequence[int]) -> Segment:
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
    return segment


def _screened(ranges: list[int | None]) -> list[int | None]:
    """Leave out, once, the moving ranges that are not under 3.267 × their mean."""
    found = [moved for moved in ranges if moved is not None]
    bound, k = SCREEN * sum(found), 1000 * len(found)
    return [None if moved is None or moved * k >= bound else moved for moved in ranges]


def _lines(total: int, n: int, spread: int, k: int, denominator: int, *, has_limits: bool) -> Lines:
    if n == 0:
        return NO_LINES
    mean = Decimal(total) / (n * denominator)
    moving_range = Decimal(spread) / (k * denominator) if k else None
    if not has_limits:
        return Lines(mean, moving_range)
    reach = Decimal(LIMIT * spread) / (100 * k * denominator)
    near = Decimal(2 * LIMIT * spread) / (300 * k * denominator)
    # Over one denominator: mean ± reach = (100k × S ± 266n × M) ÷ 100nkD.
    middle, away, under = 100 * k * total, LIMIT * n * spread, 100 * n * k * denominator
    exact = Fraction(middle - away, under), Fraction(middle + away, under)
    return Lines(mean, moving_range, mean - reach, mean + reach, mean - near, mean + near, exact)


def _meaning(improvement: Improvement, sign: int) -> str:
    if sign == 0:
        return "common_cause"
    if improvement == "neutral":
        return "special_cause_neutral_high" if sign > 0 else "special_cause_neutral_low"
    better = (sign > 0) == (improvement == "increase")
    return "special_cause_improvement" if better else "special_cause_concern"


def _variation(segments: Sequence[Segment], latest: int | None, improvement: Improvement, minimum: int) -> str | None:
    """Return the icon of the latest point. *Decided*: of the latest known one, where the last is missing."""
    if latest is None:
        return None if minimum else "common_cause"
    segment = next(segment for segment in reversed(segments) if segment.first <= latest)
    if minimum and sum(segment.feeds) < minimum:
        return None
    return _icon(improvement, segment.sign[latest - segment.first])


def _icon(improvement: Improvement, sign: int) -> str:
    if sign == 0:
        return "common_cause"
    kind = _meaning(improvement, sign).removeprefix("special_cause_").partition("_")[0]
    return f"{kind}_{'high' if sign > 0 else 'low'}"


def _assurance(lines: Lines, target: Number | None, improvement: Improvement) -> Assurance | None:
    """Compare the target with the latest limits; on a limit it is hit or miss. *Decided*: no icon without limits."""
    if target is None or improvement == "neutral" or lines.exact is None:
        return None
    value, (lower, upper) = Fraction(target), lines.exact
    if lower <= value <= upper:
        return "inconsistent"
    return "pass" if (value < lower) == (improvement == "increase") else "fail"
