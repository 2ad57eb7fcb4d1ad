"""Trajectories by API: their sheet, events as they come, measures tried, where people stand."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from api import ndjson
from core.imports import ImportReport
from organisation.choices import RoleName
from organisation.models import Unit
from tests import build
from tests.api.asking import as_person, as_program
from tests.trajectories.logs import NOW
from trajectories.models import Event, Trajectory
from trajectories.operations import save_trajectory

ADDRESS = "/api/v1/trajectories/youths/"
EVENTS: list[dict[str, Any]] = [
    {"case": "A", "activity": "Referral", "at": "2026-01-05T09:00:00", "unit": "NORTH"},
    {"case": "A", "activity": "First service", "at": "2026-01-15T10:00:00", "unit": "NORTH", "worker": "W. Orker"},
    {"case": "B", "activity": "Referral", "at": "2026-01-06T09:00:00", "unit": "SOUTH", "attributes": {"door": "GP"}},
]


@pytest.fixture
def youths(centre: Unit) -> Trajectory:
    return Trajectory.objects.create(
        code="youths",
        name_en="Youths",
        name_fr="Jeunes",
        timezone="America/Toronto",
        steps=[
            {"code": "referral", "name_en": "Referral", "activities": ["Referral"]},
            {"code": "service", "name_en": "Service", "activities": ["First service"]},
        ],
        clock={"start": ["Referral"], "stop": ["First service"], "close": ["Closure"]},
    )


@pytest.fixture
def job(centre: Unit) -> APIClient:
    return as_program(build.person_with(RoleName.ADMINISTRATOR, at=centre), may_write=True)


def send(client: APIClient, rows: Any) -> Any:
    return client.post(ADDRESS + "events/", rows, format="json")


def stream(client: APIClient, lines: str) -> Any:
    return client.generic("POST", ADDRESS + "events/", lines, content_type="application/x-ndjson")


def test_the_sheet_says_how_a_trajectory_is_measured(youths: Trajectory, job: APIClient) -> None:
    youths.measures.create(indicator=build.indicator("referrals"), measure="starts", params={"start": ["Referral"]})

    sheet = job.get(ADDRESS).json()
    listed = job.get("/api/v1/trajectories/").json()["results"]

    short = {
        "code": "youths",
        "name_en": "Youths",
        "name_fr": "Jeunes",
        "timezone": "America/Toronto",
        "version": 1,
        "stale_since": None,
    }
    assert listed == [short]
    assert sheet == {
        **short,
        "steps": youths.steps,
        "clock": youths.clock,
        "priorities": {
            "column": "priority",
            "activities": [],
            "which": "first",
            "limits": {"P1": 2, "P2": 10, "P3": 30, "P4": 90},
        },
        "attribution": {"delay": "stop", "wait": "start", "hand_off": "receiving", "caseload": "last"},
        "calendar": {"holidays": "", "weekdays": ["mon", "tue", "wed", "thu", "fri"], "closed": [], "open": []},
        "expected": [],
        "measures": [{"indicator": "referrals", "measure": "starts", "params": {"start": ["Referral"]}}],
        "versions": [
            {
                "number": 1,
                "takes_effect_on": None,
                "is_restatement": False,
                "changed_at": None,
                "changed_by": "",
                "reason": "",
                "changes": [],
            }
        ],
        "last_refresh": None,
    }


def test_the_sheet_tells_what_each_version_changed(centre: Unit, job: APIClient) -> None:
    first = {"code": "youths", "name_en": "Youths", "clock": {"start": ["Referral"]}}
    for definition, reason in ((first, ""), ({**first, "clock": {"start": ["Intake"]}}, "as agreed")):
        save_trajectory(definition=definition, report=ImportReport(), now=NOW, reason=reason)

    newest, oldest = job.get(ADDRESS).json()["versions"]

    changes = [{"path": ["clock", "start"], "before": ["Referral"], "after": ["Intake"]}]
    assert (newest["number"], newest["reason"], newest["changes"]) == (2, "as agreed", changes)
    assert (oldest["number"], oldest["changes"]) == (1, [])


def test_events_are_kept_once_however_often_they_are_sent(youths: Trajectory, job: APIClient) -> None:
    first, again = send(job, EVENTS), stream(job, "\n".join(map(json.dumps, EVENTS)))

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == {
        "read": 3,
        "new": 3,
        "changed": 0,
        "unchanged": 0,
        "refused": 0,
        "refusals": [],
        "notes": [],
    }
    assert again.json() == {
        "read": 3,
        "new": 0,
        "changed": 0,
        "unchanged": 3,
        "refused": 0,
        "refusals": [],
        "notes": [],
    }
    assert sorted(Event.objects.values_list("activity", "team", "attributes")) == [
        ("First service", "NORTH", None),
        ("Referral", "NORTH", None),
        ("Referral", "SOUTH", {"door": "GP"}),
    ]


def test_what_the_first_row_lacks_is_not_lost_in_the_rows_after_it(youths: Trajectory, job: APIClient) -> None:
    bare = {"case": "C", "activity": "Referral", "at": "2026-01-07"}

    send(job, [bare, {**EVENTS[1], "client_id": "Jean Tremblay", "Resource": "W. Orker"}])

    kept = Event.objects.get(activity="First service")
    assert (kept.team, kept.person is None, kept.worker is None, kept.attributes) == ("NORTH", False, False, None)


def test_a_row_that_cannot_be_taken_is_refused_by_its_place(youths: Trajectory, job: APIClient) -> None:
    lines = [json.dumps(EVENTS[0]), "", "{", "7", json.dumps({**EVENTS[1], "at": "soon"}), json.dumps(EVENTS[2])]

    answer = stream(job, "\n".join(lines))

    assert (answer.status_code, answer.json()["new"], answer.json()["refused"]) == (207, 2, 3)
    assert [(refusal["row"], refusal["field"]) for refusal in answer.json()["refusals"]] == [
        (1, ""),
        (2, ""),
        (3, "at"),
    ]


def test_a_contributor_sends_events_of_their_own_unit_alone(youths: Trajectory, centre: Unit) -> None:
    north = Unit.objects.get(code="NORTH")
    contributor = as_program(build.person_with(RoleName.CONTRIBUTOR, at=north), may_write=True)
    strays = [{**EVENTS[0], "unit": unit} for unit in ("SOUTH", "NOWHERE", "")]

    answer = send(contributor, [EVENTS[0], *strays])

    assert (answer.status_code, answer.json()["new"]) == (207, 1)
    assert [(refusal["row"], refusal["field"]) for refusal in answer.json()["refusals"]] == [
        (1, "unit"),
        (2, "unit"),
        (3, "unit"),
    ]


def test_whoever_only_reads_sends_nothing(youths: Trajectory, centre: Unit) -> None:
    analyst = build.person_with(RoleName.ANALYST, at=centre)

    refusal = send(as_person(analyst), EVENTS)

    assert (refusal.status_code, refusal.json()["code"]) == (403, "may_not_enter")
    assert not Event.objects.exists()


def test_a_list_without_any_event_is_no_fault(youths: Trajectory, job: APIClient) -> None:
    assert [answer.json()["read"] for answer in (send(job, []), stream(job, ""))] == [0, 0]


def test_a_measure_is_answered_as_the_command_answers_it(youths: Trajectory, job: APIClient, centre: Unit) -> None:
    send(job, EVENTS)
    analyst = as_program(build.person_with(RoleName.ANALYST, at=centre))
    order = {"measure": "access_delay", "params": {"start": ["Referral"], "stop": ["First service"], "target": 12}}

    answers = [
        analyst.post(ADDRESS + "measure/", {**order, **more}, format="json").json()
        for more in ({}, {"as_of": "2026-01-10"})
    ]

    params = json.dumps(order["params"])
    printed = [printed_by("measure", "youths", "access_delay", "--params", params, *more) for more in ([], AS_OF)]
    assert answers == [json.loads(text) for text in printed]
    assert [answer["n_open_or_never"] for answer in answers] == [1, 2]


AS_OF = ["--as-of", "2026-01-10"]


def printed_by(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"measure": "nonsense"}, 422, "unknown_measure"),
        ({"measure": "starts", "params": {"begin": []}}, 422, "unknown_parameter"),
        ({"measure": "starts", "params": {"start": ["Referral"]}, "as_of": "soon"}, 422, "bad_parameter"),
        ({"measure": "access_delay_kaplan_meier", "as_of": "0001-01-01"}, 422, "bad_parameter"),
        ({"measure": "starts", "as_of": "9999-12-31T23:59:59-12:00"}, 422, "bad_parameter"),
        ({"measure": "handoffs", "params": {"column": "\0"}}, 422, "unknown_column"),
        ({}, 400, "invalid"),
    ],
)
def test_a_measure_that_cannot_be_computed_is_refused(
    youths: Trajectory, job: APIClient, order: dict[str, Any], status: int, code: str
) -> None:
    refusal = job.post(ADDRESS + "measure/", order, format="json")

    assert (refusal.status_code, refusal.json()["code"]) == (status, code)


def test_measures_are_for_whoever_sees_small_numbers_everywhere(youths: Trajectory, centre: Unit) -> None:
    north = Unit.objects.get(code="NORTH")
    order = {"measure": "starts", "params": {"start": ["Referral"]}}
    askers = [
        as_person(build.person_with(role, at=unit))
        for role, unit in ((RoleName.ANALYST, north), (RoleName.LEAD, centre), (RoleName.ANALYST, centre))
    ]

    assert [asker.post(ADDRESS + "measure/", order, format="json").status_code for asker in askers] == [403, 403, 200]


def test_the_flow_counts_people_at_each_step(youths: Trajectory, job: APIClient) -> None:
    send(job, EVENTS)

    flow = job.get(ADDRESS + "flow/", {"as_of": "2026-01-11T00:00:00-05:00", "unit": "CENTRE"}).json()

    assert [(step["code"], step["people"], step["waiting"], step["suppressed"]) for step in flow["steps"]] == [
        ("referral", 2, 2, False),
        ("service", 0, 0, False),
    ]
    assert (flow["trajectory"], flow["unit"]) == ("youths", "CENTRE")


def test_a_step_with_few_people_is_hidden_from_whoever_may_not_see_small_numbers(
    youths: Trajectory, job: APIClient, centre: Unit
) -> None:
    send(job, EVENTS)
    viewer = as_person(build.person_with(RoleName.VIEWER, at=centre))

    flow = viewer.get(ADDRESS + "flow/", {"as_of": "2026-01-11T00:00:00-05:00"}).json()

    assert [(step["people"], step["suppressed"]) for step in flow["steps"]] == [(None, True), (0, False)]


def test_everyone_s_flow_is_for_whoever_may_read_a_root(youths: Trajectory, centre: Unit) -> None:
    client = as_person(build.person_with(RoleName.VIEWER, at=Unit.objects.get(code="NORTH")))

    answers = [client.get(ADDRESS + "flow/", parameters) for parameters in ({}, {"unit": "SOUTH"}, {"unit": "NORTH"})]

    assert [answer.status_code for answer in answers] == [403, 404, 200]


@given(st.lists(st.binary(max_size=30).filter(lambda line: b"\n" not in line)), st.integers(1, 7))
def test_lines_are_the_same_however_the_body_is_cut(lines: list[bytes], size: int) -> None:
    body = b"\n".join(lines)
    pieces = (body[start : start + size] for start in range(0, len(body), size))

    assert list(ndjson.lines(pieces)) == (lines or [b""])


def test_of_a_line_that_is_too_long_nothing_is_kept() -> None:
    pieces = iter([b"a\n", *[b"x" * 600_000] * 5, b"\nb"])

    assert list(ndjson.lines(pieces)) == [b"a", None, b"b"]
