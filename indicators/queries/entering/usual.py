"""The usual range of a figure before it is entered: the lines of the chart of what its unit has reported so far."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from indicators.calculations import Parts
from indicators.models import Indicator, Observation
from indicators.queries.charts.chart import chart_of
from indicators.queries.charts.series import PERIODS
from indicators.queries.charts.series_rows import Wanted, calendar_of, expected_periods, marks_of
from indicators.queries.charts.variation import Charted
from indicators.queries.definitions.versions import Rules, breaks_line, is_broken_between, rules_of
from indicators.queries.figures.judged import figure_of, parts_of
from indicators.spc import Lines
from organisation.models import Period, Unit

Key = tuple[int, int, int]


class Report(NamedTuple):
    """What a unit has reported of a period. No model: a grid reads thousands."""

    numerator: Decimal | None
    denominator: Decimal | None
    days: list[int] | None
    cases: list[int] | None
    members: list[int] | None
    is_applicable: bool


def usual_lines(
    wanted: Collection[Wanted], indicators: Mapping[int, Indicator], *, before: dt.date
) -> dict[Wanted, Lines]:
    """Return mean and limits of what is wanted, from the last periods that ended before a day, with three queries.

    It is the chart of the tile, of whatever kind, with all that people have marked on it: but of the unit's own figures,
    since those below it enter theirs themselves. Limits that follow the denominators are those of the newest one. No
    limits where the chart has none, nor where it is of what lies between events, which nobody enters.
    """
    if not wanted:
        return {}
    calendar = {
        frequency: [period for period in periods if period.ends_on < before]
        for frequency, periods in calendar_of({one.frequency for one in wanted}, today=before, most=PERIODS + 1).items()
    }
    reports = _reports(wanted, calendar)
    marks = marks_of({one.indicator_id for one in wanted}, {one.unit_id for one in wanted})
    rules = rules_of([indicators[key] for key in {one.indicator_id for one in wanted}])
    found = {}
    for one in wanted:
        periods = expected_periods(one, indicators, calendar, reports)
        own = [reports.get((one.indicator_id, one.unit_id, period.pk)) for period in periods]
        points = list(_points(indicators[one.indicator_id], periods, own, rules))
        chart = chart_of(points, marks=marks.get((one.indicator_id, one.unit_id), ()))
        found[one] = Lines() if chart.is_between else chart.lines
    return found


def usual_of(indicator: Indicator, unit: Unit, period: Period) -> Lines:
    """Return the usual range of one figure, as the grid shows it."""
    wanted = Wanted(indicator.pk, unit.pk, period.frequency)
    return usual_lines([wanted], {indicator.pk: indicator}, before=period.starts_on)[wanted]


def _reports(wanted: Collection[Wanted], calendar: Mapping[str, Sequence[Period]]) -> dict[Key, Parts]:
    rows = Observation.objects.filter(
        indicator__in={one.indicator_id for one in wanted},
        unit__in={one.unit_id for one in wanted},
        period__in=[period.pk for periods in calendar.values() for period in periods],
    ).values_list("indicator_id", "unit_id", "period_id", *Report._fields)
    return {row[:3]: parts_of(Report(*row[3:])) for row in rows}


def _points(
    indicator: Indicator, periods: Sequence[Period], own: Sequence[Parts | None], rules: Rules
) -> Iterator[Charted]:
    before: Charted | None = None
    for period, parts in zip(periods, own, strict=True):
        rule = rules.rule(indicator, period.ends_on)
        breaks = before is not None and (
            breaks_line(before.rule, rule) or is_broken_between(indicator, before.period.ends_on, period.ends_on)
        )
        known = None if parts is None or parts.is_empty else parts
        before = Charted(period, figure_of(rule, known), known, rule, breaks)
        yield before
