"""Reference logs in the database for tests, and comparing with reference answers."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from core.imports import ImportReport
from trajectories.forms.csv_events import read_csv_events
from trajectories.models import Trajectory
from trajectories.operations import Origin, import_events

ANSWERS = Path(__file__).resolve().parents[3] / "shared" / "reference" / "trajectories" / "answers.json"
ITEMS: list[dict[str, Any]] = json.loads(ANSWERS.read_text()) if ANSWERS.exists() else []
#: Keyed by units of a level; these are read from the values after a refresh.
BY_LEVEL = {"access_delay_by_unit_month", "handoffs_by_level", "waiting_now_by_level", "open_caseload", "workload"}
ZONES = {"receipt": "Europe/Amsterdam", "bpi2012": "Europe/Amsterdam", "helpdesk": "Europe/Rome"}
#: What starts a case, for the one measure that asks the clock and not the item: only started cases are put through.
STARTS = {"helpdesk": ["Assign seriousness"], "bpi2013_incidents": ["Accepted", "Queued"]}
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@contextmanager
def kept_for_a_module(blocker: DjangoDbBlocker) -> Iterator[None]:
    """Have what is written inside seen by all tests of a module, and gone after."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def settle() -> None:
    """Check deferred constraints once, here; else every test would check them again for each row of the logs."""
    connection.check_constraints()


def imported(reference: Path, name: str, *, zone: str = "", code: str = "") -> Trajectory:
    clock = {"start": STARTS[name]} if name in STARTS else {}
    trajectory = Trajectory.objects.create(
        code=code or name, name_en=name, timezone=zone or ZONES.get(name, "UTC"), clock=clock
    )
    report = ImportReport()
    chunks = read_csv_events(reference / "trajectories" / "logs" / f"{name}.csv.gz", report)
    origin = Origin(name=name, mapping={}, zone=trajectory.timezone)
    import_events(trajectory=trajectory, chunks=chunks, origin=origin, report=report, now=NOW)
    assert (report.new, report.refused) == (report.read, 0)
    return trajectory


def assert_same(found: object, expected: object, tolerance: float) -> None:
    """Compare to the stated tolerance; `top` lists workers, who are pseudonyms."""
    if isinstance(expected, dict):
        assert isinstance(found, dict)
        wanted = {name: one for name, one in expected.items() if not (name == "top" and isinstance(one, list))}
        assert found.keys() == wanted.keys()
        for name, one in wanted.items():
            assert_same(found[name], one, tolerance)
    elif isinstance(expected, list):
        assert isinstance(found, list)
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other, tolerance)
    elif isinstance(expected, int | float):
        assert found == pytest.approx(expected, abs=tolerance)
    else:
        assert found == expected
