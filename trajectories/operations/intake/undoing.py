"""Undo an import of events as a whole."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.utils.translation import gettext as _

from organisation.models import Person
from trajectories.calculations.refusals import TrajectoryRefused
from trajectories.models import Event, EventBatch
from trajectories.operations.intake.events import lock_events, mark_stale
from trajectories.operations.intake.saying import SAID, SALTED
from trajectories.queries.keys import check_rotation


class UndoRefused(TrajectoryRefused):
    """The import cannot be undone."""


class NotUndoable(UndoRefused):
    """It is still running, was broken off, or is undone already."""


class OthersRestOnIt(UndoRefused):
    """Later imports repeated, corrected or withdrew its events."""


@transaction.atomic
def undo_events(*, batch: EventBatch, by: Person | None, now: dt.datetime) -> int:
    """Take the events of an import out of force and bring back what it corrected or withdrew; return how many of each.

    What was known while it stood can still be asked. Its file may be imported again. Raises `UndoRefused` and `RotationUnderWay`.
    """
    lock_events(batch.trajectory)
    check_rotation()
    batch.refresh_from_db()
    _check(batch)
    leaving = Event.objects.filter(batch=batch).exclude(superseded_by__isnull=False).count()
    with connection.cursor() as cursor:
        named: dict[str, int | dt.datetime] = {"batch": batch.pk, "now": now}
        cursor.execute(
            f"""
            UPDATE trajectories_event
            SET superseded_by_id = batch_id, superseded_at = coalesce(superseded_at, %(now)s),
                source_key = NULL, fingerprint = {SALTED}
            WHERE batch_id = %(batch)s
            """,  # noqa: S608 - a constant
            named,
        )
        cursor.execute(
            f"""
            INSERT INTO trajectories_event ({SAID}, fingerprint, recorded_at)
            SELECT {SAID}, {SALTED}, %(now)s FROM trajectories_event
            WHERE superseded_by_id = %(batch)s AND batch_id <> %(batch)s
            """,  # noqa: S608 - constants
            named,
        )
        returned = cursor.rowcount
    batch.withdrawals.all().delete()
    batch.joinings.all().delete()
    EventBatch.objects.filter(pk=batch.pk).update(undone_at=now, undone_by=by, measured_at=None)
    mark_stale(batch.trajectory, now=now)
    batch.refresh_from_db()
    return leaving + int(returned)


def _check(batch: EventBatch) -> None:
    if batch.finished_at is None or batch.error or batch.undone_at is not None:
        raise NotUndoable(_("Import %(number)d has nothing to undo.") % {"number": batch.pk})
    later = EventBatch.objects.finished().filter(
        trajectory=batch.trajectory_id, rests_on__contains=[batch.pk], undone_at__isnull=True
    )
    if numbers := sorted(later.values_list("pk", flat=True)):
        raise OthersRestOnIt(
            _("Later imports met its events again; undo them first: %(numbers)s.")
            % {"numbers": ", ".join(map(str, reversed(numbers)))}
        )
