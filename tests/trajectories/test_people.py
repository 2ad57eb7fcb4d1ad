"""Different people seen: one in all their cases, and after any change what a count of the log's own rows says."""

import pytest
from pytest_django.fixtures import Settings

from indicators.calculations.members import KEPT
from indicators.choices import Kind
from indicators.models import Observation, Value
from indicators.operations.reporting.locks import lock_period
from indicators.queries import check_rollups
from organisation.models import Unit
from tests import build
from tests.trajectories.logs import NOW, add, trajectory
from trajectories.models import Event, Trajectory
from trajectories.operations import add_events, refresh
from trajectories.operations.rotating import RotationRefused, rotate_keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def youths() -> Trajectory:
    build.units("north", "south", parent=build.unit("centre"))
    made = trajectory()
    seen = build.indicator("seen", kind=Kind.DISTINCT)
    made.measures.create(indicator=seen, measure="contacts", params={})
    return made


def counted(model: type[Observation | Value]) -> dict[tuple[str, str], int]:
    rows = model._default_manager.values_list("unit__code", "period__code", "members")
    return {(unit, period): len(members or ()) for unit, period, members in rows}


def hashes() -> set[int]:
    kept = [*Observation.objects.values_list("members", flat=True), *Value.objects.values_list("members", flat=True)]
    return {member for members in kept for member in members or ()}


def test_without_people_each_case_is_one_at_every_level(youths: Trajectory) -> None:
    add(youths)

    row = refresh(youths, now=NOW)

    assert row is not None
    assert row.error == ""
    assert counted(Value) == {
        ("north", "2024-01"): 2,
        ("south", "2024-01"): 2,
        ("centre", "2024-01"): 4,
        ("south", "2024-02"): 1,
        ("centre", "2024-02"): 1,
    }
    assert check_rollups().different == 0


def test_one_person_in_two_cases_is_one(youths: Trajectory) -> None:
    events = [
        {"case": case, "person": "ada", "at": "2024-01-05", "activity": "SERVICE", "unit": team}
        for case, team in (("1", "north"), ("2", "north"), ("3", "south"))
    ]
    add_events(trajectory=youths, rows=[*events, events[0] | {"case": "4", "person": "bob"}], by=None, now=NOW)

    refresh(youths, now=NOW)

    assert counted(Value) == {("north", "2024-01"): 2, ("south", "2024-01"): 1, ("centre", "2024-01"): 2}


def test_what_comes_later_is_followed_and_the_same_again_changes_nothing(youths: Trajectory) -> None:
    add(youths)
    refresh(youths, now=NOW)
    add(youths, "cy 2024-03-05 SERVICE north")

    later, again = refresh(youths, now=NOW), refresh(youths, now=NOW, full=True)

    assert counted(Observation)["north", "2024-03"] == 1
    assert later is not None
    assert again is not None
    assert (later.is_full, later.cases) == (False, 1)
    assert (later.observations_changed, again.observations_changed, again.differences) == (1, 0, 0)


def visit(case: str, person: str, **more: str) -> dict[str, str]:
    at = {"at": "2024-01-05", "activity": "SERVICE", "unit": "north"}
    return at | {"event": f"{case}-1", "case": case, "person": person} | more


def test_who_leaves_a_case_stays_where_another_case_has_them(youths: Trajectory) -> None:
    rows = [visit("1", "ada"), visit("2", "ada"), visit("3", "bob")]
    add_events(trajectory=youths, rows=rows, by=None, now=NOW)
    refresh(youths, now=NOW)
    away = [visit("2", "ada", unit="south"), visit("3", "bob", unit="south")]
    add_events(trajectory=youths, rows=away, by=None, now=NOW)

    row = refresh(youths, now=NOW)

    assert row is not None
    assert not row.is_full
    assert counted(Value) == {("north", "2024-01"): 1, ("south", "2024-01"): 2, ("centre", "2024-01"): 2}


def test_who_leaves_a_set_that_is_not_kept_whole_has_everything_counted_anew(youths: Trajectory) -> None:
    add_events(trajectory=youths, rows=[visit(str(n), f"p{n}") for n in range(KEPT + 2)], by=None, now=NOW)
    refresh(youths, now=NOW)
    before = hashes()
    gone = [visit(str(n), f"p{n}", unit="south") for n in range(KEPT)]
    add_events(trajectory=youths, rows=gone, by=None, now=NOW)

    row = refresh(youths, now=NOW)

    assert row is not None
    assert row.is_full
    assert len(before) == KEPT
    assert counted(Observation) == {("north", "2024-01"): 2, ("south", "2024-01"): KEPT}
    assert check_rollups().different == 0


def test_after_a_rotation_of_keys_the_same_number_of_people_is_kept_and_none_of_their_old_hashes(
    youths: Trajectory, settings: Settings
) -> None:
    settings.PSEUDONYM_KEYS = ["old"]
    add(youths)
    refresh(youths, now=NOW)
    before, known = counted(Value), hashes()
    settings.PSEUDONYM_KEYS = ["old", "new"]
    rotate_keys(now=NOW)

    row = refresh(youths, now=NOW)

    assert row is not None
    assert row.error == ""
    assert counted(Value) == before
    assert known & hashes() == set()
    assert check_rollups().different == 0


def test_a_rotation_is_refused_while_people_of_a_locked_period_could_not_be_counted_anew(
    youths: Trajectory, settings: Settings
) -> None:
    settings.PSEUDONYM_KEYS = ["old"]
    add(youths)
    refresh(youths, now=NOW)
    lead = build.person("lead@example.org", is_superuser=True)
    lock_period(unit=Unit.objects.get(code="north"), period=build.period("2024-01"), by=lead, now=NOW, today=NOW.date())
    events = set(Event.objects.values_list("case", flat=True))
    settings.PSEUDONYM_KEYS = ["old", "new"]

    with pytest.raises(RotationRefused, match="north 2024-01"):
        rotate_keys(now=NOW)

    assert set(Event.objects.values_list("case", flat=True)) == events


def test_who_was_seen_can_be_narrowed_to_activities(youths: Trajectory) -> None:
    youths.measures.update(params={"activities": ["SERVICE"]})
    add(youths)

    refresh(youths, now=NOW)

    assert counted(Observation) == {("north", "2024-01"): 1, ("south", "2024-02"): 1}
