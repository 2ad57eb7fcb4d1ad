"""Mark the figures that validation rules doubt, in the transaction that writes them, and let a person confirm one.

A figure is looked at when it is written with other parts than before. A doubt whose reason has gone, because an earlier
figure or a compared one was corrected or confirmed, goes too; a new doubt comes only to a figure that is written, or to
all that stand when a rule is new (`indicators.operations.doubts.rechecking`).
"""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from indicators.models import Confirmation, Indicator, Observation, StaleValue
from indicators.operations import refusals
from indicators.operations.rollup.values import drain_figure, drain_figures
from indicators.operations.turns import take_turn_beside
from indicators.queries.entering.doubts import (
    Cell,
    Seen,
    are_ruled,
    around,
    cell_of,
    doubted_beside,
    judged,
    rules_around,
)
from live.operations import announce
from organisation.choices import Do
from organisation.models import Period, Person, Unit
from organisation.queries import may

#: Figures looked at at a time; bounds the memory.
AT_ONCE = 5_000
#: Rows that are about to be written with other parts than they had, of indicators that have rules.
TO_LOOK_AT = """
SELECT wanted.indicator_id, wanted.unit_id, wanted.period_id FROM wanted
LEFT JOIN indicators_observation seen USING (indicator_id, period_id, unit_id)
WHERE wanted.indicator_id = ANY(%s) AND (seen.id IS NULL OR wanted.is_withdrawn
    OR (seen.numerator, seen.denominator, seen.days, seen.cases, seen.members, seen.is_applicable) IS DISTINCT FROM
    (wanted.numerator, wanted.denominator, wanted.days, wanted.cases, wanted.members, wanted.is_applicable))
ORDER BY wanted.indicator_id, wanted.unit_id, wanted.period_id
"""


class Doubts(NamedTuple):
    """What rules made of figures that were written: the codes of those that doubt one, by figure, where any."""

    codes: dict[Cell, tuple[str, ...]]
    #: Figures of the same units whose doubts changed though nobody wrote them; their values wait in the queue.
    beside: list[Cell]


def doubt_figure(*, indicator: Indicator, unit: Unit, period: Period, now: dt.datetime) -> Doubts:
    """Mark a figure that has just been written, or is gone."""
    return doubt_figures([(indicator.pk, unit.pk, period.pk)], now=now)


def figures_to_look_at(cursor: CursorWrapper) -> list[Cell]:
    """Return the rows of the table `wanted` that rules will look at; before they are written. Mostly there are none."""
    cursor.execute(
        """
        SELECT DISTINCT unnest(ARRAY[indicator_id, other_id]) FROM indicators_validationrule WHERE ended_at IS NULL
        """
    )
    ruled = [number for (number,) in cursor.fetchall() if number is not None]
    if not ruled:
        return []
    cursor.execute(TO_LOOK_AT, [ruled])
    return [(indicator, unit, period) for indicator, unit, period in cursor.fetchall()]


def doubt_figures(cells: Collection[Cell], *, now: dt.datetime) -> Doubts:
    """Mark figures that have just been written, or are gone."""
    found = Doubts({}, [])
    indicators = {indicator for indicator, _unit, _period in cells}
    if not are_ruled(indicators):
        return found
    rules = rules_around(indicators)
    for some in _batches(cells):
        beside = set(doubted_beside(rules, {unit for _indicator, unit, _period in some})) - set(some)
        looked = around(rules, (*some, *beside))
        changed = judged(looked, frozenset(some), beside)
        write_doubts(changed)
        moved = [one for one in changed if cell_of(one) in beside]
        follow_doubts(moved, now)
        found.beside.extend(map(cell_of, moved))
        found.codes.update(
            {
                cell: tuple(looked.observations[cell].suspicions)
                for cell in some
                if cell in looked.observations and looked.observations[cell].suspicions
            }
        )
    return found


def _batches(cells: Collection[Cell]) -> Iterator[list[Cell]]:
    left = iter(cells)
    while some := list(islice(left, AT_ONCE)):
        yield some


def write_doubts(rows: Sequence[Seen]) -> None:
    """Write the doubts of many figures at once; the ORM's own way takes a term of the statement for each."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE indicators_observation seen SET suspicions = string_to_array(told.codes, ',')
            FROM unnest(%s::bigint[], %s::text[]) AS told(id, codes) WHERE seen.id = told.id
            """,
            [[row.pk for row in rows], [",".join(row.suspicions) for row in rows]],
        )


def follow_doubts(rows: Sequence[Observation | Seen], now: dt.datetime) -> None:
    """Let the values above figures follow whose doubts changed though nobody wrote them."""
    StaleValue.objects.bulk_create(
        [
            StaleValue(indicator_id=row.indicator_id, unit_id=row.unit_id, period_id=row.period_id, queued_at=now)
            for row in rows
        ],
        batch_size=AT_ONCE,
    )
    for code in sorted({row.indicator.code for row in rows}):
        announce(topic="value", unit_id=None, what={"indicator": code}, now=now)


def confirm_figure(
    *,
    indicator: Indicator,
    unit: Unit,
    period: Period,
    note: str,
    by: Person,
    now: dt.datetime,
    today: dt.date,
    expected_revision: int | None = None,
) -> bool:
    """Say for a person who may enter figures at the unit that a doubted figure is right; False: nobody doubts it.

    Who, when and why are kept. A later correction is looked at anew. `expected_revision` refuses to confirm what the
    caller has not seen. Raises `MayNotEnter`, `NoteMissing`, `ChangedMeanwhile`.
    """
    if not may(by, Do.ENTER_FIGURES, unit, on=today):
        raise refusals.MayNotEnter
    if not note.strip():
        raise refusals.NoteMissing
    moved = _confirm(
        indicator=indicator, unit=unit, period=period, note=note.strip(), by=by, now=now, seen=expected_revision
    )
    drain_figure(indicator=indicator, unit=unit, period=period, now=now)
    drain_figures(moved or (), now=now)
    return moved is not None


@transaction.atomic
def _confirm(
    *, indicator: Indicator, unit: Unit, period: Period, note: str, by: Person, now: dt.datetime, seen: int | None
) -> list[Cell] | None:
    """Return the figures beside whose doubts went with this one's; None: nobody doubted it."""
    take_turn_beside(indicator.pk)
    rows = Observation.objects.select_for_update(of=("self",)).select_related("indicator", "period")
    row = rows.filter(indicator=indicator, unit=unit, period=period).first()
    if row is None or (seen is not None and seen != row.revision):
        raise refusals.ChangedMeanwhile
    if not row.suspicions:
        return None
    Confirmation.objects.create(
        indicator=indicator,
        unit=unit,
        period=period,
        revision=row.revision,
        suspicions=row.suspicions,
        note=note,
        confirmed_by=by,
        confirmed_at=now,
    )
    row.suspicions = []
    row.save(update_fields=["suspicions"])
    follow_doubts([row], now)
    return _clear_doubts_beside(row, now=now)


def _clear_doubts_beside(row: Observation, *, now: dt.datetime) -> list[Cell]:
    """Take back the doubts of other figures of the unit whose reason has gone with this one's; return which."""
    rules = rules_around([row.indicator_id])
    beside = set(doubted_beside(rules, [row.unit_id])) - {cell_of(row)} if rules else set()
    changed = judged(around(rules, beside), frozenset(), beside) if beside else []
    write_doubts(changed)
    follow_doubts(changed, now)
    return [cell_of(one) for one in changed]
