"""Let those who write many figures in one transaction write one after the other, so that none stops another."""

from collections.abc import Collection

from django.db import connection

from indicators.choices import RuleKind

#: Any constant that no other lock of the database uses; these are the letters "turn".
TURNS_LOCK = int.from_bytes(b"turn")
#: Locks for all indicators: PostgreSQL has room for some thousands at a time. Two that share one only wait longer.
PLACES = 256
#: Rules by which writing one figure may mark, or clear, another.
LOOKING_BESIDE = [RuleKind.HISTORY, RuleKind.COMPARISON, RuleKind.JUMP]


def take_turns(indicators: Collection[int]) -> None:
    """Wait until nobody else writes many figures of these indicators (ids), and keep others waiting until the commit.

    Each figure that is written stays locked to the end of its transaction, in whatever order the database met them. Two
    who met the same figures in another order would wait for each other for ever. Whoever writes one figure asks
    `take_turn_beside`. Rules compare indicators and mark the figures of both, so the compared ones are waited for as well.
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


def take_turn_beside(indicator_id: int) -> None:
    """Wait for those who write many figures, where writing one of this indicator may change the doubts of others.

    Without such a rule one figure is one row, and nobody has to wait. With one, its row would be held while another is
    asked for, which somebody else may hold who asks for this one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (
                SELECT FROM indicators_validationrule
                WHERE ended_at IS NULL AND kind = ANY(%s) AND (indicator_id = %s OR other_id = %s)
            )
            """,
            [LOOKING_BESIDE, indicator_id, indicator_id],
        )
        [(is_ruled,)] = cursor.fetchall()
    if is_ruled:
        take_turns([indicator_id])
