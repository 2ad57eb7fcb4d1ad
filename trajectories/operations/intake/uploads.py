"""Change files of events that came by browser: receive, say how to read, start a job, break off, forget."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Mapping

from celery import current_app
from django.db import transaction
from django.db.models import Q
from kombu.exceptions import OperationalError

from core import uploads
from live.operations import announce
from organisation.models import Person
from trajectories.calculations.refusals import TrajectoryRefused
from trajectories.choices import RUNNING, WAITING, UploadStage
from trajectories.models import EventUpload, RememberedReading, Trajectory
from trajectories.operations.intake.progress import cancel_import

logger = logging.getLogger(__name__)

#: The task's name, written out: names outlive files.
TASK = "trajectories.tasks.read_upload"
#: How long a file waits for somebody to decide.
KEPT = dt.timedelta(days=1)
#: How long it is told that a file was cancelled.
TOLD = dt.timedelta(days=30)


class UploadRefused(TrajectoryRefused):
    """The file is not in a stage in which that can be done, or the queue does not answer."""


def receive(
    *, trajectory: Trajectory, by: Person, name: str, pieces: Iterable[bytes], size: int, now: dt.datetime
) -> EventUpload:
    """Keep a file until somebody has looked at it; read as the trajectory's last one was."""
    remembered = RememberedReading.objects.filter(trajectory=trajectory).first()
    return EventUpload.objects.create(
        trajectory=trajectory,
        by=by,
        name=name[:200],
        size=size,
        file=uploads.keep(pieces),
        sent_at=now,
        wishes=remembered.wishes if remembered else {},
    )


def say_reading(*, upload: EventUpload, wishes: Mapping[str, object]) -> None:
    """Say how the file is to be read; what was counted before holds no longer."""
    _at(upload, UploadStage.SENT, UploadStage.TRIED)
    upload.wishes, upload.stage, upload.outcome = dict(wishes), UploadStage.SENT, {}
    upload.save(update_fields=["wishes", "stage", "outcome"])


@transaction.atomic
def start(*, upload: EventUpload, is_trial: bool) -> None:
    """Queue a trial or the import itself; the import's way of reading is remembered. Raises `UploadRefused`."""
    _at(upload, UploadStage.SENT, UploadStage.TRIED)
    stage = UploadStage.TRYING if is_trial else UploadStage.TAKING
    if not EventUpload.objects.filter(pk=upload.pk, stage=upload.stage).update(stage=stage, outcome={}, batch=None):
        raise UploadRefused
    upload.stage = stage
    if not is_trial:
        RememberedReading.objects.update_or_create(trajectory=upload.trajectory, defaults={"wishes": upload.wishes})
    key = upload.pk
    transaction.on_commit(lambda: _send(key))


def cancel(*, upload: EventUpload, now: dt.datetime) -> None:
    """Break off what runs and remove the file."""
    if upload.stage not in WAITING:
        raise UploadRefused
    if upload.stage in RUNNING and upload.batch is not None:
        cancel_import(batch=upload.batch, now=now)
    EventUpload.objects.filter(pk=upload.pk).update(stage=UploadStage.CANCELLED)
    uploads.forget(upload.file)


def settle(*, upload: EventUpload, outcome: Mapping[str, object], now: dt.datetime) -> None:
    """Keep what came of a trial or an import, unless it was cancelled meanwhile; the file goes once it is taken."""
    is_taken = upload.stage == UploadStage.TAKING and not outcome.get("error")
    stage = UploadStage.TAKEN if is_taken else UploadStage.TRIED
    EventUpload.objects.filter(pk=upload.pk, stage__in=RUNNING).update(stage=stage, outcome=dict(outcome))
    if is_taken:
        uploads.forget(upload.file)
    announce(topic="trajectory", unit_id=None, what={"trajectory": upload.trajectory.code}, now=now)


def forget_old(*, now: dt.datetime) -> int:
    """Cancel the uploads that nobody decided on, or no job began, for a day, and remove their files; return how many."""
    before = now - KEPT
    idle = Q(stage__in=WAITING - RUNNING) | Q(stage__in=RUNNING, batch__isnull=True)
    EventUpload.objects.filter(idle, sent_at__lt=before).update(stage=UploadStage.CANCELLED)
    EventUpload.objects.filter(sent_at__lt=now - TOLD, stage=UploadStage.CANCELLED).delete()
    return uploads.forget_older(before.timestamp())


def _at(upload: EventUpload, *stages: UploadStage) -> None:
    if upload.stage not in stages:
        raise UploadRefused


def _send(key: int) -> None:
    try:
        current_app.send_task(TASK, args=[key], retry=False, ignore_result=True)
    except (OperationalError, OSError) as reason:
        logger.warning("The queue does not answer; upload %s waits to be started again. %s", key, reason)
        EventUpload.objects.filter(pk=key, stage__in=RUNNING).update(stage=UploadStage.SENT)
