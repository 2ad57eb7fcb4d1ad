"""The icons of values in long format: each period as its chart has it, which is the chart of the tile."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from indicators.models import Indicator
from indicators.queries.charts import chart_of
from indicators.queries.judged import figure_of, reported_of
from indicators.queries.series import PERIODS
from indicators.queries.series_rows import Wanted, calendar_of, kept_values, marks_of
from indicators.queries.values import ValueRow
from indicators.queries.versions import breaks_line, is_broken_between, rules_of
from organisation.models import Period

#: Figures whose charts are read at a time: memory does not grow with what is asked.
AT_ONCE = 500
Key = tuple[int, int, int]


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
    calendar = {
        frequency: [period for period in periods if period.ends_on < today]
        for frequency, periods in calendar_of({one.frequency for one in wanted}, today=today, most=PERIODS + 1).items()
    }
    indicators = Indicator.objects.in_bulk({one.indicator_id for one in wanted})
    rules = rules_of(indicators.values())
    values = kept_values(wanted, calendar)
    marks = marks_of(indicators, {one.unit_id for one in wanted})
    for one in wanted:
        periods = calendar.get(one.frequency, [])
        indicator, own = indicators[one.indicator_id], marks.get((one.indicator_id, one.unit_id), ())
        held = [rules.rule(indicator, period.ends_on) for period in periods]
        kept = [values.get((one.indicator_id, one.unit_id, period.pk)) for period in periods]
        chart = chart_of(
            indicator,
            [
                figure_of(rule, reported_of(rule, row, period, today=today).parts)
                for rule, row, period in zip(held, kept, periods, strict=True)
            ],
            periods,
            targets=[None] * len(periods),
            marks=own,
            broken_at=[
                place
                for place in range(1, len(held))
                if breaks_line(held[place - 1], held[place])
                or is_broken_between(indicator, periods[place - 1].ends_on, periods[place].ends_on)
            ],
        )
        for place, period in enumerate(periods[chart.first :]):
            key = (one.indicator_id, one.unit_id, period.pk)
            if key in targets:
                yield key, Icons(chart.variation_at(place), chart.assurance_at(place, targets[key]))
