"""XmR charts the "Making Data Count" way: mean, limits, the four rules, variation and assurance.

Behaves as NHSRplotthedots 0.2.2 but where its answer is an artefact; each such decision is marked *Decided*.
Everything is compared in whole numbers: for y = Y ÷ D, mean = S ÷ nD and mean moving range = M ÷ kD,
"y above mean + 2.66 × range" is (nY − S) × 100k > 266 × Mn. No rounding happens before a result is handed out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

from indicators.spc import rules
from indicators.spc.chart import NO_LINES, ControlChart, Improvement, Lines, Segment, control_chart, with_ghosts
from indicators.spc.numbers import PRECISION, Number, SpcRefused, common

#: Limits: 3 ÷ d2 for moving ranges of two points, d2 = 1.128 (Shewhart), rounded as plot-the-dots does; × 100.
LIMIT = 266
#: Screening: D4, the upper limit of a moving range as a multiple of the mean one; × 1000.
SCREEN = 3267
#: The shortest baseline that may be fixed.
SHORTEST_BASELINE = 12


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
) -> ControlChart:
    """Return the chart of points in order of date; `rebased_at` are the positions that begin a new segment.

    `ghosts` are drawn and left out of everything else: their neighbours become adjacent (Making Data Count).
    `baseline`: limits come from so many first rows of each segment. `minimum_points`: segments with fewer known
    points get their median and no limits (a run chart); 0 gives limits, and the mean, whenever they can be worked out.
    *Decided*: with a minimum, no rule names a point where there are no limits, and too few points have no icon.
    """
    if baseline is not None and baseline < SHORTEST_BASELINE:
        raise SpcRefused("baseline_too_short", "A baseline takes %(least)s points or more.", least=SHORTEST_BASELINE)
    whole, denominator = common(points)
    hidden = frozenset(ghosts)
    starts = sorted({0, *(place for place in rebased_at if 0 <= place < len(whole))})
    first_group = int(0 in rebased_at)
    segments = tuple(
        with_ghosts(
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
    return control_chart(segments, improvement=improvement, target=target, latest=latest, minimum=minimum_points)


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
    has_limits = k > 0 and n >= minimum and (spread > 0 or not (screens or minimum))
    reach = n * spread if has_limits else None
    if minimum and not has_limits and n:
        middle = sorted(known)
        total, n = middle[(n - 1) // 2] + middle[n // 2], 2
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
