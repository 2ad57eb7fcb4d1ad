"""The points of the large chart, one by one: what a hover, a focus and the table say of each."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from boards.charts.sparkline import HEIGHT, Scale
from boards.charts.variation import rules_text, scale_of
from boards.charts.words import BETWEEN, usual_text, value_text
from boards.drawing import words
from boards.drawing.aims import target_text
from boards.drawing.tiles import measured, period_of
from indicators.choices import MarkKind
from indicators.models import ChartMark
from indicators.queries import Point, Series
from indicators.queries.charts.chart import PlacedMark, SeriesChart

#: Points of a shift that still lasts, before new limits are suggested: the length that names a shift.
LASTING = 7


@dataclass(frozen=True)
class PointFace:
    """A point: where it may be pointed at, and what is said of it."""

    x: str
    width: str
    middle: str
    height: str
    text: str
    is_latest: bool


@dataclass(frozen=True)
class MarkFace:
    """What a person has marked, for the list below the chart."""

    number: int
    period: str
    kind: str
    #: What it is, and why.
    text: str
    by: str
    on: str


def point_faces(series: Series, today: dt.date) -> tuple[PointFace, ...]:
    """Return a column to point at for each figure of the chart."""
    chart, points = series.chart, series.chart.points
    scale = Scale(len(points), Decimal(0), Decimal(0))
    half = (scale.x(1) - scale.x(0)) / 2 if len(points) > 1 else 7.0
    return tuple(
        PointFace(
            x=f"{scale.x(place) - half:.1f}",
            width=f"{2 * half:.1f}",
            middle=f"{scale.x(place):.1f}",
            height=str(HEIGHT),
            text=point_text(series, point, place, today),
            is_latest=place == chart.control.latest,
        )
        for place, point in enumerate(points)
        if chart.values[place] is not None
    )


def point_text(series: Series, point: Point, place: int, today: dt.date) -> str:
    """Say all of a point: period, figure, target, which rules fired, what people noted."""
    chart = series.chart
    figure = measured(series.indicator, point)
    if chart.is_between:
        figure = f"{value_text(chart, series.indicator, chart.values[place])}, {BETWEEN[chart.choice.chart]}"
    target = "" if chart.is_between else target_text(series.indicator, point.target)
    usual = usual_text(chart, place, *scale_of(chart))
    parts = [
        gettext("%(period)s: %(figure)s") % {"period": period_of(point, today), "figure": figure},
        gettext("target %(figure)s") % {"figure": target} if target else "",
        gettext("usual %(range)s") % {"range": usual} if usual else "",
        cause_text(chart, place),
    ]
    return ", ".join(part for part in parts if part)


def cause_text(chart: SeriesChart[Point], place: int) -> str:
    """Say which rules speak of a point, and what people have marked there."""
    said = [rules_text(chart, place)]
    said += [mark_text(one.mark) for one in chart.marks if one.place == place]
    if place in chart.redefined:
        said.append(gettext("a new definition holds from here"))
    return " · ".join(part for part in said if part)


def mark_text(mark: ChartMark) -> str:
    """Say what a person has marked, and why."""
    return gettext("%(mark)s: %(reason)s") % {"mark": mark.get_kind_display(), "reason": mark.reason}


def mark_faces(series: Series, points: Sequence[Point], today: dt.date) -> tuple[MarkFace, ...]:
    """Return the marks of a chart, newest first."""
    return tuple(_mark_face(one, points, today) for one in reversed(series.chart.marks))


def _mark_face(placed: PlacedMark, points: Sequence[Point], today: dt.date) -> MarkFace:
    mark = placed.mark
    return MarkFace(
        mark.pk,
        period_of(points[placed.place], today),
        mark.get_kind_display(),
        mark_text(mark),
        str(mark.made_by or ""),
        words.day_text(mark.made_at.date(), today),
    )


@dataclass(frozen=True)
class Suggestion:
    """New limits from a period on, in words; a person decides, never a rule."""

    text: str = ""
    period: str = ""


def suggestion(series: Series, today: dt.date) -> Suggestion:
    """Suggest new limits where the last figures all lie on one side of the mean."""
    chart, points = series.chart, series.chart.points
    if chart.control.latest is None or chart.is_run_chart:
        return Suggestion()
    segment, inside = chart.control.at(chart.control.latest)
    side, start = segment.side[inside], inside
    while start and segment.side[start - 1] in {side, None}:
        start -= 1
    while segment.side[start] is None:
        start += 1
    lasting = sum(one is not None for one in segment.side[start : inside + 1])
    if not side or lasting < LASTING or not segment.shift[inside]:
        return Suggestion()
    said = gettext("The last %(count)s figures lie above the mean, since %(period)s. ")
    if side < 0:
        said = gettext("The last %(count)s figures lie below the mean, since %(period)s. ")
    first = points[segment.first + start]
    more = gettext("If you know why, and it will last, begin new limits there.")
    # A period that ends in a month's short name brings a full stop of its own in French.
    told = said % {"count": lasting, "period": period_of(first, today).removesuffix(".")}
    return Suggestion(told + more, first.period.code)


def kinds() -> list[tuple[str, str]]:
    """Return what can be marked, for a choice."""
    return [(kind.value, str(kind.label)) for kind in MarkKind]
