"""Events come in once, under pseudonyms, whatever real files hold."""

from __future__ import annotations

import datetime as dt
import gzip
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.imports import ImportReport
from tests.trajectories.logs import LINES, NOW, add, rows, trajectory
from trajectories.models import Event, EventBatch, Trajectory
from trajectories.operations import add_events

pytestmark = pytest.mark.django_db

HEADER = "case_id,activity,timestamp,team,resource\n"


def import_text(tmp_path: Path, text: str, *options: str, name: str = "log.csv") -> str:
    path = tmp_path / name
    packed = gzip.compress(text.encode()) if name.endswith(".gz") else text.encode()
    path.write_bytes(packed)
    said = io.StringIO()
    call_command("import_events", "youths", str(path), *options, stdout=said)
    return said.getvalue().splitlines()[0]


@pytest.fixture
def youths() -> Trajectory:
    return trajectory()


def test_the_same_file_again_changes_nothing_also_in_another_order(youths: Trajectory, tmp_path: Path) -> None:
    lines = ["A,X,2024-01-01,t,w", "A,X,2024-01-01,t,w", "B,X,2024-01-02,t,w"]

    first = import_text(tmp_path, HEADER + "\n".join(lines))
    again = import_text(tmp_path, HEADER + "\n".join(reversed(lines)), name="again.csv.gz")

    assert first == "read 3, new 3, changed 0, unchanged 0, refused 0"
    assert again == "read 3, new 0, changed 0, unchanged 3, refused 0"


def test_a_case_named_na_is_a_case_and_an_empty_one_is_none(youths: Trajectory, tmp_path: Path) -> None:
    said = import_text(tmp_path, HEADER + "NA,X,2024-01-01,?,NULL\n,X,2024-01-01,EMPTY,\n", "--allow-refused")

    assert said == "read 2, new 1, changed 0, unchanged 0, refused 1"
    assert Event.objects.get().team == "?"


def test_refused_rows_tell_line_and_reason_and_no_name(youths: Trajectory, tmp_path: Path) -> None:
    rows = "Jane Doe,X,31/12/2024,t,w\nJane Doe,,2024-01-01,t,w\nJane Doe,X\nJane Doe,X,2024-01-01,t,w\n"

    with pytest.raises(CommandError, match="3 rows were refused"):
        import_text(tmp_path, HEADER + rows)

    assert (tmp_path / "log.csv.refused.csv").read_text().splitlines() == [
        "line,field,reason,text",
        '4,,"has 2 cells, the header 5",',
        "3,activity,missing activity,",
        "2,at,not a time such as 2024-12-31 08:00:00,",
    ]


def test_people_and_workers_are_pseudonyms_and_the_rest_is_kept_as_text(youths: Trajectory, tmp_path: Path) -> None:
    text = 'case_id,activity,timestamp,resource,person_id,case:channel,my note\nA,X,2024-01-01,Jo,7,Desk,"a ""b"""\n'

    import_text(tmp_path, text)

    event = Event.objects.get()
    kept = str(Event.objects.values().get())
    assert "Jo" not in kept
    assert event.worker is not None
    assert event.person is not None
    assert event.attributes == {"case:channel": "Desk", "my note": 'a "b"'}


def test_instants_are_shown_in_the_zone_and_walls_stay_as_they_are(youths: Trajectory, tmp_path: Path) -> None:
    text = (
        HEADER
        + "A,X,2011-10-30T00:30:00+00:00,t,w\nA,Y,2011-10-30T02:30:00+01:00,t,w\nB,X,2011-10-30 02:30:00.5,t,w\nC,X,1970-01-01,t,w\n"
    )

    import_text(tmp_path, text, "--timezone", "Europe/Amsterdam")

    kept = [
        (event.wall.replace(tzinfo=None).isoformat(), event.utc_offset) for event in Event.objects.order_by("order")
    ]
    assert kept == [
        ("2011-10-30T02:30:00", 7200),
        ("2011-10-30T02:30:00", 3600),
        ("2011-10-30T02:30:00.500000", None),
        ("1970-01-01T00:00:00", None),
    ]


def test_a_trial_counts_and_keeps_nothing(youths: Trajectory, tmp_path: Path) -> None:
    said = import_text(tmp_path, HEADER + "A,X,2024-01-01,t,w\n", "--dry-run")

    assert said == "read 1, new 1, changed 0, unchanged 0, refused 0"
    assert (Event.objects.count(), EventBatch.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("", (), "no header"),
        ("a,b\n1,2\n", (), "No column is known for case, activity, at"),
        (HEADER, ("--map", "case=id"), "no column “id”"),
        (HEADER, ("--map", "kase=case_id"), "does not map a field"),
        (HEADER, ("--timezone", "Mars"), "no time zone"),
        ("x" * 1_200_000, (), "too long"),
    ],
)
def test_a_file_that_is_no_log_is_refused_in_a_sentence(
    text: str, options: tuple[str, ...], sentence: str, youths: Trajectory, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=sentence):
        import_text(tmp_path, text, *options)


def test_a_broken_gzip_file_is_refused(youths: Trajectory, tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress((HEADER + "A,X,2024-01-01,t,w\n").encode())[:-9])

    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_events", "youths", str(path))


XES = """<?xml version="1.0"?>{doctype}<log xmlns="http://www.xes-standard.org/"><trace>
<string key="concept:name" value="c1"/><event><string key="concept:name" value="X"/>
<date key="time:timestamp" value="2024-01-01T08:00:00.000+01:00"/><string key="org:group" value="north"/></event>
</trace></log>"""


def test_xes_is_read_and_entities_are_refused(youths: Trajectory, tmp_path: Path) -> None:
    said = import_text(tmp_path, XES.format(doctype=""), name="log.xes.gz")

    assert said == "read 1, new 1, changed 0, unchanged 0, refused 0"
    with pytest.raises(CommandError, match="document type"):
        import_text(tmp_path, XES.format(doctype='<!DOCTYPE log [<!ENTITY a "b">]>'), name="bomb.xes")


def test_events_of_a_program_are_kept_once(youths: Trajectory) -> None:
    first, again = add(youths), add(youths)

    assert (first.new, again.new, again.unchanged) == (8, 0, 8)


def test_what_is_no_object_is_refused_by_its_place(youths: Trajectory) -> None:
    report = add_events(trajectory=youths, rows=[*rows()[:1], 7], by=None, now=NOW)

    assert (report.read, report.new) == (2, 1)
    assert [(one.line, one.reason) for one in report.refusals] == [(2, "is not an object")]


def test_new_events_make_the_trajectory_stale_and_known_ones_do_not(youths: Trajectory) -> None:
    add(youths, LINES, now=NOW)
    Trajectory.objects.update(stale_since=None)

    add(youths, LINES, now=NOW + dt.timedelta(days=1))

    assert Trajectory.objects.get().stale_since is None


def test_teams_that_are_no_unit_are_counted(youths: Trajectory) -> None:
    report: ImportReport = add(youths)

    assert report.notes == ["2 teams of the log are no known units; they are kept as text (rows: 8)."]
