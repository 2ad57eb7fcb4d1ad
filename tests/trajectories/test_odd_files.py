"""Files in which something is odd: taken where they can be understood, else refused in a sentence that repeats nothing."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.trajectories.logs import NOW, trajectory
from trajectories.models import Event, EventBatch, Trajectory
from trajectories.operations import refresh

pytestmark = pytest.mark.django_db

HEADER, ROW = "case,activity,at\n", "A,X,2024-01-01\n"
ONE = {"case": "A", "activity": "X", "at": "2024-01-01"}
MARK = b"\xef\xbb\xbf"
XES = '<log><trace><string key="concept:name" value="A"/><event>{}</event></trace></log>'
EVENT = '<string key="concept:name" value="X"/><date key="time:timestamp" value="2024-01-01T00:00:00Z"/>'
HL7 = "MSH|^~\\&|A|B|C|D|20240101||ADT^A01|1|P|2.5\rEVN|A01|20240101\rPID|1||123\rPV1|1|I|north\r"
REQUEST = {
    "resourceType": "ServiceRequest",
    "id": "s1",
    "status": "active",
    "subject": {"reference": "Patient/1"},
    "authoredOn": "2024-01-01",
}
EPISODE = {
    "resourceType": "EpisodeOfCare",
    "id": "e1",
    "status": "active",
    "patient": {"reference": "Patient/1"},
    "period": {"start": "2024-01-01"},
    "statusHistory": [{"status": "planned", "period": {"start": "2023-12-01"}}],
}
OCEL = {
    "objectTypes": [{"name": "case"}],
    "objects": [{"id": "A", "type": "case"}],
    "events": [{"id": "1", "type": "X", "time": "2024-01-01T00:00:00Z", "relationships": [{"objectId": "A"}]}],
}


@pytest.fixture(autouse=True)
def youths() -> Trajectory:
    return trajectory()


def bundle(*resources: object) -> bytes:
    return json.dumps({"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}).encode()


def take(path: Path, content: bytes, *options: str) -> str:
    """Import a file, refused rows or not, and return what was said."""
    path.write_bytes(content)
    said = io.StringIO()
    call_command("import_events", "youths", str(path), "--allow-refused", *options, stdout=said, stderr=said)
    return said.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        MARK + (HEADER + ROW).encode(),
        (HEADER + ROW).encode("utf-16"),
        MARK + ("sep=;\r\n" + (HEADER + ROW).replace(",", ";")).encode(),
        MARK + json.dumps([ONE]).encode(),
        MARK + json.dumps(ONE).encode() + b"\n" + json.dumps(ONE | {"case": ""}).encode(),
        MARK + json.dumps(OCEL).encode(),
        MARK + bundle(REQUEST),
        MARK + HL7.encode(),
        HL7.replace("|", "#").encode(),
        HL7.replace("^", "$").encode(),
        MARK + XES.format(EVENT).encode(),
        ('<?xml version="1.0" encoding="UTF-16"?>' + XES.format(EVENT)).encode("utf-16"),
        XES.format(EVENT).replace("<", "<x:").replace("<x:/", "</x:").replace("<x:log", '<x:log xmlns:x="u"').encode(),
    ],
    ids=["csv", "csv16", "csv;", "json", "ndjson", "ocel", "fhir", "hl7", "hl7#", "hl7$", "xes", "xes16", "xes:"],
)
def test_marks_of_an_encoding_and_other_separators_hide_no_event(content: bytes, tmp_path: Path) -> None:
    take(tmp_path / "log", content, *(["--case", "case"] if b"objectTypes" in content else []))

    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ((HEADER + ROW).encode("utf-32"), "not text"),
        ((HEADER + "A\0,X,2024-01-01\n").encode("utf-16"), "not text"),
        (json.dumps([ONE]).encode("utf-16"), "save it as UTF-8"),
        (HL7.encode("utf-16"), "save it as UTF-8"),
        (b'<?xml version="1.0" encoding="no-such"?>' + XES.format(EVENT).encode(), "no well-formed XML"),
    ],
)
def test_what_no_reader_understands_is_refused_in_a_sentence(content: bytes, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=sentence):
        take(tmp_path / "log", content)

    assert (Event.objects.count(), EventBatch.objects.finished().count()) == (0, 0)


@pytest.mark.parametrize("options", [(), ("--map", "case=dossier")])
def test_a_file_without_headings_has_its_first_event_repeated_nowhere(options: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        take(tmp_path / "log", b"Jane Doe;REFERRAL;2024-01-03\nJohn Roe;REFERRAL;2024-01-04\n", *options)

    assert "Jane" not in str(refused.value) + EventBatch.objects.get().error


def test_headings_are_told_where_some_of_them_are_known(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"No column is known for activity; there are: case, what, at\."):
        take(tmp_path / "log", b"case,what,at\nA,X,2024-01-01\n")


def test_years_that_no_database_holds_are_no_times(tmp_path: Path, youths: Trajectory) -> None:
    times = ("0000-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31", "2024-01-01")

    said = take(tmp_path / "log", (HEADER + "".join(f"A,X,{one}\n" for one in times)).encode())

    assert said.startswith("read 5, new 2, changed 0, unchanged 0, refused 3\n")
    row = refresh(youths, now=NOW)
    assert row is not None
    assert row.error == ""


@pytest.mark.parametrize("columns", ["case,activity,at,note", "note,case,activity,at"])
def test_a_quotation_mark_that_is_never_closed_swallows_no_event(columns: str, tmp_path: Path) -> None:
    cells = {"case": "A", "activity": "X", "at": "2024-01-01", "note": '"called'}
    row = ",".join(cells[name] for name in columns.split(","))
    others = row.replace('"called', "") + "\n"

    with pytest.raises(CommandError, match="A quotation mark is opened and never closed"):
        take(tmp_path / "log", f"{columns}\n{row}\n{others * 5}".encode())

    assert Event.objects.count() == 0


def test_columns_without_names_are_no_fields_and_go_by_their_letters(tmp_path: Path) -> None:
    take(tmp_path / "log", b",case,activity,at,,\n1,A,X,2024-01-01,P1,\n")

    event = Event.objects.get()
    assert (event.priority, event.team, event.person, event.attributes) == ("", "", None, {"A": "1", "E": "P1"})


ODD: list[Any] = [None, 7, "x", [], {}, [[]], [None], [7], {"a": {"b": 1}}, True]


@pytest.mark.parametrize("resource", [REQUEST, EPISODE])
def test_whatever_stands_in_a_resource_is_an_event_or_a_refusal(resource: dict[str, Any], tmp_path: Path) -> None:
    variants = [{**resource, name: odd} for name in resource for odd in ODD]
    variants += [{**resource, "statusHistory": [{"status": odd, "period": odd}]} for odd in ODD]

    said = take(tmp_path / "log", bundle(*variants, resource))

    assert "refused" in said
    assert Event.objects.in_force().filter(wall__year__gte=2023).exists()


def test_a_message_without_its_signs_is_refused_and_the_next_one_taken(tmp_path: Path) -> None:
    said = take(tmp_path / "log", b"MSH|\rPID|1\r" + HL7.encode())

    assert said.startswith("read 2, new 1, changed 0, unchanged 0, refused 1\n")
