"""Let the values of formulas and indexes follow those of their components, with the same queue and the same lock."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count

from indicators.calculations.derived import Derived
from indicators.models import Indicator, Value
from indicators.operations.rollup.announcing import MOST_ANNOUNCED, announce_values
from indicators.operations.rollup.writing import GONE_FROM_CELLS, WRITE, lock
from indicators.queries.rollup.derived import Cell, derived_values
from indicators.queries.rollup.derived_rows import ROWS, parameters_of

#: Values computed at a time in a rebuild; bounds the memory.
BLOCK_CELLS = 50_000

TAKE_ALL = """
DELETE FROM indicators_stalevalue WHERE id = ANY(ARRAY(
    SELECT id FROM indicators_stalevalue WHERE indicator_id = %(indicator)s AND unit_id IS NOT NULL
    ORDER BY period_id LIMIT %(limit)s
)) RETURNING unit_id, period_id
"""
#: What figures move on their way up: the units that ever stood above their units, the periods around their periods.
TAKE_AROUND = """
DELETE FROM indicators_stalevalue WHERE indicator_id = %(indicator)s
    AND unit_id IN (SELECT ancestor_id FROM organisation_ancestor WHERE unit_id = ANY(%(units)s))
    AND period_id IN (
        SELECT around.id FROM organisation_period own JOIN organisation_period around
            ON around.starts_on <= own.starts_on AND around.ends_on >= own.ends_on
        WHERE own.id = ANY(%(periods)s)
    )
RETURNING unit_id, period_id
"""

#: The values as they should be, and the cells in which there may be others that should not.
FRESH = """
WITH hang AS MATERIALIZED ({hang}), fresh AS MATERIALIZED ({rows})"""
HANG_CELLS = "SELECT * FROM unnest(%(units)s::bigint[], %(periods)s::bigint[]) AS hang(unit_id, period_id)"
HANG_PERIODS = """
    SELECT unit_id, period_id FROM indicators_value
    WHERE indicator_id = %(indicator)s AND period_id = ANY(%(periods)s)"""


@transaction.atomic
def drain_derived(indicator: Indicator, *, now: dt.datetime, limit: int) -> int:
    """Let values follow at most `limit` queue rows; answer how many."""
    with connection.cursor() as cursor:
        lock(cursor, indicator.pk)
        return _drain(cursor, indicator, TAKE_ALL, {"limit": limit}, now=now)


@transaction.atomic
def drain_derived_around(
    indicator: Indicator, *, units: Collection[int], periods: Collection[int], now: dt.datetime
) -> int:
    """Let follow what figures have moved on their way up, whatever else waits; answer how many queue rows went."""
    with connection.cursor() as cursor:
        lock(cursor, indicator.pk)
        return _drain(cursor, indicator, TAKE_AROUND, {"units": list(units), "periods": list(periods)}, now=now)


def _drain(
    cursor: CursorWrapper,
    indicator: Indicator,
    take: str,
    parameters: Mapping[str, int | list[int]],
    *,
    now: dt.datetime,
) -> int:
    cursor.execute(take, {"indicator": indicator.pk, **parameters})
    taken = [Cell(*row) for row in cursor.fetchall()]
    cells = list(dict.fromkeys(taken))
    if cells:
        _write(
            cursor, indicator, derived_values(indicator, source="indicators_value", cells=cells), cells=cells, now=now
        )
    return len(taken)


def rebuild_derived(indicator: Indicator, *, now: dt.datetime) -> int:
    """Bring every value of a formula or index to what those of its components say; answer how many changed."""
    frequencies = [indicator.frequency, *indicator.also_at]
    others = Value.objects.filter(indicator=indicator).exclude(period__frequency__in=frequencies)
    changed, _rows = others.delete()
    return changed + sum(_rebuild_block(indicator, periods, now=now) for periods in _blocks(indicator, frequencies))


def _blocks(indicator: Indicator, frequencies: Collection[str]) -> list[list[int]]:
    """Return the periods in which an indicator or a component of it has values, so many together as fit a block."""
    having = [indicator.pk, *indicator.components.values_list("indicator_id", flat=True)]
    sizes = (
        Value.objects.filter(indicator__in=having, period__frequency__in=frequencies)
        .order_by("period__starts_on", "period_id")
        .values_list("period_id")
        .annotate(values=Count("pk"))
    )
    blocks: list[list[int]] = []
    room = 0
    for period, size in sizes:
        if size > room:
            blocks.append([])
            room = BLOCK_CELLS
        blocks[-1].append(period)
        room -= size
    return blocks


@transaction.atomic
def _rebuild_block(indicator: Indicator, periods: Sequence[int], *, now: dt.datetime) -> int:
    with connection.cursor() as cursor:
        lock(cursor, indicator.pk)
        found = derived_values(indicator, source="indicators_value", periods=periods)
        return _write(cursor, indicator, found, periods=periods, now=now)


def _write(
    cursor: CursorWrapper,
    indicator: Indicator,
    found: Mapping[Cell, Derived],
    *,
    now: dt.datetime,
    cells: Sequence[Cell] | None = None,
    periods: Sequence[int] = (),
) -> int:
    """Write what differs in some cells, or in all of some periods, take away what is no more; answer how many."""
    fresh = FRESH.format(hang=HANG_PERIODS if cells is None else HANG_CELLS, rows=ROWS)
    cursor.execute(
        fresh + GONE_FROM_CELLS + WRITE,
        {
            **parameters_of(found),
            "indicator": indicator.pk,
            "units": [cell.unit_id for cell in cells or ()],
            "periods": list(periods) if cells is None else [cell.period_id for cell in cells],
            "now": now,
            "most": MOST_ANNOUNCED + 1,
        },
    )
    rows = cursor.fetchall()
    announce_values(indicator.code, [row[1:] for row in rows], now=now)
    return int(rows[0][0]) if rows else 0
