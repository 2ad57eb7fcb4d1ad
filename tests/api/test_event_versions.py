"""Events are corrected and taken back by API, by those who may send them, and asked about as they were known."""

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from organisation.choices import RoleName
from organisation.models import Unit
from tests import build
from tests.api.asking import as_program
from trajectories.models import Event, Trajectory

ADDRESS = "/api/v1/trajectories/youths/"
REFERRAL = {"case": "A", "activity": "Referral", "at": "2026-01-05", "unit": "NORTH", "event": "e1"}
SERVICE = {"case": "A", "activity": "Service", "at": "2026-01-15", "unit": "NORTH", "event": "e2"}


@pytest.fixture
def youths(centre: Unit) -> Trajectory:
    return Trajectory.objects.create(code="youths", name_en="Youths", timezone="America/Toronto")


def client(at: str, role: RoleName) -> APIClient:
    return as_program(build.person_with(role, at=Unit.objects.get(code=at)), may_write=True)


def send(sender: APIClient, *rows: dict[str, Any]) -> tuple[int, int, int, int]:
    answer = sender.post(ADDRESS + "events/", rows, format="json").json()
    return answer["new"], answer["changed"], answer["unchanged"], answer["refused"]


def test_an_event_is_corrected_and_taken_back_and_known_as_it_was(youths: Trajectory) -> None:
    job = client("CENTRE", RoleName.ADMINISTRATOR)
    first = send(job, REFERRAL, SERVICE)
    then = timezone.now().isoformat()

    second = send(job, {**SERVICE, "at": "2026-01-20"}, {"event": "e9", "unit": "NORTH", "withdrawn": True})

    order = {"measure": "access_delay", "params": {"start": ["Referral"], "stop": ["Service"], "unit": "calendar_days"}}
    medians = [
        job.post(ADDRESS + "measure/", order | known, format="json").json()["median"]
        for known in ({}, {"known_on": then}, {"known_on": "2026-01-01"})
    ]
    assert (first, second) == ((2, 0, 0, 0), (0, 2, 0, 0))
    assert medians == [15.0, 10.0, None]


def test_nobody_changes_an_event_of_a_unit_for_which_they_may_not_send(youths: Trajectory) -> None:
    send(client("NORTH", RoleName.CONTRIBUTOR), REFERRAL)

    answer = send(
        client("SOUTH", RoleName.CONTRIBUTOR),
        {**REFERRAL, "unit": "SOUTH", "at": "2026-02-01"},
        {"event": "e1", "unit": "SOUTH", "withdrawn": True},
    )

    assert answer == (0, 0, 0, 2)
    assert [event.team for event in Event.objects.in_force()] == ["NORTH"]
