"""An indicator at a unit, as its own page draws it: chart with axes, table, definition."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext

from boards.charts.axes import Axes, axes
from boards.charts.points import (
    MarkFace,
    PointFace,
    Suggestion,
    cause_text,
    kinds,
    mark_faces,
    mark_text,
    point_faces,
    suggestion,
)
from boards.charts.sparkline import Spark
from boards.charts.variation import icons_of, scale_of
from boards.charts.words import ChartFace, chart_face, chart_name, usual_text, value_text
from boards.drawing.aims import target_text
from boards.drawing.faces import StatusFace, TileFace
from boards.drawing.statuses import status_face
from boards.drawing.tiles import (
    Hanging,
    chart_text,
    coverage_of,
    lines_text,
    measured,
    period_of,
    reported,
    spark_of,
    tile_face,
)
from boards.pages.explaining import Explained, explained, may_confirm
from boards.pages.leaving_out import LeavingOut, leaving_out
from boards.queries import Reader, figure_series, figure_why
from core.language import in_language
from indicators.models import Indicator
from indicators.queries import Point, Series, Wanted
from organisation.choices import Do
from organisation.models import Period, Unit
from organisation.queries import may


@dataclass(frozen=True)
class Row:
    """A period in the table beside the chart."""

    period: str
    code: str
    figure: str
    target: str
    usual: str
    status: StatusFace
    coverage: str
    said: str


@dataclass(frozen=True)
class SheetFace:
    """The page of one indicator at one unit."""

    indicator: Indicator
    unit: Unit
    definition: str
    tile: TileFace
    spark: Spark | None
    axes: Axes | None
    chart_text: str
    chart: ChartFace | None
    can_define: bool
    rows: tuple[Row, ...]
    why: Explained | None
    leaving_out: LeavingOut
    points: tuple[PointFace, ...]
    marks: tuple[MarkFace, ...]
    suggestion: Suggestion
    #: What a lead may mark: periods (code, name), newest first, and kinds; empty for everyone else.
    choices: tuple[tuple[str, str], ...]
    kinds: Sequence[tuple[str, str]]

    @property
    def told(self) -> str:
        """What stands beside the status: what is aimed at or awaited, of when, how old."""
        return " · ".join(filter(None, (self.tile.beside, self.tile.dated, self.tile.age)))

    @property
    def tells_coverage(self) -> bool:
        """Whether any figure has several who report it; a column of blanks would say nothing."""
        return any(row.coverage for row in self.rows)


#: Where the first line below a drawing stands, and the next one from it, in the drawing's own units.
FOOT, LEADING = 130, 8


@dataclass(frozen=True)
class DrawingFace:
    """The chart as a file of its own."""

    title: str
    #: Which chart it is: "p′ chart".
    chart: str
    spark: Spark | None
    axes: Axes | None
    chart_text: str
    #: What stands below the drawing: its lines, what they say of the latest figure and of the target, what people marked.
    lines: tuple[str, ...]

    @property
    def rows(self) -> list[tuple[int, str]]:
        """The lines with the height at which each stands."""
        return [(FOOT + place * LEADING, line) for place, line in enumerate(self.lines)]

    @property
    def height(self) -> int:
        """The height of the whole drawing, of which the width is 400."""
        return max(150, FOOT + len(self.lines) * LEADING - LEADING // 2)

    @property
    def pixels(self) -> int:
        """The height in pixels, of which the width has 1,200."""
        return 3 * self.height


def sheet_face(
    indicator: Indicator, unit: Unit, person: Reader, *, today: dt.date, period: Period | None = None
) -> SheetFace:
    """Read and draw the page; with a period, that one is explained, else the one that is due."""
    wanted = Wanted(indicator.pk, unit.pk, period.frequency if period else indicator.frequency)
    series = figure_series(wanted, person, today=today)
    points, chart = reported(series), series.chart
    told = period or (series.due.period if series.due else None)
    answer = figure_why(wanted, told, person, today=today) if told else None
    hanging = Hanging(key="sheet", address="", place="", owner="", owner_name="", can_enter=False)
    return SheetFace(
        indicator=indicator,
        unit=unit,
        definition=in_language(indicator.text_en, indicator.text_fr),
        tile=tile_face(series, hanging, today=today),
        spark=spark_of(series),
        axes=axes(series, today),
        chart_text=chart_text(series, today),
        chart=chart_face(series, tuple(_between_rows(series, today)) if chart.is_between else ()),
        can_define=person.has_perm("indicators.change_indicator"),
        rows=tuple(_rows(series, points, today)),
        why=explained(answer, today=today, may_confirm=may_confirm(answer, person, today)) if answer else None,
        leaving_out=leaving_out(indicator, unit, person, today=today),
        points=point_faces(series, today),
        marks=mark_faces(series, chart.points, today),
        suggestion=suggestion(series, today),
        choices=_choices(points, today) if may(person, Do.SET_TARGET, unit, on=today) else (),
        kinds=kinds(),
    )


def _rows(series: Series, points: Sequence[Point], today: dt.date) -> Iterator[Row]:
    """Yield the rows of the table, newest first. Where the chart is of what lies between events, they tell nothing of it."""
    indicator, chart = series.indicator, series.chart
    places = {} if chart.is_between else {point.period.pk: place for place, point in enumerate(chart.points)}
    for point in reversed(points):
        place = places.get(point.period.pk)
        yield Row(
            period=period_of(point, today),
            code=point.period.code,
            figure=measured(indicator, point),
            target=target_text(indicator, point.target),
            usual=usual_text(chart, place, *scale_of(chart)) if place is not None else "",
            status=status_face(point.status),
            coverage=coverage_of(point),
            said=cause_text(chart, place) if place is not None else "",
        )


def _between_rows(series: Series, today: dt.date) -> Iterator[tuple[str, str, str, str]]:
    chart = series.chart
    for place, point in reversed(list(enumerate(chart.points))):
        yield (
            period_of(point, today),
            value_text(chart, series.indicator, chart.values[place]),
            usual_text(chart, place, *scale_of(chart)),
            cause_text(chart, place),
        )


def _choices(points: Sequence[Point], today: dt.date) -> tuple[tuple[str, str], ...]:
    return tuple((point.period.code, period_of(point, today)) for point in reversed(points))


def drawing_face(series: Series, *, today: dt.date) -> DrawingFace:
    """Draw the chart for a file."""
    return DrawingFace(
        f"{series.indicator.name}, {series.unit.name}",
        chart_name(series.chart),
        spark_of(series),
        axes(series, today),
        chart_text(series, today),
        tuple(line for line in _below(series, today) if line),
    )


def _below(series: Series, today: dt.date) -> Iterator[str]:
    chart = series.chart
    target = "" if chart.is_between or not chart.points else target_text(series.indicator, chart.points[-1].target)
    aim = gettext("target %(figure)s") % {"figure": target} if target else ""
    yield " ".join(part for part in (lines_text(series), capfirst(f"{aim}.") if aim else "") if part)
    yield from (f"{icon.letter} · {icon.words}" if icon.letter else icon.words for icon in icons_of(chart))
    for one in chart.marks:
        yield f"{period_of(chart.points[one.place], today)} · {mark_text(one.mark)}"


def download_rows(series: Series) -> Iterator[tuple[object, ...]]:
    """Yield the chart's numbers under their names, unrounded, as the API gives them."""
    yield (
        "period", "period_start", "period_end", "value", "target", "mean", "lower_limit", "upper_limit", "variation",
        "rules", "notes", "suppressed", "chart",
    )  # fmt: skip
    chart = series.chart
    for place, point in enumerate(chart.points):
        lines = chart.control.lines_at(place)
        yield (
            point.period.code,
            point.period.starts_on,
            point.period.ends_on,
            chart.values[place],
            None if chart.is_between else point.aim,
            lines.mean,
            lines.lower,
            lines.upper,
            chart.variation_at(place),
            " ".join(f"{cause}{sign:+d}" for cause, sign in chart.fired(place)),
            "; ".join(f"{one.mark.kind}: {one.mark.reason}" for one in chart.marks if one.place == place),
            point.is_small,
            chart.choice.chart,
        )
