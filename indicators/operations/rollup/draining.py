"""Take rows from the roll-up queue and let the values above them follow, in one transaction."""

import datetime as dt
from collections.abc import Collection, Sequence
from string import Template
from typing import NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from indicators.models import Indicator
from indicators.operations.rollup.writing import lock, look_at_new_tables, write_values
from indicators.queries.rollup.statement import shape_of

#: Queue rows that need a good plan; for fewer, finding out costs more than it saves.
MANY = 1_000


class Cell(NamedTuple):
    """A unit in a period whose value has to follow; `depth` 0 is a root."""

    period_id: int
    is_longer: bool
    unit_id: int
    parent_id: int | None
    depth: int


class Known(NamedTuple):
    """What of the database decides how values are computed (`queries.rollup.statement.Shape`)."""

    has_reporters: bool
    has_left_out: bool
    counts_anew: bool


NOTHING_KNOWN = Known(has_reporters=False, has_left_out=False, counts_anew=False)

#: Ordered by period, so that a long queue is taken in whole periods. An array, not a join: the planner knows nothing of
#: a queue that was empty when it last looked, and would compare every row with every other.
TAKE = Template("""
DELETE FROM indicators_stalevalue WHERE id = ANY(ARRAY(
    SELECT id FROM indicators_stalevalue WHERE indicator_id = %(indicator)s AND $chosen
    ORDER BY period_id LIMIT %(limit)s
)) RETURNING unit_id, period_id
""")
ANY_FIGURE = "unit_id IS NOT NULL"
SOME_FIGURES = "(unit_id, period_id) IN (SELECT * FROM unnest(%(units)s::bigint[], %(periods)s::bigint[]))"

#: The cells on the way up from some figures: of the reported period, and of the longer ones that it is part of.
CLIMB = Template("""
WITH RECURSIVE taken AS (
    SELECT * FROM unnest(%(units)s::bigint[], %(periods)s::bigint[]) AS taken(unit_id, period_id)
), $longer_periods touched AS (
    SELECT taken.unit_id, period.id AS period_id, false AS is_longer, period.ends_on
    FROM taken JOIN organisation_period period ON period.id = taken.period_id
    $longer
), climb AS (
    SELECT touched.*, placed.parent_id, touched.unit_id AS start_id, 0 AS step
    FROM touched CROSS JOIN LATERAL (
        SELECT parent_id FROM organisation_placement placed WHERE placed.unit_id = touched.unit_id
            AND placed.valid_from <= touched.ends_on ORDER BY valid_from DESC LIMIT 1
    ) placed
    UNION ALL
    SELECT climb.parent_id, climb.period_id, climb.is_longer, climb.ends_on, placed.parent_id, climb.start_id, step + 1
    FROM climb CROSS JOIN LATERAL (
        SELECT parent_id FROM organisation_placement placed WHERE placed.unit_id = climb.parent_id
            AND placed.valid_from <= climb.ends_on ORDER BY valid_from DESC LIMIT 1
    ) placed
), cell AS (
    SELECT DISTINCT period_id, is_longer, unit_id, parent_id,
        max(step) OVER (PARTITION BY start_id, period_id) - step AS depth
    FROM climb
)
SELECT
    EXISTS (SELECT FROM indicators_reporter WHERE indicator_id = %(indicator)s),
    EXISTS (SELECT FROM indicators_leftout WHERE indicator_id = %(indicator)s),
    EXISTS (
        SELECT FROM taken JOIN indicators_observation seen USING (unit_id, period_id)
        WHERE seen.indicator_id = %(indicator)s AND NOT seen.is_applicable
    ) OR EXISTS (
        SELECT FROM taken JOIN indicators_earlierentry seen USING (unit_id, period_id)
        WHERE seen.indicator_id = %(indicator)s AND NOT seen.is_applicable
    ) OR EXISTS (
        SELECT FROM taken JOIN organisation_unit unit ON unit.id = taken.unit_id
        JOIN organisation_period period ON period.id = taken.period_id WHERE unit.closes_on < period.ends_on
    ),
    cell.*
FROM cell
""")
LONGER = """
    UNION
    SELECT taken.unit_id, longer.id, true, longer.ends_on
    FROM taken JOIN longer ON longer.inside_id = taken.period_id
"""
#: Looked up once for each period and frequency, not once for each figure.
LONGER_PERIODS = """
longer AS MATERIALIZED (
    SELECT period.id AS inside_id, found.id, found.ends_on
    FROM organisation_period period CROSS JOIN unnest(%(also_at)s::text[]) AS wanted(frequency)
    CROSS JOIN LATERAL (
        SELECT id, ends_on FROM organisation_period around
        WHERE around.frequency = wanted.frequency AND around.starts_on <= period.starts_on
        ORDER BY around.starts_on DESC LIMIT 1
    ) found
    WHERE period.id = ANY(%(distinct_periods)s::bigint[]) AND found.ends_on >= period.ends_on
), """


@transaction.atomic
def drain_indicator(
    indicator: Indicator, *, now: dt.datetime, limit: int, only: Sequence[tuple[int, int]] | None = None
) -> int:
    """Let values follow at most `limit` queue rows, of some figures alone (unit id, period id) or all; answer how many."""
    with connection.cursor() as cursor:
        lock(cursor, indicator.pk)
        taken = _take(cursor, indicator, limit=limit, only=only)
        if len(taken) >= MANY:
            look_at_new_tables(cursor)
        known, cells = _climb(cursor, indicator, set(taken)) if taken else (NOTHING_KNOWN, [])
        for is_longer in (False, True):
            scope = [cell for cell in cells if cell.is_longer == is_longer]
            if not scope:
                continue
            shape = shape_of(indicator, is_longer=is_longer, **known._asdict())
            deepest = max(cell.depth for cell in scope)
            write_values(cursor, indicator, shape, deepest=deepest, now=now, cells=_as_lists(scope))
    return len(taken)


def _take(
    cursor: CursorWrapper, indicator: Indicator, *, limit: int, only: Sequence[tuple[int, int]] | None
) -> list[tuple[int, int]]:
    """Take queue rows away, and return unit and period of each."""
    cursor.execute(
        TAKE.substitute(chosen=ANY_FIGURE if only is None else SOME_FIGURES),
        {
            "indicator": indicator.pk,
            "units": [unit for unit, _ in only or ()],
            "periods": [period for _, period in only or ()],
            "limit": limit,
        },
    )
    return [(unit_id, period_id) for unit_id, period_id in cursor.fetchall()]


def _climb(
    cursor: CursorWrapper, indicator: Indicator, figures: Collection[tuple[int, int]]
) -> tuple[Known, list[Cell]]:
    """Return what decides the statement, and the cells above some figures (unit id, period id)."""
    cursor.execute(
        CLIMB.substitute(
            longer=LONGER if indicator.also_at else "",
            longer_periods=LONGER_PERIODS if indicator.also_at else "",
        ),
        {
            "indicator": indicator.pk,
            "also_at": indicator.also_at,
            "units": [unit for unit, _ in figures],
            "periods": [period for _, period in figures],
            "distinct_periods": list({period for _, period in figures}),
        },
    )
    rows = cursor.fetchall()
    told = len(Known._fields)
    return Known(*rows[0][:told]) if rows else NOTHING_KNOWN, [Cell(*row[told:]) for row in rows]


def _as_lists(cells: Sequence[Cell]) -> dict[str, list[int | None]]:
    return {
        "periods": [cell.period_id for cell in cells],
        "units": [cell.unit_id for cell in cells],
        "parents": [cell.parent_id for cell in cells],
        "depths": [cell.depth for cell in cells],
    }
