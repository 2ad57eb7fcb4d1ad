"""Since when a series has the kind of chart that it has: one that is chosen by the figures can change with them."""

from typing import NamedTuple

from indicators.queries.charts.chart import decided
from indicators.queries.charts.points import Point
from indicators.queries.charts.series import Series
from indicators.queries.charts.subgroups import kind_of, subgroups_of
from indicators.spc.choice import Choice

#: How many figures back a change is still told.
LATELY = 12


class Changed(NamedTuple):
    """Which chart it was, and the period whose figure has changed it."""

    before: Choice
    point: Point


def changed_lately(series: Series) -> Changed | None:
    """Return which chart the same rule chose before its newest figures, and with which figure that ended; None: the same."""
    ended = [point for point in series.points if point.period.ends_on < point.today]
    known = [place for place, point in enumerate(ended) if point.figure is not None]
    if not known:
        return None
    rule, first = ended[-1].rule, known[0]
    kind, shown = kind_of(rule), ended[first:]
    groups = subgroups_of(rule, shown)
    for place in reversed([place - first for place in known[1:]][-LATELY:]):
        before = decided(rule, kind, shown[:place], groups[:place])
        if before.chart != series.chart.choice.chart:
            return Changed(before, shown[place])
    return None
