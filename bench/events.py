"""The import of 1,000,000 events, validated, against a bare COPY of the same rows into the same kind of table."""

import csv
import datetime as dt
import io
import random
import tempfile
import time
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from core.imports import ImportReport
from trajectories.forms.csv_events import read_csv_events
from trajectories.models import Trajectory
from trajectories.operations import Origin, import_events

EVENTS, CASES, TEAMS, WORKERS = 1_000_000, 100_000, 1_320, 15_000
ACTIVITIES = ("REFERRAL", "INTAKE", "ASSESSMENT", "FIRST_SERVICE", "CONTACT", "PAUSE", "RESUME", "CLOSURE")
IMPORT, READ = "import / bare COPY of the same rows", f"import of {EVENTS:,} events (s)"

#: Django's bulk_create of the same rows takes about 6.
MOST = {IMPORT: 3.0}


def run() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.csv"
        _write(path)
        trajectory = Trajectory.objects.create(code="bench", name_en="Bench")
        validated = _import(trajectory, path)
        bare = _copy_again(trajectory)
    return {IMPORT: validated / bare, READ: validated, "bare COPY (s)": bare}


def _write(path: Path) -> None:
    chance, first = random.Random(7), dt.datetime(2022, 1, 1, tzinfo=dt.UTC)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("event_id", "case_id", "person_id", "timestamp", "activity", "team", "resource"))
        for number in range(EVENTS):
            case = chance.randrange(CASES)
            at = first + dt.timedelta(seconds=number * 94)
            rows.writerow(
                (number, case, case, f"{at:%Y-%m-%d %H:%M:%S}", chance.choice(ACTIVITIES), case % TEAMS, case % WORKERS)
            )


def _import(trajectory: Trajectory, path: Path) -> float:
    began, report = time.perf_counter(), ImportReport()
    origin = Origin(name=path.name, mapping={}, zone="America/Toronto")
    import_events(
        trajectory=trajectory, chunks=read_csv_events(path, report), origin=origin, report=report, now=timezone.now()
    )
    if (report.new, report.refused) != (EVENTS, 0):
        raise RuntimeError(str(report))
    return time.perf_counter() - began


def _copy_again(trajectory: Trajectory) -> float:
    """Copy the rows as they were kept, in the same order, into a table with the same indexes."""
    text = io.BytesIO()
    columns = (
        '"trajectory_id", "batch_id", "recorded_at", "fingerprint", "case", "person", "worker", "activity", "wall"'
    )
    columns += ', "utc_offset", "order", "team", "priority", "lifecycle", "attributes"'
    with transaction.atomic(), connection.cursor() as cursor:
        rows = f"SELECT {columns} FROM trajectories_event WHERE trajectory_id = {trajectory.pk} ORDER BY id"
        cursor.copy_expert(f"COPY ({rows}) TO STDOUT WITH (FORMAT csv)", text)
        cursor.execute("CREATE TABLE bare (LIKE trajectories_event INCLUDING ALL)")
        text.seek(0)
        began = time.perf_counter()
        cursor.copy_expert(
            f"COPY bare ({columns}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (team, priority, lifecycle))", text
        )
        return time.perf_counter() - began
