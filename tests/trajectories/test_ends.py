"""A row that tells when something began and when it ended is two events, as XES has them."""

from __future__ import annotations

import datetime as dt
import io
from itertools import permutations
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.trajectories.logs import NOW, trajectory
from tests.trajectories.workbooks import workbook
from trajectories.calculations.rows.mapping import likely
from trajectories.models import Event, EventBatch, Trajectory
from trajectories.operations import add_events
from trajectories.operations.intake.undoing import undo_events

pytestmark = pytest.mark.django_db

STAYS = """Dossier;Activité;Début;Fin
7;Séjour;2024-01-01 08:00;2024-01-05 10:00
8;Séjour;2024-01-02 08:00;
9;Séjour;;2024-01-03 09:00
"""


@pytest.fixture
def youths() -> Trajectory:
    return trajectory()


def take(path: Path, *options: str) -> str:
    said = io.StringIO()
    call_command("import_events", "youths", str(path), "--allow-refused", *options, stdout=said)
    return said.getvalue()


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(text)
    return path


def kept() -> list[tuple[str, str]]:
    events = Event.objects.in_force().order_by("wall", "order")
    return [(event.lifecycle, event.wall.strftime("%m-%d %H:%M")) for event in events]


def test_a_row_with_a_beginning_and_an_end_is_a_start_and_a_complete(youths: Trajectory, tmp_path: Path) -> None:
    said = take(written(tmp_path, STAYS))
    again = take(written(tmp_path, STAYS))

    assert "Guessed from the columns’ names: case=Dossier, activity=Activité, at=Début, end=Fin." in said
    assert said.startswith("read 3, new 4, changed 0, unchanged 0, refused 0\n")
    assert kept() == [
        ("start", "01-01 08:00"), ("start", "01-02 08:00"), ("complete", "01-03 09:00"), ("complete", "01-05 10:00"),
    ]  # fmt: skip
    assert {event.attributes for event in Event.objects.all()} == {None}
    assert again.startswith("read 3, new 0, changed 0, unchanged 4, refused 0\n")


def test_an_end_that_nobody_wants_stays_a_text_of_the_event(youths: Trajectory, tmp_path: Path) -> None:
    take(written(tmp_path, STAYS.rsplit("\n", 2)[0]), "--map", "end=")

    assert kept() == [("", "01-01 08:00"), ("", "01-02 08:00")]
    assert Event.objects.order_by("wall")[0].attributes == {"Fin": "2024-01-05 10:00"}


def test_an_end_before_its_beginning_and_one_that_is_no_time_are_refused(youths: Trajectory, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "case,activity,start,end\n"
        "a,Stay,2024-01-05 08:00,2024-01-04 08:00\n"
        "b,Stay,2024-01-05 08:00,soon\n"
        "c,Stay,,\n"
        "d,Stay,2024-01-05 08:00:00+02:00,2024-01-05 07:00:00Z\n"
        "e,Stay,2024-01-05 08:00,2024-01-05 08:00\n",
    )

    take(path)

    assert path.with_name("log.csv.refused.csv").read_text().splitlines() == [
        "line,field,reason,text",
        "4,at,missing time,",
        "3,end,not a time such as 2024-12-31 08:00:00,",
        "2,end,it ends before it begins,",
    ]
    assert sorted(one for one, _at in kept()) == ["complete", "complete", "start", "start"]


def test_an_end_of_mere_hours_is_on_the_day_of_the_beginning(youths: Trajectory, tmp_path: Path) -> None:
    take(written(tmp_path, "Dossier;Acte;Date;Heure début;Heure fin\n7;Visite;05/13/2024;9 h 05;10h\n"))

    assert kept() == [("start", "05-13 09:05"), ("complete", "05-13 10:00")]


def test_a_spreadsheet_and_a_program_tell_ends_too(youths: Trajectory, tmp_path: Path) -> None:
    path = tmp_path / "log.xlsx"
    path.write_bytes(
        workbook(["Dossier", "Activité", "Début", "Fin"], ["7", "Séjour", "2024-01-01 08:00", "2024-01-05 10:00"])
    )

    take(path)
    add_events(
        trajectory=youths,
        rows=[{"case": "8", "activity": "Stay", "at": "2024-02-01", "end": "2024-02-03"}],
        by=None,
        now=NOW,
    )

    assert kept() == [
        ("start", "01-01 08:00"), ("complete", "01-05 10:00"), ("start", "02-01 00:00"), ("complete", "02-03 00:00"),
    ]  # fmt: skip


def test_a_row_with_an_id_corrects_and_takes_back_both_of_its_events(youths: Trajectory) -> None:
    def tell(**row: str) -> tuple[int, int]:
        report = add_events(trajectory=youths, rows=[{"event": "1", **row}], by=None, now=NOW + dt.timedelta(hours=1))
        return report.new, report.changed

    first = tell(case="8", activity="Stay", at="2024-02-01", end="2024-02-03")
    longer = tell(case="8", activity="Stay", at="2024-02-01", end="2024-02-04")
    before = kept()
    gone = tell(withdrawn="yes", end="")
    after = kept()

    assert (first, longer, gone) == ((2, 0), (0, 1), (0, 2))
    assert before[-1] == ("complete", "02-04 00:00")
    assert after == []


def tell(youths: Trajectory, hours: int, **row: object) -> tuple[int, int, int]:
    """Send the row with the id 1 at an hour, and return how many events were new, changed, and known."""
    rows = [{"event": "1", "case": "8", "activity": "Stay", "at": "2024-02-01", **row}]
    report = add_events(trajectory=youths, rows=rows, by=None, now=NOW + dt.timedelta(hours=hours))
    return report.new, report.changed, report.unchanged


@pytest.mark.parametrize("nothing", ["", None])
def test_a_correction_that_empties_the_end_takes_it_back_and_a_later_one_brings_it_again(
    youths: Trajectory, nothing: str | None
) -> None:
    told = [tell(youths, 1, end="2024-02-03"), tell(youths, 2, end=nothing), tell(youths, 3, end=nothing)]
    emptied = kept()
    told.append(tell(youths, 4, end="2024-02-05"))

    assert told == [(2, 0, 0), (0, 1, 1), (0, 0, 1), (1, 0, 1)]
    assert emptied == [("start", "02-01 00:00")]
    assert kept() == [("start", "02-01 00:00"), ("complete", "02-05 00:00")]


def test_a_stay_that_is_open_first_and_ends_later_has_its_end(youths: Trajectory) -> None:
    told = [tell(youths, 1, end=""), tell(youths, 2, end="2024-02-03")]

    assert told == [(1, 0, 0), (1, 0, 1)]
    assert kept() == [("start", "02-01 00:00"), ("complete", "02-03 00:00")]


def test_where_the_source_says_when_it_recorded_the_order_of_arrival_does_not_matter(youths: Trajectory) -> None:
    versions = [
        {"end": "2024-02-03", "recorded": "2024-02-03T10:00:00"},
        {"end": "", "recorded": "2024-02-04T10:00:00"},
        {"end": "2024-02-09", "recorded": "2024-02-09T10:00:00"},
    ]

    found = []
    for number, order in enumerate(permutations(versions)):
        for hours, version in enumerate(order):
            tell(youths, hours, case=f"{number}", event=f"{number}", **version)
        found.append(kept())
        Event.objects.all().delete()

    assert found == [[("start", "02-01 00:00"), ("complete", "02-09 00:00")]] * 6


def test_an_end_that_was_emptied_stays_so_when_the_older_row_comes_late(youths: Trajectory) -> None:
    told = [
        tell(youths, 1, end="", recorded="2024-02-04T10:00:00"),
        tell(youths, 2, end="2024-02-03", recorded="2024-02-03T10:00:00"),
    ]

    assert [new for new, _changed, _unchanged in told] == [1, 1]
    assert kept() == [("start", "02-01 00:00")]


def test_what_took_an_end_back_can_be_undone(youths: Trajectory) -> None:
    tell(youths, 1, end="2024-02-03")
    tell(youths, 2, end="")

    undo_events(batch=EventBatch.objects.latest("pk"), by=None, now=NOW + dt.timedelta(hours=3))

    assert kept() == [("start", "02-01 00:00"), ("complete", "02-03 00:00")]


def test_a_file_that_tells_a_row_twice_keeps_the_later_even_where_that_has_no_end(
    youths: Trajectory, tmp_path: Path
) -> None:
    log = "event,case,activity,start,end\n1,a,Stay,2024-01-05,2024-01-06\n1,a,Stay,2024-01-05,\n2,b,Stay,2024-01-07,\n"

    said = take(written(tmp_path, log), "--map", "event=event")

    assert kept() == [("start", "01-05 00:00"), ("start", "01-07 00:00")]
    assert said.startswith("read 3, new 3, changed 1, unchanged 1, refused 0\n")


def test_an_end_is_guessed_beside_a_beginning_alone() -> None:
    columns = ["case", "activity", "timestamp", "end_date"]

    assert likely({}, columns)[0] == {"case": "case", "activity": "activity", "at": "timestamp"}
    assert likely({}, ["case", "activity", "fin"])[0]["at"] == "fin"
