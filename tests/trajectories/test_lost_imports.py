"""An import whose process died is told, closed, and leaves nothing behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from core.imports import ImportReport
from organisation.choices import RoleName
from tests import build
from tests.locks import wait_until_free
from tests.trajectories.logs import NOW, trajectory
from trajectories.choices import UploadStage
from trajectories.models import Event, EventBatch, EventUpload, Trajectory
from trajectories.operations import Origin, forget_old, import_events
from trajectories.operations.intake.losing import close_lost_imports
from trajectories.queries.imports import ALIVE_LOCK, lost_imports
from trajectories.views.states import batch_row

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=2)


@pytest.fixture
def youths() -> Trajectory:
    return trajectory()


@pytest.fixture
def sent(youths: Trajectory, settings: Settings, tmp_path: Path) -> EventUpload:
    """Return an upload whose import was begun."""
    settings.UPLOADS_DIR = tmp_path
    centre = build.unit("centre")
    batch = EventBatch.objects.create(trajectory=youths, name="log.csv", imported_at=NOW, rows_read=400)
    return EventUpload.objects.create(
        trajectory=youths,
        by=build.person_with(RoleName.LEAD, centre),
        name="log.csv",
        size=1,
        file="f",
        sent_at=NOW,
        stage=UploadStage.TAKING,
        batch=batch,
    )


def test_an_import_that_nobody_works_on_is_interrupted(sent: EventUpload) -> None:
    assert sent.batch is not None
    lost = [batch.pk for batch in lost_imports(now=LATER)]

    assert lost == [sent.batch.pk]
    assert batch_row(sent.batch, lost).state == "interrupted"


def test_an_import_is_alive_until_its_process_ends(sent: EventUpload) -> None:
    assert sent.batch is not None
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [ALIVE_LOCK, sent.batch.pk])

    before = list(lost_imports(now=LATER))
    other.close()
    wait_until_free(ALIVE_LOCK, sent.batch.pk)

    assert (before, list(lost_imports(now=LATER))) == ([], [sent.batch])


def test_an_import_is_not_lost_before_it_has_begun(sent: EventUpload) -> None:
    assert list(lost_imports(now=NOW + dt.timedelta(seconds=30))) == []


def test_an_import_at_work_holds_its_own_lock(youths: Trajectory) -> None:
    def chunks() -> Iterator[pl.DataFrame]:
        yield pl.DataFrame({"case": ["a"], "activity": ["A"], "at": ["2024-01-01"], "#line": [2]})

    batch = import_events(
        trajectory=youths, chunks=chunks(), origin=Origin("x", {}, "UTC"), report=ImportReport(), now=NOW
    )
    assert batch is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE classid = %s AND objid = %s", [ALIVE_LOCK, batch.pk])
        (held,) = cursor.fetchone()

    assert held == 1


def test_a_lost_import_is_closed_and_its_file_can_be_taken_again(sent: EventUpload) -> None:
    closed = [close_lost_imports(now=LATER), close_lost_imports(now=LATER)]

    sent.refresh_from_db()
    assert sent.batch is not None
    assert closed == [1, 0]
    assert (sent.stage, Event.objects.count()) == (UploadStage.TRIED, 0)
    assert sent.batch.error == "The process that read it was interrupted; nothing of it was kept."
    assert sent.outcome["error"] == sent.batch.why


def test_a_file_that_no_job_ever_began_is_forgotten_with_the_others(sent: EventUpload) -> None:
    EventUpload.objects.update(batch=None)

    forget_old(now=NOW + dt.timedelta(days=1, minutes=5))

    sent.refresh_from_db()
    assert sent.stage == UploadStage.CANCELLED
