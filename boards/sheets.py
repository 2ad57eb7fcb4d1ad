"""An indicator at a unit, as its own page draws it: chart with axes, table, definition."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import get_language

from boards import words
from boards.axes import Axes, axes
from boards.drawing import (
    Hanging,
    chart_text,
    charted,
    coverage_of,
    figure_of,
    period_of,
    spark_of,
    target_text,
    tile_face,
)
from boards.explaining import Explained, explained
from boards.faces import StatusFace, TileFace
from boards.queries import Reader, figure_series
from boards.sparkline import Spark
from boards.statuses import status_face
from indicators.models import Indicator
from indicators.queries import Wanted, why
from organisation.choices import Do
from organisation.models import Unit
from organisation.queries import unit_ids_where


@dataclass(frozen=True)
class Row:
    """A period in the table beside the chart."""

    period: str
    figure: str
    target: str
    status: StatusFace
    coverage: str


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
    rows: tuple[Row, ...]
    why: Explained | None


def sheet_face(indicator: Indicator, unit: Unit, person: Reader, *, today: dt.date) -> SheetFace:
    """Read and draw the page."""
    series = figure_series(Wanted(indicator.pk, unit.pk, indicator.frequency), today=today)
    points = charted(series)
    sight = unit_ids_where(person, Do.SEE, on=today)
    answer = (
        why(indicator=indicator, unit=unit, period=series.due.period, today=today, visible=sight)
        if series.due
        else None
    )
    hanging = Hanging(key="sheet", address="", place="", owner="", owner_name="", can_enter=False)
    return SheetFace(
        indicator=indicator,
        unit=unit,
        definition=(indicator.text_fr if get_language() == "fr" else "") or indicator.text_en,
        tile=tile_face(series, hanging, today=today),
        spark=spark_of(series),
        axes=axes(series, today),
        chart_text=chart_text(series, today),
        rows=tuple(
            Row(
                period=period_of(point, today),
                figure=words.with_unit(figure_of(indicator, point), indicator.unit),
                target=target_text(indicator, point.target),
                status=status_face(point.status),
                coverage=coverage_of(point),
            )
            for point in reversed(points)
        ),
        why=explained(answer, today=today) if answer else None,
    )
