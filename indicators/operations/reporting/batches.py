"""Take the figures of a file as one batch, and take a batch back as a whole."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from indicators.calculations import Parts
from indicators.choices import Kind, Source
from indicators.models import ColumnMapping, ImportBatch, Indicator
from indicators.operations import refusals
from indicators.operations.reporting.bulk import Row, Tally, record_observations
from indicators.operations.turns import take_turns
from organisation.models import Person

#: Figures of a batch that are another's by now: corrected, taken back, or written anew.
OVERTAKEN = """
SELECT count(*) FROM indicators_importedfigure written
LEFT JOIN indicators_observation seen USING (indicator_id, unit_id, period_id)
WHERE written.batch_id = %s AND (seen.id IS NULL OR seen.revision <> written.revision OR seen.entered_at <> %s)
"""
#: What stood before each figure of a batch; nothing where it was new.
BEFORE = """
SELECT written.indicator_id, written.unit_id, written.period_id, written.is_new,
    earlier.numerator, earlier.denominator, earlier.days, earlier.cases, earlier.members,
    coalesce(earlier.is_applicable, true), coalesce(earlier.note, '')
FROM indicators_importedfigure written
LEFT JOIN indicators_earlierentry earlier ON earlier.indicator_id = written.indicator_id
    AND earlier.unit_id = written.unit_id AND earlier.period_id = written.period_id
    AND earlier.revision = written.revision - 1 AND earlier.replaced_at = %s
WHERE written.batch_id = %s
"""


@transaction.atomic
def import_batch(
    *, file_name: str, rows: Iterable[Row], by: Person | None, now: dt.datetime
) -> tuple[ImportBatch, Tally]:
    """Write the figures of a file in the name of a batch; the caller says afterwards how many rows it refused."""
    batch = ImportBatch.objects.create(file_name=file_name[:200], made_by=by, made_at=now)
    tally = record_observations(rows=rows, source=Source.IMPORTED, by=by, now=now, batch=batch)
    batch.new, batch.changed, batch.unchanged = tally.new, tally.changed, tally.unchanged
    batch.save()
    return batch, tally


@transaction.atomic
def undo_batch(*, batch: ImportBatch, by: Person | None, may_enter: Collection[int] | None, now: dt.datetime) -> Tally:
    """Put back what stood before a batch, all or nothing; values follow with the next drain.

    `by` None: whoever runs the machine. `may_enter`: ids of the units where the person may enter figures; None: all. Raises `BatchRefused`: undone
    already, changed since, locked, or not theirs to change.
    """
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.undone_at is not None:
        raise refusals.BatchUndone
    _lock_figures(batch)
    if overtaken := _overtaken(batch):
        raise refusals.BatchChanged(overtaken)
    rows = _before(batch)
    if _are_forgotten(rows):
        raise refusals.SetsForgotten
    if may_enter is not None and any(row.unit_id not in may_enter for row in rows):
        raise refusals.BatchNotYours
    tally = record_observations(rows=rows, source=Source.IMPORTED, by=by, now=now)
    if tally.locked:
        raise refusals.BatchLocked
    ImportBatch.objects.filter(pk=batch.pk).update(undone_by=by, undone_at=now)
    return tally


def remembered_columns(person: Person) -> dict[str, str]:
    """Return what the columns of a person's files meant so far: the field of each heading in small letters."""
    kept = ColumnMapping.objects.filter(person=person).first()
    return dict(kept.fields) if kept else {}


def remember_columns(person: Person, said: Mapping[str, str]) -> None:
    """Keep what the columns of a person's file mean, for the next one."""
    ColumnMapping.objects.update_or_create(person=person, defaults={"fields": remembered_columns(person) | dict(said)})


def _lock_figures(batch: ImportBatch) -> None:
    """Let nobody change a figure of the batch between the look and the writing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT indicator_id FROM indicators_importedfigure WHERE batch_id = %s", [batch.pk])
        take_turns([indicator for (indicator,) in cursor.fetchall()])
        cursor.execute(
            """
            SELECT FROM indicators_importedfigure written
            JOIN indicators_observation seen USING (indicator_id, unit_id, period_id)
            WHERE written.batch_id = %s FOR UPDATE OF seen
            """,
            [batch.pk],
        )


def _overtaken(batch: ImportBatch) -> int:
    with connection.cursor() as cursor:
        cursor.execute(OVERTAKEN, [batch.pk, batch.made_at])
        return int(cursor.fetchone()[0])


def _before(batch: ImportBatch) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, [batch.made_at, batch.pk])
        return [_row(found) for found in cursor.fetchall()]


def _are_forgotten(rows: Sequence[Row]) -> bool:
    """Whether a set of people is to come back of which only the number is left."""
    bare = {row.indicator_id for row in rows if row.parts and row.parts.is_bare}
    return bool(bare) and Indicator.objects.filter(pk__in=bare, kind=Kind.DISTINCT, adds_up=True).exists()


def _row(found: tuple[Any, ...]) -> Row:
    indicator, unit, period, is_new, numerator, denominator, *arrays, is_applicable, note = found
    if is_new:
        return Row(indicator, unit, period, None)
    days, cases, members = (None if array is None else tuple(array) for array in arrays)
    parts = Parts(numerator, denominator, days, cases, members, is_applicable)
    return Row(indicator, unit, period, parts, note)
