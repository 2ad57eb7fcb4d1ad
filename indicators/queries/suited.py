"""The chart that suits a figure's kind, beside the XmR chart of its tile: limits from what stands behind each figure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from indicators.choices import Combine, Direction, Kind, Statistic
from indicators.models import Indicator
from indicators.queries.series import Point, Series
from indicators.spc import answer
from indicators.spc.choice import FEWEST, Chart, Choice, Reason, Subgroup, choose
from organisation.models import Period

PERCENT = Decimal(100)
#: Of charts of what lies between events, a high point is a calm one.
BETWEEN = {"g", "t"}


@dataclass(frozen=True, slots=True)
class SuitedPoint:
    """A point: of a period, or of the period in which an event ended the time since the one before."""

    period: Period
    y: float
    centre: float | None
    lower: float | None
    upper: float | None
    #: −1 below, 1 above the limits, else 0.
    sign: int
    is_left_out: bool
    #: Which stretch between two rebases, from 1.
    part: int


@dataclass(frozen=True, slots=True)
class Runs:
    """Anhøj's analysis of the newest stretch; None where no point is off the centre line."""

    useful: int
    longest: int
    longest_allowed: int
    crossings: int
    crossings_needed: int
    is_signal: bool


@dataclass(frozen=True, slots=True)
class Suited:
    """A chart by the rules of its kind. `better` is the sign of a point that is an improvement; 0: neither is."""

    chart: Chart
    reason: Reason
    points: tuple[SuitedPoint, ...]
    runs: Runs | None
    better: int


def suited(series: Series) -> Suited:
    """Choose and draw the chart of a series' ended periods. Asks the database nothing."""
    points = _ended(series)
    groups = [subgroup_of(point) for point in points]
    chosen = choose(_kind(series.indicator), series.indicator.statistic, groups)
    places, asked = _asked(chosen, series, points, groups)
    columns = answer({"chart": "i" if chosen.chart == "xmr" else chosen.chart, **asked})
    return Suited(
        chosen.chart,
        chosen.reason,
        tuple(_points(columns, [points[place].period for place in places], asked.get("exclude", ()))),
        _runs(columns),
        _better(series.indicator) * (-1 if chosen.chart in BETWEEN else 1),
    )


def choice_of(series: Series) -> Choice:
    """Choose the chart of a series, without drawing it."""
    groups = [subgroup_of(point) for point in _ended(series)]
    return choose(_kind(series.indicator), series.indicator.statistic, groups)


def _ended(series: Series) -> list[Point]:
    return [point for point in series.points[series.chart.first :] if point.period.ends_on < point.today]


def subgroup_of(point: Point) -> Subgroup | None:
    """Return what stands behind the figure of a period; None where there is none."""
    parts, rule = point.parts, point.rule
    if parts is None or point.figure is None:
        return None
    if rule.statistic == Statistic.SHARE_WITHIN:
        within = sum(cases for day, cases in parts.histogram.items() if rule.within is not None and day <= rule.within)
        return Subgroup(Decimal(within), parts.n)
    return Subgroup(parts.numerator, parts.n)


def _kind(indicator: Indicator) -> str:
    is_share = indicator.statistic == Statistic.SHARE_WITHIN
    is_answer = indicator.kind == Kind.YES_NO and indicator.combine == Combine.SHARE
    return Kind.RATIO if is_share or is_answer else indicator.kind


def _asked(
    chosen: Choice, series: Series, points: Sequence[Point], groups: Sequence[Subgroup | None]
) -> tuple[list[int], dict[str, Any]]:
    """Return the places whose points the chart has, and what it is asked with."""
    splits = sorted({segment.first for segment in series.chart.xmr.segments[1:]})
    if chosen.chart in BETWEEN:
        places = [place for place, group in enumerate(groups) if _is_event(group) and place not in series.chart.ghosts]
        ends, between = places[1:], [_between(chosen, points, groups, *pair) for pair in pairwise(places)]
        return ends, {"y": between, "part": [sum(end < split for end in ends) for split in splits]}
    places = list(range(len(points)))
    told: dict[str, Any] = {"part": splits, "exclude": [place + 1 for place in sorted(series.chart.ghosts)]}
    told["screened_mr"] = series.indicator.screens_outliers
    if chosen.chart in {"pp", "up"}:
        told["y"] = [None if group is None else group.events for group in groups]
        told["n"] = [None if group is None else group.n for group in groups]
        told["multiply"] = _factor(series.indicator)
    elif chosen.chart == "xbar":
        told["y"] = [_measurements(point) for point in points]
    else:
        told["y"] = [point.figure for point in points]
    return places, told


def _is_event(group: Subgroup | None) -> bool:
    return group is not None and bool(group.events)


def _between(
    chosen: Choice, points: Sequence[Point], groups: Sequence[Subgroup | None], before: int, after: int
) -> Decimal:
    """Return days from one event to the next (t), or cases without one between them (g); to the period's precision."""
    if chosen.chart == "t":
        return Decimal((points[after].period.ends_on - points[before].period.ends_on).days)
    cases = sum((group.n or Decimal(0) for group in groups[before + 1 : after + 1] if group is not None), Decimal(0))
    return max(cases - 1, Decimal(0))


def _measurements(point: Point) -> list[int] | None:
    return [day for day, cases in point.parts.histogram.items() for _ in range(cases)] if point.parts else None


def _factor(indicator: Indicator) -> Decimal:
    is_per_cent = indicator.factor == 1 and indicator.kind in {Kind.DURATION, Kind.YES_NO}
    return PERCENT if is_per_cent else indicator.factor


def _points(columns: Mapping[str, Any], periods: Sequence[Period], excluded: Sequence[int]) -> Iterator[SuitedPoint]:
    """Draw the points that are known; limits only in stretches that are long enough to rely on."""
    known = [part for part, y in zip(columns["part"], columns["y"], strict=True) if y is not None]
    names = ("y", "cl", "lcl", "ucl", "part")
    for place, (period, *row) in enumerate(zip(periods, *(columns[name] for name in names), strict=True)):
        y, centre, lower, upper, part = row
        if y is None:
            continue
        has_limits = known.count(part) >= FEWEST
        low, high = (lower, upper) if has_limits else (None, None)
        sign = int(high is not None and y > high) - int(low is not None and y < low)
        yield SuitedPoint(period, y, centre, low, high, sign, place + 1 in excluded, part)


def _runs(columns: Mapping[str, Any]) -> Runs | None:
    if not columns["parts"] or columns["parts"][-1]["longest_run"] is None:
        return None
    last = columns["parts"][-1]
    return Runs(
        last["n_useful"],
        last["longest_run"],
        last["longest_run_max"],
        last["n_crossings"],
        last["n_crossings_min"],
        bool(last["runs_signal"]),
    )


def _better(indicator: Indicator) -> int:
    return {Direction.UP: 1, Direction.DOWN: -1}.get(Direction(indicator.direction), 0)
