"""Shewhart charts with the four rules of an XmR chart, each point against its own lines, and with both icons.

The lines are those of `indicators.spc.shewhart`, which `POST /api/v1/spc/` answers with too. On top of them:

* *Outside*, *two of three* and *shift* look at a point's place among its own lines: centre, two and three sigma. Of a p′
  or u′ chart, which is an individuals chart of z-scores drawn back at each denominator (Laney, Quality Engineering 14(4),
  2002), these are the rules of that individuals chart, word for word. A *trend* looks at the figures as they are drawn.
* A g chart has no two-sigma rule and no lower limit to fall under (Making Data Count's own).
* Assurance compares the target with the limits at the latest known point, strictly, as the charts of AUS-DOH's PowerBI-SPC
  do; a limit that was cut at 0 or 1 is where it was cut.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from statistics import median
from types import MappingProxyType
from typing import NamedTuple

from indicators.spc import rules
from indicators.spc.chart import ControlChart, Improvement, Lines, Segment, control_chart, with_ghosts
from indicators.spc.numbers import PRECISION, Number
from indicators.spc.ratios import RATIOS, Ratios
from indicators.spc.shewhart import CHARTS, Drawn, beyond
from indicators.spc.subgroups import Part

#: Charts whose near limits name nothing.
WITHOUT_NEAR = frozenset({"g", "mr", "s"})
#: Charts of which only what lies outside is named: their neighbours share a measurement, or they are no levels.
ONLY_OUTSIDE = frozenset({"mr", "s"})


class Groups(NamedTuple):
    """The subgroups of a chart in order of date; each tuple has one item a subgroup, None where nothing is known."""

    y: tuple[Fraction | None, ...]
    n: tuple[Fraction | None, ...] = ()
    sd: tuple[Decimal | None, ...] = ()


class Counts(NamedTuple):
    """The same of a chart of shares or rates: so many events of so many; neither is known without the other."""

    events: tuple[Decimal | None, ...]
    n: tuple[Decimal | None, ...]


def shewhart_chart(
    kind: str,
    groups: Groups | Counts,
    *,
    improvement: Improvement = "neutral",
    target: Number | None = None,
    rebased_at: Collection[int] = (),
    ghosts: Collection[int] = (),
    times: Mapping[int, Decimal] = MappingProxyType({}),
    screens_outliers: bool = True,
    minimum_points: int = 0,
) -> ControlChart:
    """Return the chart of a kind (the names of `CHARTS`; of `Counts`, those of `RATIOS`).

    `times`: by what figures and lines are multiplied, from a start on. The rest is as of `xmr_chart`. `target` is in the
    unit of what is multiplied.
    """
    known, hidden = groups[0], frozenset(ghosts)
    size = len(known)
    starts = sorted({0, *(place for place in rebased_at if 0 <= place < size)})
    latest = next((at for at in reversed(range(size)) if known[at] is not None and at not in hidden), None)
    segments = []
    with localcontext(prec=PRECISION):
        for group, (start, stop) in enumerate(pairwise([*starts, size])):
            if stop == start:
                continue
            kept = [place for place in range(start, stop) if place not in hidden]
            drawn = _drawn(kind, groups, kept, screens=screens_outliers)
            factor = times.get(start, Decimal(1))
            segment = _segment(drawn, kind, first=start, group=group, minimum=minimum_points, times=factor)
            segments.append(with_ghosts(segment, [place - start for place in range(start, stop) if place in hidden]))
    return control_chart(tuple(segments), improvement=improvement, target=target, latest=latest, minimum=minimum_points)


def _drawn(kind: str, groups: Groups | Counts, kept: Sequence[int], *, screens: bool) -> Drawn:
    everywhere = [True] * len(kept)
    if isinstance(groups, Counts):
        events = [groups.events[place] for place in kept]
        return RATIOS[kind](Ratios(events, [groups.n[place] for place in kept], everywhere, screens=screens))
    return CHARTS[kind](
        Part(
            y=[groups.y[place] for place in kept],
            n=[groups.n[place] for place in kept] if groups.n else [None] * len(kept),
            sd=[groups.sd[place] for place in kept] if groups.sd else [None] * len(kept),
            base=everywhere,
            included=everywhere,
            screens=screens,
        )
    )


def _segment(drawn: Drawn, kind: str, *, first: int, group: int, minimum: int, times: Decimal) -> Segment:
    ys, centre = drawn.figures(), drawn.middle()
    known, size = [y for y in ys if y is not None], len(ys)
    has_limits = len(known) >= minimum and any(
        low is not None and high is not None and low < high for low, high in drawn.limits
    )
    if minimum and not has_limits and known:
        centre = median(known)
    side: list[int | None] = [None if y is None or centre is None else (y > centre) - (y < centre) for y in ys]
    outside: list[bool | None] = [None] * size
    close: list[bool | None] = [None] * size
    mean = None if centre is None else centre * times
    own = [Lines(mean)] * size
    if has_limits:
        outside = beyond(ys, drawn.limits)
        if kind not in WITHOUT_NEAR:
            near = zip(beyond(ys, drawn.near), outside, strict=True)
            close = [None if is_near is None else is_near and not out for is_near, out in near]
        own = [
            Lines(mean, None, *edges)
            for edges in zip(
                *(
                    _multiplied(column, times)
                    for pairs in (drawn.limits, drawn.near)
                    for column in zip(*pairs, strict=True)
                ),
                strict=True,
            )
        ]
    calm = kind in ONLY_OUTSIDE
    trend, shift = ([0] * size, [False] * size) if calm else (rules.trends(ys), rules.shifts(side))
    two = rules.two_of_three(side, close)
    cause, sign = rules.precedence(side, outside, trend, two, shift)
    if not has_limits:
        cause, sign = ["common"] * size, [0] * size
    newest = next((own[at] for at in reversed(range(size)) if ys[at] is not None), own[-1] if own else Lines())
    return Segment(
        first, group, newest, [y is not None for y in ys], [None] * size,
        side, outside, close, trend, two, shift, cause, sign, own if len(set(drawn.limits)) > 1 else None,
    )  # fmt: skip


def _multiplied(lines: Sequence[Decimal | None], times: Decimal) -> Sequence[Decimal | None]:
    return lines if times == 1 else [None if line is None else line * times for line in lines]
