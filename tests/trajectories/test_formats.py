"""Events come from XES, OCEL, FHIR, HL7 and JSON, recognised by what a file holds."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.trajectories.logs import trajectory
from trajectories.models import Event, Trajectory

pytestmark = pytest.mark.django_db


@pytest.fixture
def youths() -> Trajectory:
    return trajectory(timezone="America/Toronto")


def take(tmp_path: Path, text: str, *options: str, name: str = "log.txt") -> str:
    """Import a file whose name tells nothing; return what is said."""
    path = tmp_path / name
    path.write_bytes(text.encode())
    said = io.StringIO()
    call_command("import_events", "youths", str(path), *options, "--allow-refused", stdout=said)
    return said.getvalue()


def kept() -> list[tuple[str, str, str, str]]:
    """Return activity, time, team and lifecycle of the events in force, in their order."""
    return [
        (event.activity, event.wall.strftime("%Y-%m-%d %H:%M"), event.team, event.lifecycle)
        for event in Event.objects.in_force().order_by("wall", "activity")
    ]


XES = """<?xml version="1.0"?><log><trace><string key="concept:name" value="c1"/>
<event><string key="concept:name" value="Assess"/><date key="time:timestamp" value="2024-01-01T08:00:00.000-05:00"/>
<string key="org:group" value="north"/><string key="lifecycle:transition" value="start"/></event>
<event><string key="concept:name" value="Assess"/><date key="time:timestamp" value="2024-01-01T09:00:00.000-05:00"/>
<string key="org:group" value="north"/><string key="lifecycle:transition" value="complete"/></event></trace></log>"""


def test_a_log_is_recognised_by_what_it_holds_and_starts_and_ends_are_kept(youths: Trajectory, tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(gzip.compress(XES.encode()))

    call_command("import_events", "youths", str(path), stdout=io.StringIO())

    assert kept() == [
        ("Assess", "2024-01-01 08:00", "north", "start"),
        ("Assess", "2024-01-01 09:00", "north", "complete"),
    ]


OCEL = {
    "objectTypes": [{"name": "Child"}, {"name": "Clinic"}],
    "eventTypes": [],
    "events": [
        {
            "id": "e1",
            "type": "Referral",
            "time": "2024-01-05T08:00:00-05:00",
            "attributes": [{"name": "channel", "value": "phone"}],
            "relationships": [{"objectId": "c1", "qualifier": ""}, {"objectId": "c2"}, {"objectId": "north"}],
        },
        {"id": "e2", "type": "Audit", "time": "2024-01-06T08:00:00Z", "relationships": [{"objectId": "north"}]},
    ],
    "objects": [{"id": "c1", "type": "Child"}, {"id": "c2", "type": "Child"}, {"id": "north", "type": "Clinic"}],
}


def test_an_event_of_ocel_is_one_of_each_of_its_cases(youths: Trajectory, tmp_path: Path) -> None:
    said = take(tmp_path, json.dumps(OCEL, indent=1), "--case", "Child", "--map", "unit=Clinic")

    assert kept() == [("Referral", "2024-01-05 08:00", "north", "")] * 2
    assert "1 event is about no Child; it was left out." in said
    assert {event.attributes["channel"] for event in Event.objects.all() if event.attributes} == {"phone"}


def test_ocel_asks_which_object_is_the_case(youths: Trajectory, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--case: there are Child, Clinic"):
        take(tmp_path, json.dumps(OCEL, indent=1))


RESOURCES: Sequence[dict[str, object]] = (
    {"resourceType": "Patient", "id": "p1"},
    {
        "resourceType": "ServiceRequest",
        "id": "s1",
        "status": "active",
        "authoredOn": "2024-01-02T09:00:00-05:00",
        "subject": {"reference": "Patient/p1"},
        "performer": [{"reference": "Organization/north"}],
        "priority": "urgent",
    },
    {
        "resourceType": "Appointment",
        "id": "a1",
        "status": "noshow",
        "created": "2024-01-03",
        "start": "2024-01-09T10:00:00-05:00",
        "participant": [
            {"actor": {"reference": "Patient/p1"}},
            {"actor": {"reference": "HealthcareService/north"}},
            {"actor": {"reference": "Practitioner/w7"}},
        ],
    },
    {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "finished",
        "meta": {"lastUpdated": "2024-01-12T00:00:00Z"},
        "subject": {"identifier": {"value": "p1"}},
        "serviceProvider": {"reference": "https://fhir.example.org/Organization/north"},
        "period": {"start": "2024-01-11T10:00:00-05:00", "end": "2024-01-11T11:00:00-05:00"},
    },
    {
        "resourceType": "EpisodeOfCare",
        "id": "c1",
        "status": "active",
        "patient": {"reference": "Patient/p1"},
        "managingOrganization": {"reference": "Organization/north"},
        "statusHistory": [
            {"status": "waitlist", "period": {"start": "2024-01-02", "end": "2024-01-11"}},
            {"status": "active", "period": {"start": "2024-01-11"}},
        ],
    },
)
TOLD = [
    ("Episode waitlist", "2024-01-02 00:00", "north", "start"),
    ("Referral", "2024-01-02 09:00", "north", ""),
    ("Appointment booked", "2024-01-03 00:00", "north", ""),
    ("Appointment noshow", "2024-01-09 10:00", "north", ""),
    ("Episode active", "2024-01-11 00:00", "north", "start"),
    ("Encounter start", "2024-01-11 10:00", "north", "start"),
    ("Encounter end", "2024-01-11 11:00", "north", "complete"),
]


def bundle(*resources: dict[str, object]) -> str:
    entries = [{"resource": one} for one in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}, indent=2)


def test_a_bundle_of_fhir_tells_what_its_resources_say(youths: Trajectory, tmp_path: Path) -> None:
    said = take(tmp_path, bundle(*RESOURCES))

    assert said.startswith("read 7, new 7, changed 0, unchanged 0, refused 0\n")
    assert "1 resource of another kind was passed over." in said
    assert kept() == TOLD
    assert len({event.case for event in Event.objects.all()}) == 1


def test_the_same_resources_line_by_line_are_the_same_events(youths: Trajectory, tmp_path: Path) -> None:
    take(tmp_path, bundle(*RESOURCES))

    said = take(tmp_path, "\n".join(json.dumps(one) for one in RESOURCES))

    assert said.startswith("read 7, new 0, changed 0, unchanged 7, refused 0\n")


def test_a_resource_that_was_entered_in_error_takes_its_events_back(youths: Trajectory, tmp_path: Path) -> None:
    take(tmp_path, bundle(*RESOURCES))

    gone = bundle(RESOURCES[3] | {"status": "entered-in-error", "meta": {"lastUpdated": "2024-02-01"}})
    said = [take(tmp_path, gone).partition("\n")[0] for _ in range(2)]

    assert kept() == TOLD[:-2]
    assert said == [
        "read 3, new 0, changed 2, unchanged 1, refused 0",
        "read 3, new 0, changed 0, unchanged 3, refused 0",
    ]


def test_a_resource_entered_in_error_before_it_was_told_is_never_counted(youths: Trajectory, tmp_path: Path) -> None:
    gone = bundle(RESOURCES[3] | {"status": "entered-in-error", "meta": {"lastUpdated": "2024-02-01"}})

    said = [take(tmp_path, text).partition("\n")[0] for text in (gone, bundle(RESOURCES[3]))]

    assert said == [
        "read 3, new 0, changed 0, unchanged 3, refused 0",
        "read 2, new 2, changed 0, unchanged 0, refused 0",
    ]
    assert kept() == []


def test_cases_of_fhir_may_be_episodes(youths: Trajectory, tmp_path: Path) -> None:
    said = take(tmp_path, bundle(*RESOURCES), "--case", "episode")

    assert said.startswith("read 5, new 2, changed 0, unchanged 0, refused 3\n")


def adt(trigger: str, at: str, *, sent: str = "20240101120000", visit: str = "v1", unit: str = "north") -> str:
    visited = ["PV1", "1", "I", f"{unit}^101^A", "U", "", "", "w7^Tremblay"] + [""] * 11 + [visit]
    lines = [
        f"MSH|^~\\&|HIS|C1|OBEYA|C1|{sent}||ADT^{trigger}|1|P|2.5",
        f"EVN|{trigger}|{sent}||||{at}",
        "PID|1||p1^^^C1||Tremblay^Ada",
        "|".join(visited),
    ]
    return "\r".join(lines) + "\r"


def test_messages_of_hl7_tell_admission_transfer_and_discharge(youths: Trajectory, tmp_path: Path) -> None:
    messages = [
        adt("A01", "20240101080000-0500"),
        adt("A02", "202401031000", unit="south", sent="20240103100500"),
        adt("A03", "20240109", unit="south", sent="20240109100500"),
        adt("A31", "20240110"),
    ]

    said = take(tmp_path, "FHS|^~\\&\r" + "\x0b" + "\x1c\r\x0b".join(messages) + "\x1c\rFTS|1\r")

    assert said.startswith("read 3, new 3, changed 0, unchanged 0, refused 0\n")
    assert "1 message of another kind was passed over." in said
    assert kept() == [
        ("Admission", "2024-01-01 08:00", "north", ""),
        ("Transfer", "2024-01-03 10:00", "south", ""),
        ("Discharge", "2024-01-09 00:00", "south", ""),
    ]
    assert "Tremblay" not in str(list(Event.objects.values()))


def test_cancelling_messages_take_back_and_those_sent_again_correct(youths: Trajectory, tmp_path: Path) -> None:
    take(tmp_path, adt("A01", "20240101") + adt("A02", "20240103") + adt("A02", "20240105") + adt("A03", "20240109"))

    take(
        tmp_path,
        adt("A12", "20240103", sent="20240110")
        + adt("A13", "", sent="20240110")
        + adt("A03", "20240111", sent="20240112")
        + adt("A01", "20240102", sent="20240112"),
    )

    assert [(name, at[:10]) for name, at, _, _ in kept()] == [
        ("Admission", "2024-01-02"),
        ("Transfer", "2024-01-05"),
        ("Discharge", "2024-01-11"),
    ]


def test_what_is_pending_is_an_event_of_when_it_was_decided_and_can_be_cancelled(
    youths: Trajectory, tmp_path: Path
) -> None:
    take(tmp_path, adt("A14", "20240101") + adt("A15", "20240103") + adt("A16", "20240105") + adt("A16", "20240107"))

    said = take(tmp_path, adt("A27", "", sent="20240110") + adt("A26", "20240103", sent="20240110"))

    assert said.startswith("read 2, new 0, changed 2, unchanged 0, refused 0\n")
    assert [(name, at[:10]) for name, at, _, _ in kept()] == [("Pending discharge", "2024-01-07")]


def test_messages_that_move_what_is_a_patient_s_are_refused_and_counted_in_a_trial_too(
    youths: Trajectory, tmp_path: Path
) -> None:
    messages = adt("A01", "20240101") + adt("A45", "20240103") + adt("A43", "20240103")

    said = take(tmp_path, messages, "--dry-run")

    assert said.startswith("read 3, new 1, changed 0, unchanged 0, refused 2\n")
    assert "Messages that move an account, a visit or a number to another patient: 2. They were refused" in said


def test_lists_and_lines_of_json_are_read_and_columns_mapped(youths: Trajectory, tmp_path: Path) -> None:
    rows = [
        {"dossier": "c1", "activity": "Referral", "at": "2024-01-05", "team": "north", "resource": "Jo", "n": 3},
        {"dossier": "c1", "activity": "Contact", "at": "2024-01-06", "attributes": {"channel": "phone"}},
    ]

    first = take(tmp_path, json.dumps(rows), "--map", "case=dossier")
    again = take(tmp_path, "\n".join(map(json.dumps, rows)) + "\n{half", "--map", "case=dossier")

    assert first.startswith("read 2, new 2, changed 0, unchanged 0, refused 0\n")
    assert again.startswith("read 3, new 0, changed 0, unchanged 2, refused 1\n")
    assert [event.attributes for event in Event.objects.order_by("wall")] == [{"n": "3"}, {"channel": "phone"}]


def test_a_field_that_only_a_later_row_has_is_hidden_too(youths: Trajectory, tmp_path: Path) -> None:
    rows = [
        {"case": "c1", "activity": "A", "at": "2024-01-05"},
        {"case": "c1", "activity": "A", "at": "2024-01-06", "person_id": "Jane"},
    ]

    take(tmp_path, json.dumps(rows))

    assert "Jane" not in str(list(Event.objects.values()))
    assert Event.objects.filter(person__isnull=False).count() == 1
