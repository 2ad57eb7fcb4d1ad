"""Activities of a long log are found by their names when a measure is bound."""

from __future__ import annotations

import pytest
from django.test import Client

from organisation.choices import RoleName
from tests import build
from tests.trajectories.logs import NOW, trajectory
from trajectories.forms.measure_form import OFFERED, ParamField
from trajectories.models import BoundMeasure, Trajectory
from trajectories.operations import add_events

pytestmark = pytest.mark.django_db
ADDRESS = "/trajectories/youths/measures/wait/"
SENT = {"version": "1", "measure": "access_delay"}


@pytest.fixture
def youths() -> Trajectory:
    build.indicator("wait", kind="duration")
    made = trajectory(clock={})
    rows = [{"case": "a", "activity": f"Act {number:04}", "at": "2024-01-01"} for number in range(3_000)]
    add_events(trajectory=made, rows=rows, by=None, now=NOW)
    return made


@pytest.fixture
def lead(youths: Trajectory) -> Client:
    client = Client()
    client.force_login(build.person_with(RoleName.LEAD, build.unit("centre")))
    return client


def start_of(page: object) -> ParamField:
    fields: list[ParamField] = page.context["fields"]  # type: ignore[attr-defined]  # a test's response
    return next(one for one in fields if one.name == "start")


def test_few_activities_are_offered_and_all_are_suggested(lead: Client) -> None:
    page = lead.get(ADDRESS, {"measure": "access_delay"})

    field = start_of(page)
    assert (len(field.choices), field.left) == (OFFERED, 3_000 - OFFERED)
    assert len(page.context["activities"]) == 3_000
    assert '<option value="Act 2999">' in page.content.decode()


def test_a_named_activity_is_chosen_and_nothing_is_saved_yet(lead: Client) -> None:
    sent = SENT | {"param-start": ["Act 0001"], "more-start": "Act 2999", "param-stop": ["Act 0002"]}

    page = lead.post(ADDRESS, sent | {"do": "add:start"})

    field = start_of(page)
    assert [name for name, _label, is_chosen in field.choices if is_chosen] == ["Act 0001", "Act 2999"]
    assert 'name="more-start"\n                           list="activities"' in page.content.decode()
    assert BoundMeasure.objects.count() == 0


def test_a_name_that_stands_in_the_field_is_saved_too(lead: Client) -> None:
    sent = SENT | {"param-start": ["Act 0001"], "more-start": " Act 2999 ", "param-stop": ["Act 0002"]}

    lead.post(ADDRESS, sent | {"do": "save"})

    assert BoundMeasure.objects.get().params == {"start": ["Act 0001", "Act 2999"], "stop": ["Act 0002"]}


def test_the_steps_of_a_pathway_are_written_in_their_order_and_another_may_come_between(lead: Client) -> None:
    build.indicator("in-order", kind="ratio")
    address, sent = "/trajectories/youths/measures/in-order/", {"measure": "pathway_order", "do": "save"}
    lead.post(address, sent | {"version": "1", "param-steps": "Act 2000\r\nAct 0001\r\n"})
    version = str(Trajectory.objects.get().version)

    lead.post(address, sent | {"version": version, "param-steps": "Act 2000\r\n Act 0005 \r\n\r\nAct 0001"})
    field = next(one for one in lead.get(address).context["fields"] if one.name == "steps")

    assert BoundMeasure.objects.get().params == {"steps": ["Act 2000", "Act 0005", "Act 0001"]}
    assert (field.kind, field.value) == ("order", "Act 2000\nAct 0005\nAct 0001")
