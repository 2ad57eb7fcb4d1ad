"""Let those who write many figures in one transaction write one after the other, so that none stops another."""

from collections.abc import Collection

from django.db import connection

#: Any constant that no other lock of the database uses; these are the letters "turn".
TURNS_LOCK = int.from_bytes(b"turn")
#: Locks for all indicators: PostgreSQL has room for some thousands at a time. Two that share one only wait longer.
PLACES = 256


def take_turns(indicators: Collection[int]) -> None:
    """Wait until nobody else writes many figures of these indicators (ids), and keep others waiting until the commit.

    Each figure that is written stays locked to the end of its transaction, in whatever order the database met them. Two
    who met the same figures in another order would wait for each other for ever. Whoever writes one figure has no need
    to wait. Rules compare indicators and mark the figures of both, so the compared ones are waited for as well.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH marked AS (
                SELECT unnest(%(indicators)s::bigint[]) AS id
                UNION SELECT unnest(ARRAY[indicator_id, other_id]) FROM indicators_validationrule
                WHERE ended_at IS NULL AND (indicator_id = ANY(%(indicators)s) OR other_id = ANY(%(indicators)s))
            ), in_order AS MATERIALIZED (
                SELECT DISTINCT (id %% %(places)s)::int AS place FROM marked WHERE id IS NOT NULL ORDER BY place
            )
            SELECT pg_advisory_xact_lock(%(lock)s, place) FROM in_order
            """,
            {"indicators": list(indicators), "places": PLACES, "lock": TURNS_LOCK},
        )
