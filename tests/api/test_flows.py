"""The flow of a trajectory by API: what the map shows, and nothing that rests on few for whoever may not see it."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from organisation.choices import RoleName
from organisation.models import Unit
from tests import build
from tests.api.asking import as_person, as_program
from trajectories.models import Refresh, Trajectory
from trajectories.operations import add_events
from trajectories.operations.maps import past as past_maps
from trajectories.tasks import draw_map_before, draw_past_map

ADDRESS = "/api/v1/trajectories/youths/flow/"
STEPS = [
    {"code": "referral", "name_en": "Referral", "activities": ["Referral"]},
    {"code": "service", "name_en": "Service", "activities": ["First service"]},
]


@pytest.fixture
def centre(db: None) -> Unit:
    centre = build.unit("CENTRE")
    build.units("NORTH", "SOUTH", parent=centre)
    return centre


@pytest.fixture
def youths(centre: Unit) -> Trajectory:
    """Five people referred to the north on 5 January, served by the south ten days later, closed on the day after."""
    youths = Trajectory.objects.create(
        code="youths",
        name_en="Youths",
        steps=STEPS,
        clock={"start": ["Referral"], "stop": ["First service"], "close": ["Closure"], "hand_over": ["Referral"]},
        expected=[["precedence", "Referral", "First service"]],
    )
    happened = (
        ("Referral", "2026-01-05", "NORTH"),
        ("First service", "2026-01-15", "SOUTH"),
        ("Closure", "2026-01-16", "SOUTH"),
    )
    rows = [
        {"case": f"C{number}", "activity": activity, "at": at, "unit": unit}
        for number in range(5)
        for activity, at, unit in happened
    ]
    add_events(trajectory=youths, rows=rows, by=None, now=timezone.now())
    return youths


def ask(centre: Unit, role: RoleName, **asked: str) -> dict[str, Any]:
    client: APIClient = as_program(build.person_with(role, at=centre))
    answer: dict[str, Any] = client.get(ADDRESS, asked).json()
    return answer


def test_the_flow_tells_the_ways_the_gap_and_the_paths(youths: Trajectory, centre: Unit) -> None:
    flow = ask(centre, RoleName.ANALYST, as_of="2026-01-21T00:00:00Z", unit="CENTRE")

    delay = {
        "people": 5, "median": 10.0, "p90": 10.0, "people_before": 0, "median_before": None, "p90_before": None,
        "suppressed": False,
    }  # fmt: skip
    assert flow["ways"] == [{"source": "referral", "target": "service", "is_back": False, **delay}]
    assert flow["gap"] == {"now": 0, "longest": None, **delay}
    assert flow["paths"] == [{"steps": ["referral", "service"], "people": 5, "share": 1.0}]
    assert flow["rules"] == [
        {"rule": "precedence", "first": "Referral", "second": "First service", "applicable": 5, "kept": 5}
    ]


def test_ways_that_few_went_are_hidden_from_whoever_may_not_see_small_numbers(youths: Trajectory, centre: Unit) -> None:
    add_events(
        trajectory=youths,
        rows=[{"case": "few", "activity": "Referral", "at": "2026-01-18", "unit": "NORTH"}],
        by=None,
        now=timezone.now(),
    )

    flow = ask(centre, RoleName.LEAD, as_of="2026-01-21T00:00:00Z", unit="CENTRE")

    assert [(step["people"], step["suppressed"]) for step in flow["steps"]] == [(None, True), (0, False)]
    assert (flow["gap"]["now"], flow["gap"]["suppressed"], flow["gap"]["median"]) == (None, True, 10.0)


def test_without_a_day_the_flow_is_the_map_that_was_kept(youths: Trajectory, centre: Unit) -> None:
    now = timezone.now()
    Refresh.objects.create(trajectory=youths, started_at=now - dt.timedelta(minutes=1), finished_at=now)

    flow = as_person(build.person_with(RoleName.ANALYST, at=centre)).get(ADDRESS, {"unit": "CENTRE"}).json()

    assert flow["as_of"] is not None
    assert [step["code"] for step in flow["steps"]] == ["referral", "service"]


def test_teams_that_are_no_units_are_named_as_the_reason_why_nobody_is_on_the_map(centre: Unit) -> None:
    """Six people at a team "X9" that no unit has for its code; then the unit comes."""
    strange = Trajectory.objects.create(
        code="youths", name_en="Youths", steps=STEPS, clock={"start": ["Referral"], "stop": ["First service"]}
    )
    rows = [{"case": f"C{n}", "activity": "Referral", "at": "2026-01-05", "unit": "X9"} for n in range(6)]
    add_events(trajectory=strange, rows=rows, by=None, now=timezone.now())

    before = [ask(centre, RoleName.LEAD, as_of="2026-01-21T00:00:00Z", unit=unit) for unit in ("CENTRE", "NORTH")]
    build.unit("X9", parent=centre)
    after = ask(centre, RoleName.LEAD, as_of="2026-01-21T00:00:00Z", unit="CENTRE")

    sentence = (
        "6 people of this log are at teams that are no units, and so on no unit’s map. Give units the codes by which the log "
        "calls its teams, or read the log again with the column that holds codes of units; the map follows by itself."
    )
    assert [(flow["steps"][0]["people"], flow["unplaced"], flow["note"]) for flow in before] == [
        (0, 6, sentence), (0, 6, sentence),
    ]  # fmt: skip
    assert (after["steps"][0]["people"], after["unplaced"], after["note"]) == (6, 0, "")


def test_the_map_of_a_long_log_is_drawn_by_the_worker_while_the_program_asks_again(
    youths: Trajectory, centre: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past_maps, "AT_ONCE", 3)
    client = as_program(build.person_with(RoleName.ANALYST, at=centre))
    noon, midnight = "2026-01-14T17:00:00+00:00", "2026-01-15T00:00:00+00:00"

    first = [client.get(ADDRESS, {"as_of": at, "unit": "CENTRE"}) for at in (noon, midnight)]
    draw_map_before("youths", "CENTRE", noon, "")
    draw_past_map("youths", "2026-01-14")
    then = [client.get(ADDRESS, {"as_of": at, "unit": "CENTRE"}) for at in (noon, midnight)]

    assert [(one.status_code, one.headers["Retry-After"]) for one in first] == [(202, "5"), (202, "5")]
    assert first[0].json() == {
        "trajectory": "youths", "unit": "CENTRE", "day": "2026-01-14", "events": 15, "seconds": None, "waits": False,
    }  # fmt: skip
    assert [(one.status_code, one.json()["steps"][0]["people"]) for one in then] == [(200, 5), (200, 5)]


@pytest.mark.parametrize("at", ["0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31", "9999-12-31T23:59:59-12:00"])
def test_a_moment_at_the_end_of_time_is_refused(youths: Trajectory, centre: Unit, at: str) -> None:
    analyst = as_program(build.person_with(RoleName.ANALYST, at=centre))

    refusals = [analyst.get(ADDRESS, {name: at}) for name in ("as_of", "known_on")]

    assert [(one.status_code, one.json()["code"]) for one in refusals] == [
        (400, "bad_parameter"),
        (422, "bad_parameter"),
    ]
