"""The XmR chart of a series: the one calculation that tile, chart, table, export and API show."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median

from indicators.choices import Direction, MarkKind
from indicators.models import ChartMark, Indicator
from indicators.spc import XmrChart, xmr_chart
from indicators.spc.rules import Cause
from indicators.spc.xmr import Assurance, Improvement, Lines
from organisation.models import Period

#: Fewer known points since the last rebase make a run chart, without limits and icons (Excel tool of Making Data Count).
MINIMUM_POINTS = 13
IMPROVEMENT: Mapping[str, Improvement] = {Direction.UP: "increase", Direction.DOWN: "decrease"}


@dataclass(frozen=True, slots=True)
class PlacedMark:
    """What a person has marked, at a point of the chart."""

    place: int
    mark: ChartMark


@dataclass(frozen=True, slots=True)
class SeriesChart:
    """The chart of ended periods from the first that has a figure; places count from there."""

    #: Where the chart's first point stands among the points of the series.
    first: int
    xmr: XmrChart
    #: Of the latest known figure: what the assurance is about.
    target: Decimal | None = None
    marks: tuple[PlacedMark, ...] = ()
    ghosts: frozenset[int] = frozenset()
    #: Places at which a new version of the definition takes effect.
    redefined: frozenset[int] = frozenset()
    #: By the first place of a stretch without limits: the median of its figures, around which a run chart runs.
    medians: Mapping[int, Decimal] = field(default_factory=dict)

    @property
    def lines(self) -> Lines:
        """The lines of the newest segment."""
        return self.xmr.segments[-1].lines if self.xmr.segments else Lines()

    @property
    def is_run_chart(self) -> bool:
        """Whether there are no limits now: too few points yet, or none that vary."""
        return self.lines.upper is None

    def variation_at(self, place: int) -> str | None:
        """Return the variation icon of any point, as if it were the latest; None where there is nothing to say."""
        segment, inside = self.xmr.at(place)
        if segment.side[inside] is None or sum(segment.feeds) < MINIMUM_POINTS:
            return None
        return self.xmr.variation_at(place)

    def assurance_at(self, place: int, target: Decimal | None) -> Assurance | None:
        """Return whether the limits at a point promise a target; None where there is nothing to say."""
        return None if self.variation_at(place) is None else self.xmr.assurance_at(place, target)

    def fired(self, place: int) -> list[tuple[Cause, int]]:
        """Return every rule that speaks of a point, each with its sign: +1 high or rising."""
        segment, inside = self.xmr.at(place)
        if segment.lines.upper is None:
            return []
        side, trend = segment.side[inside] or 0, segment.trend[inside]
        told: list[tuple[Cause, int]] = [
            ("outside", side if segment.outside[inside] else 0),
            ("trend", trend),
            ("two_of_three", side if segment.two_of_three[inside] else 0),
            ("shift", side if segment.shift[inside] else 0),
        ]
        return [(cause, sign) for cause, sign in told if sign]


def improvement_of(indicator: Indicator) -> Improvement:
    """Return which way is better, as charts say it; within a band, neither is."""
    return IMPROVEMENT.get(indicator.direction, "neutral")


def chart_of(
    indicator: Indicator,
    figures: Sequence[Decimal | None],
    periods: Sequence[Period],
    *,
    targets: Sequence[Decimal | None],
    marks: Sequence[ChartMark] = (),
    broken_at: Collection[int] = (),
) -> SeriesChart:
    """Draw figures of ended periods in their order, with the targets in force and what people have marked.

    At `broken_at` the definition means something else: limits begin anew there too.
    The target of the latest known figure decides the assurance.
    """
    first = next((place for place, figure in enumerate(figures) if figure is not None), len(figures))
    shown = periods[first:]
    placed = tuple(_placed(marks, shown)) if marks else ()
    ghosts = frozenset(one.place for one in placed if one.mark.kind == MarkKind.GHOST)
    redefined = frozenset(place - first for place in broken_at if place > first)
    last = next(
        (at for at in reversed(range(first, len(figures))) if figures[at] is not None and at - first not in ghosts),
        None,
    )
    target = None if last is None else targets[last]
    chart = xmr_chart(
        figures[first:],
        improvement=improvement_of(indicator),
        target=target,
        rebased_at={one.place for one in placed if one.mark.kind == MarkKind.REBASE} | redefined,
        ghosts=ghosts,
        screens_outliers=indicator.screens_outliers,
        minimum_points=MINIMUM_POINTS,
    )
    return SeriesChart(first, chart, target, placed, ghosts, redefined, dict(_medians(chart, figures[first:])))


def _medians(chart: XmrChart, figures: Sequence[Decimal | None]) -> Iterator[tuple[int, Decimal]]:
    for segment in chart.segments:
        if segment.lines.upper is None:
            fed = zip(figures[segment.first :], segment.feeds, strict=False)
            known = [figure for figure, feeds in fed if feeds and figure is not None]
            if known:
                yield segment.first, median(known)


def _placed(marks: Sequence[ChartMark], periods: Sequence[Period]) -> list[PlacedMark]:
    """Put each mark at the point whose period holds its first day; a ghost only at the very period it was set for.

    A rebase between two points begins at the later one: it is never lost in silence.
    """
    found: list[PlacedMark] = []
    for mark in marks:
        day = mark.period.starts_on
        place = next((place for place, period in enumerate(periods) if period.ends_on >= day), None)
        if place is None or (place == 0 and day < periods[0].starts_on):
            continue
        if mark.kind != MarkKind.GHOST or periods[place].pk == mark.period_id:
            found.append(PlacedMark(place, mark))
    return found


def usual_lines(indicator: Indicator, figures: Sequence[Decimal | None]) -> Lines:
    """Return mean and limits of figures in their order: the range in which the next one is expected."""
    chart = xmr_chart(figures, screens_outliers=indicator.screens_outliers, minimum_points=MINIMUM_POINTS)
    return chart.segments[-1].lines if chart.segments else Lines()
