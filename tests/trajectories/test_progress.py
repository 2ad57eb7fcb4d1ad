"""An import tells how far it is while it runs, and can be cancelled."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest
from django.core.management import call_command
from django.db import connection

from core.imports import ImportReport
from tests.trajectories.logs import NOW, trajectory
from trajectories.models import Event, EventBatch, Trajectory
from trajectories.operations import Origin, import_events
from trajectories.operations.intake import progress as progress_module
from trajectories.operations.intake.progress import ImportCancelled, Watch, cancel_import

ORIGIN = Origin("log.csv", {}, "UTC")


def chunk(case: str) -> pl.DataFrame:
    return pl.DataFrame({"case": [case], "activity": ["A"], "at": ["2024-01-01"], "#line": [2]})


@pytest.fixture
def youths(monkeypatch: pytest.MonkeyPatch) -> Trajectory:
    monkeypatch.setattr(progress_module, "PAUSE", 0.0)
    return trajectory()


def seen_from_elsewhere() -> float | None:
    """Return what another connection sees of how far the import is."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT share_read FROM trajectories_eventbatch")
        (share,) = cursor.fetchone()
    other.close()
    return None if share is None else float(share)


@pytest.mark.django_db(transaction=True)
def test_others_see_how_far_an_import_is_before_it_has_ended(youths: Trajectory) -> None:
    report = ImportReport()
    seen: list[float | None] = []

    def tell(_rows: int, _share: float | None) -> None:
        seen.append(seen_from_elsewhere())

    def chunks() -> Iterator[pl.DataFrame]:
        for number in range(3):
            report.read += 1
            yield chunk(str(number))

    import_events(
        trajectory=youths, chunks=chunks(), origin=ORIGIN, report=report, now=NOW, watch=Watch(lambda: 0.5, tell)
    )

    assert seen == [None, 0.5, 0.5]
    assert EventBatch.objects.get().rows_read == 3


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_import_breaks_off_and_keeps_nothing(youths: Trajectory) -> None:
    def cancel_elsewhere() -> bool:
        try:
            return cancel_import(batch=EventBatch.objects.get(), now=NOW)
        finally:
            connection.close()

    def cancel(_rows: int, _share: float | None) -> None:
        with ThreadPoolExecutor(1) as somebody:
            assert somebody.submit(cancel_elsewhere).result()

    with pytest.raises(ImportCancelled):
        import_events(
            trajectory=youths,
            chunks=iter([chunk("a"), chunk("b"), chunk("c")]),
            origin=ORIGIN,
            report=ImportReport(),
            now=NOW,
            watch=Watch(tell=cancel),
        )

    batch = EventBatch.objects.get()
    assert (Event.objects.count(), batch.finished_at, batch.error) == (
        0,
        None,
        "The import was cancelled; nothing of it was kept.",
    )
    assert not cancel_import(batch=batch, now=NOW + dt.timedelta(days=1))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.django_db
@pytest.mark.parametrize(("screen", "drawn"), [(Terminal(), 1), (io.StringIO(), 0)], ids=["terminal", "file"])
def test_a_bar_is_drawn_where_somebody_looks_on(
    screen: io.StringIO, drawn: int, youths: Trajectory, tmp_path: Path
) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case,activity,at\nA,X,2024-01-01\n")

    call_command("import_events", "youths", str(path), stdout=io.StringIO(), stderr=screen)

    assert min(1, screen.getvalue().count("100%  1")) == drawn
