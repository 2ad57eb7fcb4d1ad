"""Labels for the large chart: a few periods below, the figures at its head and foot at the side."""

import datetime as dt
from dataclasses import dataclass

from boards.charts.words import value_text
from boards.drawing.tiles import period_of, spark_of
from indicators.queries import Series

#: Labels below a chart, so that they don't touch on a phone.
MOST_LABELS = 5


@dataclass(frozen=True)
class Axes:
    """Texts at the sides of the chart; `periods` from left to right at even distances."""

    high: str
    low: str
    periods: tuple[str, ...]


def axes(series: Series, today: dt.date) -> Axes | None:
    """Label the chart of a series; None where there is none."""
    points, spark = series.chart.points, spark_of(series)
    if spark is None:
        return None
    count = min(MOST_LABELS, len(points))
    places = sorted({round(at * (len(points) - 1) / max(1, count - 1)) for at in range(count)})
    return Axes(
        high=value_text(series.chart, series.indicator, spark.high),
        low=value_text(series.chart, series.indicator, spark.low),
        periods=tuple(period_of(points[place], today) for place in places),
    )
