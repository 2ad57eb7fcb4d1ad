"""Write values where they differ, one computation of an indicator at a time, and tell the open pages."""

import datetime as dt
from collections.abc import Callable
from string import Template

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from indicators.models import Indicator
from indicators.operations.rollup.announcing import MOST_ANNOUNCED, announce_values
from indicators.queries.rollup.statement import Shape, rolled_up
from live.operations import announce

#: Any constant that no other lock of the database uses; these are the letters "roll".
ROLLUP_LOCK = int.from_bytes(b"roll")

#: What keeps others away from the values of an indicator: `lock` or `lock_beside`, with its id.
Lock = Callable[[CursorWrapper, int], None]

#: Values of the scope that have nothing observed below them any more.
GONE = Template("""
, gone AS (
    DELETE FROM indicators_value kept USING $scope
    WHERE kept.indicator_id = %(indicator)s AND $inside
        AND NOT EXISTS (
            SELECT FROM fresh WHERE fresh.unit_id = kept.unit_id AND fresh.period_id = kept.period_id
        )
    RETURNING kept.unit_id, kept.period_id
)""")
GONE_FROM_CELLS = GONE.substitute(
    scope="hang", inside="kept.unit_id = hang.unit_id AND kept.period_id = hang.period_id"
)
GONE_FROM_BLOCK = GONE.substitute(scope="rollup_block", inside="kept.period_id = rollup_block.period_id")

#: Only what differs is written; the lock keeps other writers out, so looking before writing is safe.
WRITE = """
, changed AS (
    UPDATE indicators_value kept SET numerator = fresh.numerator, denominator = fresh.denominator,
        days = fresh.days, cases = fresh.cases, members = fresh.members, reporting = fresh.reporting,
        expected = fresh.expected, suspect = fresh.suspect, computed_at = %(now)s
    FROM fresh
    WHERE kept.indicator_id = %(indicator)s AND kept.unit_id = fresh.unit_id AND kept.period_id = fresh.period_id
        AND (kept.numerator, kept.denominator, kept.days, kept.cases, kept.members, kept.reporting, kept.expected,
            kept.suspect)
        IS DISTINCT FROM
            (fresh.numerator, fresh.denominator, fresh.days, fresh.cases, fresh.members, fresh.reporting,
            fresh.expected, fresh.suspect)
    RETURNING kept.unit_id, kept.period_id
), added AS (
    INSERT INTO indicators_value (indicator_id, unit_id, period_id, numerator, denominator, days, cases,
        members, reporting, expected, suspect, computed_at)
    SELECT %(indicator)s, unit_id, period_id, numerator, denominator, days, cases, members, reporting, expected,
        suspect, %(now)s
    FROM fresh WHERE NOT EXISTS (
        SELECT FROM indicators_value kept WHERE kept.indicator_id = %(indicator)s
            AND kept.unit_id = fresh.unit_id AND kept.period_id = fresh.period_id
    )
    RETURNING unit_id, period_id
), written AS MATERIALIZED (
    SELECT * FROM gone UNION ALL SELECT * FROM changed UNION ALL SELECT * FROM added
), followed AS (
    -- What is computed from these values has to follow, where it has such periods.
    INSERT INTO indicators_stalevalue (indicator_id, unit_id, period_id, queued_at)
    SELECT whole.id, written.unit_id, written.period_id, %(now)s
    FROM indicators_component component
    JOIN indicators_indicator whole ON whole.id = component.of_id
    CROSS JOIN written JOIN organisation_period period ON period.id = written.period_id
        AND period.frequency = ANY(whole.frequency || whole.also_at)
    WHERE component.indicator_id = %(indicator)s
), listed AS (
    SELECT * FROM written LIMIT %(most)s
)
SELECT (SELECT count(*) FROM written), unit.id, unit.code, period.code
FROM listed JOIN organisation_unit unit ON unit.id = unit_id JOIN organisation_period period ON period.id = period_id
"""

#: The first values of an indicator: nothing to compare with and nothing to take away. In the order of the index, whose
#: pages are then filled one after the other.
WRITE_FIRST = """
INSERT INTO indicators_value (indicator_id, unit_id, period_id, numerator, denominator, days, cases, members,
    reporting, expected, suspect, computed_at)
SELECT %(indicator)s, unit_id, period_id, numerator, denominator, days, cases, members, reporting, expected, suspect,
    %(now)s
FROM fresh ORDER BY unit_id, period_id"""
#: Another who wrote one meanwhile had not seen all that lies below it. Being ready for that costs a third of the time.
OR_CORRECT = """
ON CONFLICT (indicator_id, unit_id, period_id) DO UPDATE SET numerator = excluded.numerator,
    denominator = excluded.denominator, days = excluded.days, cases = excluded.cases, members = excluded.members,
    reporting = excluded.reporting, expected = excluded.expected, suspect = excluded.suspect,
    computed_at = excluded.computed_at"""
#: What is computed from these values has to follow.
FOLLOW_WHOLE = """
INSERT INTO indicators_stalevalue (indicator_id, queued_at)
SELECT DISTINCT component.of_id, %(now)s::timestamptz FROM indicators_component component
WHERE component.indicator_id = %(indicator)s"""


def lock(cursor: CursorWrapper, key: int) -> None:
    """Let nobody else compute values of this indicator (its id; 0: the tree) until the transaction ends.

    Taken in a statement of its own: the statements after it take their snapshots after the other's commit, so a value
    computed from older observations can never be written over one computed from newer ones. Compiling these statements
    would take longer than running them, so that is switched off as well.
    """
    cursor.execute("SELECT set_config('jit', 'off', true), pg_advisory_xact_lock(%s, %s)", [ROLLUP_LOCK, key])


def lock_beside(cursor: CursorWrapper, key: int) -> None:
    """Lock as `lock` does, but beside others who lock in this way: those of one rebuild, each with periods of its own."""
    cursor.execute("SELECT set_config('jit', 'off', true), pg_advisory_xact_lock_shared(%s, %s)", [ROLLUP_LOCK, key])


def is_at_work(key: int) -> bool:
    """Answer whether another session computes values of this indicator at this moment.

    Outside a transaction the lock that is tried is gone with the statement.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT pg_try_advisory_xact_lock(%s, %s)", [ROLLUP_LOCK, key])
        return bool(cursor.fetchone()[0])


#: What the roll-up reads and writes.
TABLES = (
    "indicators_observation",
    "indicators_value",
    "indicators_reporter",
    "indicators_leftout",
    "organisation_placement",
    "organisation_ancestor",
    "organisation_unit",
    "organisation_period",
)
#: Tables of more than a few pages that were loaded so lately that nobody has looked at them yet.
UNKNOWN = """
SELECT relname FROM pg_class WHERE oid = ANY(%s::regclass[]) AND pg_relation_size(oid) > 8 * 8192
    AND NOT EXISTS (SELECT FROM pg_stats WHERE schemaname = relnamespace::regnamespace::name AND tablename = relname)
ORDER BY relname
"""


def look_at_new_tables(cursor: CursorWrapper) -> None:
    """Let the planner know how large tables are that have just been loaded for the first time.

    It would take them for small and compare every row with every other. Once for each table: later the server's own
    autovacuum keeps watch. ANALYZE holds a lock until the commit, so it is not run where it is not needed.
    """
    cursor.execute(UNKNOWN, [list(TABLES)])
    for (table,) in cursor.fetchall():
        cursor.execute(f"ANALYZE {table}")


def write_values(
    cursor: CursorWrapper,
    indicator: Indicator,
    shape: Shape,
    *,
    deepest: int,
    now: dt.datetime,
    cells: dict[str, list[int | None]] | None = None,
) -> int:
    """Compute the values of a scope, write those that differ, announce them; answer how many.

    The scope is `cells` (lists `periods`, `units`, `parents`, `depths`) or, without them, the scope tables.
    """
    gone = GONE_FROM_BLOCK if cells is None else GONE_FROM_CELLS
    cursor.execute(
        rolled_up(shape, deepest=deepest, is_whole=cells is None) + gone + WRITE,
        {
            "indicator": indicator.pk,
            "frequency": indicator.frequency,
            "now": now,
            "most": MOST_ANNOUNCED + 1,
            **(cells or {}),
        },
    )
    rows = cursor.fetchall()
    announce_values(indicator.code, [row[1:] for row in rows], now=now)
    return int(rows[0][0]) if rows else 0


def write_first_values(
    cursor: CursorWrapper, indicator: Indicator, shape: Shape, *, deepest: int, now: dt.datetime
) -> int:
    """Compute the values of the scope tables for an indicator that has none yet, write and announce them; answer how many."""
    given: dict[str, int | str | dt.datetime] = {
        "indicator": indicator.pk,
        "frequency": indicator.frequency,
        "now": now,
    }
    write = rolled_up(shape, deepest=deepest, is_whole=True) + WRITE_FIRST
    try:
        with transaction.atomic():
            cursor.execute(write, given)
    except IntegrityError:
        cursor.execute(write + OR_CORRECT, given)
    written = int(cursor.rowcount)
    cursor.execute(FOLLOW_WHOLE, given)
    announce(topic="value", unit_id=None, what={"indicator": indicator.code}, now=now)
    return written
