"""The geometry of a tile's XmR chart: numbers in, coordinates out. The template draws; nothing here knows SVG or Django.

Coordinates are strings with one decimal and a point, whatever the reader's language, since they go into attributes.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import groupby, pairwise
from typing import NamedTuple

#: The drawing's own units; the SVG stretches to its tile.
WIDTH, HEIGHT = 312, 84
#: Room for the ring around the last point.
MARGIN_X, MARGIN_Y = 7, 9


@dataclass(frozen=True)
class Limits:
    """Mean and natural process limits of the points `first` to `last`, both included, in the figure's own unit.

    Where there are no limits yet, both lie on the mean: the line alone is drawn.
    """

    first: int
    last: int
    lower: Decimal
    mean: Decimal
    upper: Decimal
    #: Where limits stand apart at each point: lower and upper of each of them, None where there are none.
    own: tuple[tuple[Decimal | None, Decimal | None], ...] = ()

    @property
    def edges(self) -> list[Decimal]:
        """All that must have room in the drawing."""
        return [self.lower, self.upper, *(edge for pair in self.own for edge in pair if edge is not None)]


@dataclass(frozen=True)
class Band:
    """A pale rectangle between the limits, and the mean across it."""

    x: str
    y: str
    width: str
    height: str
    mean_y: str
    end_x: str


class Mark(NamedTuple):
    """A point; `kind` is plain, good, bad or neutral (a special cause: improvement, concern, neither), or ghost."""

    x: str
    y: str
    kind: str


@dataclass(frozen=True)
class Spark:
    """All that is drawn: bands behind, runs of points joined, the stepped target, the last point ringed."""

    bands: tuple[Band, ...]
    runs: tuple[str, ...]
    marks: tuple[Mark, ...]
    target: str
    last: Mark | None
    #: The figures at the foot and the head of the drawing, for those who label it.
    low: Decimal
    high: Decimal
    #: Where a note stands on a date.
    notes: tuple[str, ...] = ()
    #: Where limits stand apart at each point: the ground between them, and the centre lines across it.
    areas: tuple[str, ...] = ()
    centres: tuple[str, ...] = ()

    @property
    def drawn(self) -> list[tuple[str, str]]:
        """The points as one path for each kind: a wall has some 700 of them."""
        found: dict[str, list[str]] = {}
        for mark in self.marks:
            found.setdefault(mark.kind, []).append(f"M{mark.x} {mark.y}h.01")
        return [(kind, "".join(paths)) for kind, paths in found.items()]

    @property
    def view_box(self) -> str:
        """The SVG's viewBox."""
        return f"0 0 {WIDTH} {HEIGHT}"


@dataclass(frozen=True)
class Scale:
    """Positions 0 … count-1 and figures low … high brought into the drawing, where a tenth is the finest there is."""

    count: int
    low: Decimal
    high: Decimal

    def x(self, position: float) -> float:
        """Place a position; one point alone stands at the right, where the latest always is."""
        if self.count == 1:
            return WIDTH - MARGIN_X
        return MARGIN_X + (WIDTH - 2 * MARGIN_X) * position / (self.count - 1)

    def y(self, figure: Decimal) -> float:
        """Place a figure, larger ones higher; figures that are all equal stand in the middle."""
        if self.high == self.low:
            return HEIGHT / 2
        return MARGIN_Y + (HEIGHT - 2 * MARGIN_Y) * float(self.high - figure) / float(self.high - self.low)

    def ys(self, figures: Sequence[Decimal | None]) -> list[str | None]:
        """Place many figures at once: a wall has some 700. Each once, as counts and limits come back; decimals are slow."""
        if self.high == self.low:
            return [None if figure is None else text(HEIGHT / 2) for figure in figures]
        low, foot = float(self.low), HEIGHT - MARGIN_Y
        step = (HEIGHT - 2 * MARGIN_Y) / float(self.high - self.low)
        placed = {one: f"{foot - step * (float(one) - low):.1f}" for one in {*figures} if one is not None}
        return [None if figure is None else placed[figure] for figure in figures]


@lru_cache(maxsize=64)
def _xs(count: int) -> tuple[str, ...]:
    """Return where the points of a chart stand: the same for all charts of as many points."""
    scale = Scale(count, Decimal(0), Decimal(0))
    return tuple(text(scale.x(position)) for position in range(count))


def sparkline(
    points: Sequence[Decimal | None],
    *,
    targets: Sequence[Sequence[Decimal | None]] = (),
    limits: Sequence[Limits] = (),
    causes: Sequence[str] = (),
    breaks: Sequence[int] = (),
    notes: Sequence[int] = (),
) -> Spark | None:
    """Lay out points in time order, None where a period has no figure; None when there is no figure at all.

    The line breaks before each place of `breaks`, as it does where limits begin.

    Each line of `targets` and the `causes` stand beside the points, one each; a band has two lines.
    """
    figures = [point for point in points if point is not None]
    if not figures:
        return None
    reach = [*figures, *(target for line in targets for target in line if target is not None)]
    reach += [edge for limit in limits for edge in limit.edges]
    scale = Scale(len(points), min(reach), max(reach))
    xs = _xs(len(points))
    ys = scale.ys(points)
    marks = tuple(
        Mark(x, y, kind or "plain")
        for x, y, kind in zip(xs, ys, causes or [""] * len(points), strict=True)
        if y is not None
    )
    return Spark(
        bands=tuple(_band(limit, scale) for limit in limits if not limit.own),
        runs=tuple(_runs(xs, ys, {*breaks, *(limit.first for limit in limits)})),
        marks=marks,
        target="".join(_steps(line, scale) for line in targets),
        last=marks[-1] if points[-1] is not None else None,
        low=scale.low,
        high=scale.high,
        notes=tuple(xs[position] for position in notes),
        areas=tuple(area for limit in limits if limit.own for area in _areas(limit, scale)),
        centres=tuple(_centre(limit, scale) for limit in limits if limit.own),
    )


def _areas(limit: Limits, scale: Scale) -> Iterator[str]:
    """Draw the ground between limits that stand apart at each point: steps half-way between two, gaps where there are none."""
    edges = _between(scale.count)
    feet, tops = (scale.ys(line) for line in zip(*limit.own, strict=True))
    places = enumerate(zip(feet, tops, strict=True), start=limit.first)
    for has_limits, group in groupby(places, key=lambda one: None not in one[1]):
        if has_limits:
            steps = [(edges[place], edges[place + 1], foot, top) for place, (foot, top) in group]
            there = "".join([f"V{top}H{right}" for _left, right, _foot, top in steps])
            back = "".join([f"V{foot}H{left}" for left, _right, foot, _top in reversed(steps)])
            yield f"M{steps[0][0]} {steps[0][3]}{there}{back}Z"


@lru_cache(maxsize=64)
def _between(count: int) -> tuple[str, ...]:
    """Return the edges half-way between points, from the left of the first to the right of the last."""
    scale = Scale(count, Decimal(0), Decimal(0))
    return tuple(text(_edge(scale, position - 0.5)) for position in range(count + 1))


def _centre(limit: Limits, scale: Scale) -> str:
    start, end = _edge(scale, limit.first - 0.5), _edge(scale, limit.last + 0.5)
    return f"M{text(start)} {text(scale.y(limit.mean))}H{text(end)}"


def _band(limit: Limits, scale: Scale) -> Band:
    start, end = scale.x(limit.first), scale.x(limit.last)
    top, bottom = scale.y(limit.upper), scale.y(limit.lower)
    return Band(
        x=text(start),
        y=text(top),
        width=text(end - start),
        height=text(bottom - top),
        mean_y=text(scale.y(limit.mean)),
        end_x=text(end),
    )


def _runs(xs: Sequence[str], ys: Sequence[str | None], starts: Collection[int]) -> Iterator[str]:
    """Join neighbours. A period without a figure, a rebase, another meaning are gaps: no zero, no bridge."""
    run: list[str] = []
    for place, (x, y) in enumerate(zip(xs, ys, strict=True)):
        if run and (y is None or place in starts):
            yield " ".join(run)
            run = []
        if y is not None:
            run.append(f"{x},{y}")
    if run:
        yield " ".join(run)


def _steps(targets: Sequence[Decimal | None], scale: Scale) -> str:
    """Draw the target as a path that steps half-way between two periods where it changes."""
    path: list[str] = []
    for is_gap, group in groupby(enumerate(targets), key=lambda pair: pair[1] is None):
        if is_gap:
            continue
        run = [(position, target) for position, target in group if target is not None]
        first, last = run[0][0], run[-1][0]
        path.append(f"M{text(_edge(scale, first - 0.5))} {text(scale.y(run[0][1]))}")
        for (_, before), (position, target) in pairwise(run):
            if target != before:
                path.append(f"H{text(_edge(scale, position - 0.5))}V{text(scale.y(target))}")
        path.append(f"H{text(_edge(scale, last + 0.5))}")
    return "".join(path)


def _edge(scale: Scale, position: float) -> float:
    return min(max(scale.x(position), 0), WIDTH) if scale.count > 1 else (0 if position < 0 else WIDTH)


def text(number: float) -> str:
    """Write a coordinate."""
    return f"{number:.1f}"
