"""The chart of a series: the one calculation that tile, page, table, wall, export and API show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Generic, NamedTuple, cast

from indicators.choices import ChartType, Direction, Kind, MarkKind
from indicators.models import ChartMark, Indicator
from indicators.queries.charts.subgroups import (
    Chartable,
    P,
    factor_of,
    groups_of,
    kind_of,
    quotients_of,
    spreads_of,
    subgroups_of,
)
from indicators.spc import ControlChart, Runs, runs, shewhart_chart, xmr_chart
from indicators.spc.carrying import Carrying, carrying
from indicators.spc.chart import Assurance, Improvement, Lines
from indicators.spc.choice import BETWEEN, FEWEST, Chart, Choice, Subgroup, choose
from indicators.spc.judging import Groups
from indicators.spc.rules import Cause
from organisation.models import Period

#: Fewer known points since the last rebase make a run chart, without limits and icons (Excel tool of Making Data Count).
MINIMUM_POINTS = FEWEST
#: Charts whose limits are made of moving ranges, which are small where each figure carries over from the one before.
MOVING = frozenset({"xmr", "pp", "up", "ip"})
#: The newest points of a chart between events, which are looked for farther back than others are drawn.
MOST_BETWEEN = 36
#: Charts that a process keeps: some 10 MB of those that walls show all day.
KEPT = 1024
#: Kinds whose figure may be seen by readers from whom its small parts are hidden.
HIDEABLE = frozenset({Kind.RATIO, Kind.DURATION})
IMPROVEMENT: Mapping[str, Improvement] = {Direction.UP: "increase", Direction.DOWN: "decrease"}
CALMER: Mapping[Improvement, Improvement] = {"increase": "decrease", "decrease": "increase", "neutral": "neutral"}


@dataclass(frozen=True, slots=True)
class PlacedMark:
    """What a person has marked, at a point of the chart."""

    place: int
    mark: ChartMark


class Companion(NamedTuple):
    """The chart of how figures spread, below the chart of where they stand: mr or s."""

    kind: str
    values: tuple[Decimal | None, ...]
    control: ControlChart


@dataclass(frozen=True, slots=True)
class SeriesChart(Generic[P]):
    """The chart of ended periods from the first that has a figure; places count its points."""

    choice: Choice
    control: ControlChart
    #: The periods of the points. Of a chart between events: those in which an event ended the time since the one before.
    points: tuple[P, ...]
    #: What is drawn of each: its figure, or what lies between two events.
    values: tuple[Decimal | None, ...]
    #: Of the latest known figure: what the assurance is about.
    target: Decimal | None = None
    marks: tuple[PlacedMark, ...] = ()
    ghosts: frozenset[int] = frozenset()
    #: Places at which a new version of the definition takes effect.
    redefined: frozenset[int] = frozenset()

    @property
    def is_between(self) -> bool:
        """Whether its points are what lies between events: days or cases, not figures."""
        return self.choice.chart in BETWEEN

    @property
    def is_bare(self) -> bool:
        """Whether it has neither limits nor icons, however many points there are."""
        return is_bare(self.choice)

    @property
    def lines(self) -> Lines:
        """The lines of the newest segment, at its latest point."""
        return self.control.segments[-1].lines if self.control.segments else Lines()

    @property
    def is_run_chart(self) -> bool:
        """Whether there are no limits now: too few points yet, or none that vary, or a run chart by choice."""
        return self.lines.upper is None

    @property
    def known(self) -> int:
        """How many points of the newest segment there are to make limits of."""
        return sum(self.control.segments[-1].feeds) if self.control.segments else 0

    @property
    def variation(self) -> str | None:
        """What the latest point says; a run chart has no icons."""
        return None if self.is_bare else self.control.variation

    @property
    def assurance(self) -> Assurance | None:
        """Whether the limits promise that the target will be met."""
        return self.control.assurance

    def variation_at(self, place: int) -> str | None:
        """Return the variation icon of any point, as if it were the latest; None where there is nothing to say."""
        segment, inside = self.control.at(place)
        if self.is_bare or segment.side[inside] is None or sum(segment.feeds) < MINIMUM_POINTS:
            return None
        return self.control.variation_at(place)

    def assurance_at(self, place: int, target: Decimal | None) -> Assurance | None:
        """Return whether the limits at a point promise a target; None where there is nothing to say."""
        if self.is_between or self.variation_at(place) is None:
            return None
        return self.control.assurance_at(place, target)

    def fired(self, place: int) -> list[tuple[Cause, int]]:
        """Return every rule that speaks of a point, each with its sign: +1 high or rising."""
        segment, inside = self.control.at(place)
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

    def runs(self) -> Runs | None:
        """Return Anhøj's analysis of the newest segment; None without a point."""
        if not self.control.segments:
            return None
        segment = self.control.segments[-1]
        # By the side that the chart has found: figures and lines are not rounded to the same digit.
        return runs([side if feeds else None for side, feeds in zip(segment.side, segment.feeds, strict=True)], 0)

    def carrying(self) -> Carrying | None:
        """Return how far the figures of the newest segment carry over; None where no limits are made of how they move."""
        if self.is_run_chart or self.choice.chart not in MOVING:
            return None
        first = self.control.segments[-1].first
        # Those beside one that is left out become neighbours, as they do in the chart.
        kept = [value for place, value in enumerate(self.values) if place >= first and place not in self.ghosts]
        return carrying(kept)

    def companion(self) -> Companion | None:
        """Return the chart of moving ranges below XmR, of standard deviations below x-bar; None where there are no limits."""
        chart, starts = self.choice.chart, [segment.first for segment in self.control.segments]
        if self.is_run_chart or chart not in {"xmr", "xbar"}:
            return None
        if chart == "xbar":
            known = subgroups_of(self.points[-1].rule, self.points)
            spreads = spreads_of(self.points, known)
            kind, values, groups = "s", spreads, quotients_of(known, spreads)
        else:
            kind, values, groups = "mr", self._moved(starts), _bare(self.values)
        control = shewhart_chart(
            kind,
            groups,
            rebased_at=starts[1:],
            ghosts=self.ghosts,
            screens_outliers=False,
            # Of so many figures there is one moving range less.
            minimum_points=MINIMUM_POINTS - (kind == "mr"),
        )
        return Companion(kind, values, control)

    def _moved(self, starts: Sequence[int]) -> tuple[Decimal | None, ...]:
        """Return how far each figure is from the one before in its segment."""
        found: list[Decimal | None] = [None] * len(self.values)
        for start, stop in pairwise([*starts, len(self.values)]):
            for before, after in pairwise(place for place in range(start, stop) if place not in self.ghosts):
                a, b = self.values[before], self.values[after]
                found[after] = None if a is None or b is None else abs(b - a)
        return tuple(found)


class Told(NamedTuple):
    """What decides a chart beside its figures."""

    improvement: Improvement
    target: Decimal | None
    rebased_at: frozenset[int]
    ghosts: frozenset[int]
    screens_outliers: bool


# A wall looks again whenever anything changes, and nearly all of its figures are as they were. What is kept is arithmetic:
# by its figures and what decides beside them, so that it cannot be out of date.
@lru_cache(maxsize=KEPT)
def _xmr(values: tuple[Decimal | None, ...], told: Told, minimum: int) -> ControlChart:
    return xmr_chart(values, **told._asdict(), minimum_points=minimum)


@lru_cache(maxsize=KEPT)
def _shewhart(
    chart: str,
    known: tuple[Subgroup | None, ...],
    spreads: tuple[Decimal | None, ...],
    told: Told,
    times: tuple[tuple[int, Decimal], ...],
) -> ControlChart:
    groups = groups_of(chart, known, spreads)
    return shewhart_chart(chart, groups, **told._asdict(), times=dict(times), minimum_points=MINIMUM_POINTS)


@lru_cache(maxsize=KEPT)
def _gaps(chart: str, values: tuple[Decimal | None, ...], told: Told) -> ControlChart:
    return shewhart_chart(chart, _bare(values), **told._asdict(), minimum_points=MINIMUM_POINTS)


def _bare(values: Sequence[Decimal | None]) -> Groups:
    return Groups(tuple([None if value is None else Fraction(value) for value in values]))


def is_bare(choice: Choice) -> bool:
    """Whether a chart has neither limits nor icons, however many points there are."""
    return choice.chart == "run" and choice.reason != "few"


def improvement_of(indicator: Indicator) -> Improvement:
    """Return which way is better, as charts say it; within a band, neither is."""
    return IMPROVEMENT.get(indicator.direction, "neutral")


def chart_of(
    points: Sequence[P], *, marks: Sequence[ChartMark] = (), named: Chart | None = None, choice: Choice | None = None
) -> SeriesChart[P]:
    """Draw ended periods in their order, with what people have marked, by the rule that holds for the newest.

    Where the definition means something else, limits begin anew. The target of the latest known figure decides the
    assurance. `named`: the chart that someone asks for, instead of the definition's. `choice`: made already.
    """
    first = next((place for place, point in enumerate(points) if point.figure is not None), len(points))
    shown = points[first:]
    if not shown:
        return SeriesChart(choice or Choice("run", "few"), xmr_chart([], minimum_points=MINIMUM_POINTS), (), ())
    rule = shown[-1].rule
    kind = kind_of(rule)
    groups = subgroups_of(rule, shown)
    if choice is None:
        choice = decided(rule, kind, shown, groups, named)
    if choice.chart in BETWEEN:
        return _between(choice, rule, shown, groups, marks)
    placed, redefined = _placed(marks, [point.period for point in shown]) if marks else (), _redefined(shown)
    ghosts = frozenset(one.place for one in placed if one.mark.kind == MarkKind.GHOST)
    latest = next((at for at in reversed(range(len(shown))) if shown[at].figure is not None and at not in ghosts), None)
    target = None if latest is None else shown[latest].aim
    values = tuple([point.figure for point in shown])
    rebased = {one.place for one in placed if one.mark.kind == MarkKind.REBASE} | redefined
    told = Told(improvement_of(rule), target, frozenset(rebased), ghosts, rule.screens_outliers)
    if choice.chart in {"xmr", "run"}:
        # A run chart by choice has as few limits as one of too few points.
        control = _xmr(values, told, len(shown) + 1 if is_bare(choice) else MINIMUM_POINTS)
    else:
        # Where another factor begins, so do limits.
        times = tuple([(start, factor_of(choice.chart, shown[start].rule)) for start in sorted({0, *rebased})])
        spreads = spreads_of(shown, groups) if choice.chart == "xbar" else ()
        control = _shewhart(choice.chart, tuple(groups), spreads, told, times)
    return SeriesChart(choice, control, tuple(shown), values, target, placed, ghosts, redefined)


def decided(
    rule: Indicator,
    kind: str,
    shown: Sequence[Chartable],
    groups: Sequence[Subgroup | None],
    named: Chart | None = None,
) -> Choice:
    """Choose the chart of points from the first that has a figure, and of what stands behind them, by a rule."""
    wanted = named or (None if rule.chart == ChartType.AUTO else rule.chart)
    if kind == Kind.COUNT and any(point.is_small for point in shown):
        # Of the counts that are left, the large ones, limits would be too high.
        return Choice("run", "gaps")
    is_whole = kind not in HIDEABLE or all(point.parts is not None for point in shown if point.figure is not None)
    known = groups if is_whole else [None if point.figure is None else Subgroup(None) for point in shown]
    return choose(kind, rule.statistic, known, named=cast("Chart | None", wanted), is_whole=is_whole)


def _between(
    choice: Choice,
    rule: Indicator,
    shown: Sequence[P],
    groups: Sequence[Subgroup | None],
    marks: Sequence[ChartMark],
) -> SeriesChart[P]:
    """Draw what lies between events. High is calm, so what is better turns round; there is no target of it."""
    eventful = [place for place, group in enumerate(groups) if group is not None and group.events]
    pairs = list(pairwise(eventful))[-MOST_BETWEEN:]
    values = tuple([_gap(choice, shown, groups, before, after) for before, after in pairs])
    points = tuple([shown[after] for _, after in pairs])
    placed = _placed(marks, [point.period for point in points])
    ghosts = frozenset(one.place for one in placed if one.mark.kind == MarkKind.GHOST)
    broken = [point.period.starts_on for point in shown[1:] if point.breaks_line]
    redefined = frozenset(
        place
        for day in broken
        for place in [next((at for at, point in enumerate(points) if point.period.starts_on >= day), 0)]
        if place
    )
    rebased = frozenset(one.place for one in placed if one.mark.kind == MarkKind.REBASE) | redefined
    told = Told(CALMER[improvement_of(rule)], None, rebased, ghosts, rule.screens_outliers)
    control = _gaps(choice.chart, values, told)
    return SeriesChart(choice, control, points, values, None, placed, ghosts, redefined)


def _gap(
    choice: Choice, shown: Sequence[Chartable], groups: Sequence[Subgroup | None], before: int, after: int
) -> Decimal | None:
    """Return days from one event to the next (t), or cases without one between them (g); to the period's precision.

    Not known where a period between them is not known: it may have held an event.
    """
    between = groups[before + 1 : after + 1]
    if None in between:
        return None
    if choice.chart == "t":
        return Decimal((shown[after].period.ends_on - shown[before].period.ends_on).days)
    cases = sum((group.n or Decimal(0) for group in between if group is not None), Decimal(0))
    return max(cases - 1, Decimal(0))


def _redefined(shown: Sequence[Chartable]) -> frozenset[int]:
    return frozenset([place for place, point in enumerate(shown) if point.breaks_line and place])


def _placed(marks: Sequence[ChartMark], periods: Sequence[Period]) -> tuple[PlacedMark, ...]:
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
    return tuple(found)
