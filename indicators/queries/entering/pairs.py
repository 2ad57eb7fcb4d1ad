"""Which units have to report which indicators, for the newest due period of each frequency."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from string import Template
from typing import NamedTuple

from django.db import connection

from indicators.choices import Source
from indicators.queries.rollup.statement import IS_ASKED
from organisation.models import Period

#: Ended periods that are offered beside the open one.
OFFERED = 12
#: A unit that has entered a figure in this many periods up to the due one is taken to go on doing so.
LATELY = 8


class Pair(NamedTuple):
    """An indicator and a unit that reports it; whether the figure of the due period is in."""

    indicator_id: int
    unit_id: int
    frequency: str
    is_in: bool


def due_periods(frequencies: Collection[str], *, today: dt.date) -> dict[str, list[Period]]:
    """Return the last `OFFERED` ended periods of each frequency and the open one, newest first, with one query."""
    rows = Period.objects.raw(
        """
        SELECT latest.* FROM unnest(%s::text[]) AS wanted(frequency) CROSS JOIN LATERAL (
            SELECT * FROM organisation_period period
            WHERE period.frequency = wanted.frequency AND starts_on <= %s ORDER BY starts_on DESC LIMIT %s
        ) latest ORDER BY frequency, starts_on DESC
        """,
        [sorted(frequencies), today, OFFERED + 1],
    )
    found: dict[str, list[Period]] = defaultdict(list)
    for period in rows:
        found[period.frequency].append(period)
    # The open one comes first; where the calendar has ended there is none.
    return {
        frequency: periods if periods[0].ends_on >= today else periods[:OFFERED] for frequency, periods in found.items()
    }


PAIRS = Template("""
WITH due AS (
    SELECT period.* FROM organisation_period period WHERE id = ANY(%(due)s)
), pair AS (
    SELECT reporter.indicator_id, reporter.unit_id, due.id AS due_id
    FROM indicators_reporter reporter
    JOIN indicators_indicator indicator ON indicator.id = reporter.indicator_id
    JOIN due ON due.frequency = indicator.frequency
    WHERE reporter.indicator_id = ANY(%(indicators)s) AND reporter.valid_from <= due.ends_on
        AND (reporter.valid_to IS NULL OR reporter.valid_to >= due.ends_on)
    UNION
    SELECT seen.indicator_id, seen.unit_id, due.id
    FROM indicators_observation seen
    JOIN organisation_period period ON period.id = seen.period_id
    JOIN due ON due.frequency = period.frequency
    WHERE seen.indicator_id = ANY(%(indicators)s) AND seen.period_id = ANY(%(lately)s) AND seen.source <> %(measured)s
)
SELECT pair.indicator_id, pair.unit_id, due.frequency, EXISTS (
    SELECT FROM indicators_observation seen WHERE seen.indicator_id = pair.indicator_id
        AND seen.period_id = due.id AND seen.unit_id = pair.unit_id
)
FROM pair JOIN due ON due.id = pair.due_id JOIN organisation_unit unit ON unit.id = pair.unit_id
JOIN indicators_indicator indicator ON indicator.id = pair.indicator_id
WHERE $is_asked AND (%(units)s::bigint[] IS NULL OR unit.id = ANY(%(units)s))
    AND unit.opens_on <= due.ends_on AND (unit.closes_on IS NULL OR unit.closes_on >= due.starts_on)
""").substitute(is_asked=IS_ASKED.substitute(period="due"))


def pairs_due(
    indicators: Collection[int],
    units: Collection[int] | None,
    due: Mapping[str, Period],
    calendar: Mapping[str, Sequence[Period]],
) -> list[Pair]:
    """Return who reports what in the due period of each frequency, with one query: who is expected to, and lately did.

    `units` None stands for all.
    """
    lately = [one for offered in calendar.values() for one in offered[:LATELY]] + list(due.values())
    with connection.cursor() as cursor:
        cursor.execute(
            PAIRS,
            {
                "indicators": list(indicators),
                "units": None if units is None else list(units),
                "due": [period.pk for period in due.values()],
                "lately": [period.pk for period in lately],
                "measured": Source.MEASURED,
            },
        )
        return [Pair(*row) for row in cursor.fetchall()]
