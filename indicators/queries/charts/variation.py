"""The icons of values in long format: each period as its chart has it, which is the chart of the tile."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from indicators.calculations import Parts
from indicators.models import Indicator
from indicators.queries.charts.chart import chart_of
from indicators.queries.charts.series import FAR, PERIODS
from indicators.queries.charts.series_rows import Wanted, calendar_of, expected_periods, kept_values, marks_of
from indicators.queries.definitions.versions import Rules, breaks_line, is_broken_between, rules_of
from indicators.queries.figures.judged import figure_of, is_settled, reported_of
from indicators.queries.figures.kept_values import KeptValue
from indicators.queries.figures.long_format import ValueRow
from organisation.models import Period

#: Figures whose charts are read at a time: memory does not grow with what is asked.
AT_ONCE = 500
Key = tuple[int, int, int]


class Charted(NamedTuple):
    """A period of a chart, without the target: it is told of each row."""

    period: Period
    figure: Decimal | None
    parts: Parts | None
    rule: Indicator
    breaks_line: bool
    aim: Decimal | None = None
    is_small: bool = False


class Icons(NamedTuple):
    """What a chart says of one period; None where it says nothing."""

    variation: str | None
    assurance: str | None


def icons_of(rows: Sequence[ValueRow], *, today: dt.date) -> dict[Key, Icons]:
    """Return the icons of rows by their key; rows of which a chart says nothing are left out.

    Variation is that of the row's own period; assurance compares the target in force then with the limits of its
    stretch. Periods older than the tile's chart, still open, left out by a person or without limits have none.
    """
    often = dict(Period.objects.filter(pk__in={row.key[2] for row in rows}).values_list("pk", "frequency"))
    targets = {row.key: row.target for row in rows}
    wanted = list(dict.fromkeys(Wanted(row.key[0], row.key[1], often[row.key[2]]) for row in rows))
    found: dict[Key, Icons] = {}
    for start in range(0, len(wanted), AT_ONCE):
        found.update(_icons(wanted[start : start + AT_ONCE], targets, today))
    return found


def _icons(
    wanted: Sequence[Wanted], targets: Mapping[Key, Decimal | None], today: dt.date
) -> Iterator[tuple[Key, Icons]]:
    indicators = Indicator.objects.in_bulk({one.indicator_id for one in wanted})
    marks = marks_of(indicators, {one.unit_id for one in wanted})
    points = _points(wanted, indicators, today, PERIODS)
    charts = {one: chart_of(points[one], marks=marks.get((one.indicator_id, one.unit_id), ())) for one in wanted}
    rare = [one for one in wanted if charts[one].is_between]
    for one, far in _points(rare, indicators, today, FAR).items():
        own = marks.get((one.indicator_id, one.unit_id), ())
        charts[one] = chart_of(far, marks=own, choice=charts[one].choice)
    for one, chart in charts.items():
        for place, point in enumerate(chart.points):
            key = (one.indicator_id, one.unit_id, point.period.pk)
            if key in targets:
                yield key, Icons(chart.variation_at(place), chart.assurance_at(place, targets[key]))


def _points(
    wanted: Sequence[Wanted], indicators: Mapping[int, Indicator], today: dt.date, most: int
) -> dict[Wanted, list[Charted]]:
    """Read the ended periods of each chart, `most` at most."""
    if not wanted:
        return {}
    calendar = {
        frequency: [period for period in periods if period.ends_on < today]
        for frequency, periods in calendar_of({one.frequency for one in wanted}, today=today, most=most + 1).items()
    }
    rules, values = rules_of(indicators.values()), kept_values(wanted, calendar)
    found = {}
    for one in wanted:
        periods = expected_periods(one, indicators, calendar, values)
        kept = [values.get((one.indicator_id, one.unit_id, period.pk)) for period in periods]
        found[one] = list(_charted(indicators[one.indicator_id], periods, kept, rules, today))
    return found


def _charted(
    indicator: Indicator, periods: Sequence[Period], kept: Sequence[KeptValue | None], rules: Rules, today: dt.date
) -> Iterator[Charted]:
    before: Charted | None = None
    for period, row in zip(periods, kept, strict=True):
        rule = rules.rule(indicator, period.ends_on)
        found = reported_of(rule, row, period, today=today)
        parts = found.parts
        figure = figure_of(rule, parts) if is_settled(rule, period, found, today=today) else None
        breaks = before is not None and (
            breaks_line(before.rule, rule) or is_broken_between(indicator, before.period.ends_on, period.ends_on)
        )
        before = Charted(period, figure, parts, rule, breaks)
        yield before
