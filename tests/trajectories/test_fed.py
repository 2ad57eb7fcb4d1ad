"""A figure that a trajectory feeds says which measure made it, by which version, and from how many episodes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from boards.models import Tile
from core.imports import ImportReport
from indicators.models import Indicator, PeriodLock, Value
from indicators.queries import why
from organisation.choices import RoleName
from organisation.models import Person, Unit
from tests import build
from tests.api.asking import as_person
from tests.trajectories.logs import CLOCK, NOW, add
from trajectories.choices import ALWAYS
from trajectories.models import Trajectory, TrajectoryVersion
from trajectories.operations import refresh, restate_trajectory, save_trajectory
from trajectories.queries.fed import Fed, fed_by

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=1)
TODAY = NOW.date()


def defined(now: dt.datetime = NOW, **fields: Any) -> Trajectory:
    measures = [
        {"indicator": "wait", "measure": "access_delay"},
        {"indicator": "passed", "measure": "handoffs"},
        {"indicator": "within", "measure": "within_priority_target"},
    ]
    definition = {"code": "youths", "name_en": "Youths", "clock": CLOCK, "measures": measures, **fields}
    return save_trajectory(definition=definition, report=ImportReport(), now=now)


@pytest.fixture
def centre() -> Unit:
    centre = build.unit("centre")
    build.units("north", "south", parent=centre)
    for code, kind in (("wait", "duration"), ("passed", "count"), ("within", "ratio")):
        build.indicator(code, kind=kind)
    youths = defined()
    add(youths)
    refresh(youths, now=NOW)
    return centre


def fed(code: str, unit: Unit, month: str) -> Fed:
    indicator, period = Indicator.objects.get(code=code), build.period(month)
    answer = why(indicator=indicator, unit=unit, period=period, today=TODAY)
    found = fed_by(indicator, unit, period, answer.parts)
    assert found is not None
    return found


def test_what_stands_behind_a_figure_is_counted(centre: Unit) -> None:
    waited, passed, within = (fed(code, centre, "2024-02") for code in ("wait", "passed", "within"))

    assert (waited.measure, waited.counts, waited.n) == ("access_delay", "episodes", 1)
    assert (passed.measure, passed.counts, passed.n) == ("handoffs", "hand_offs", 0)
    assert (within.counts, within.n, within.params) == ("episodes", 1, {})
    assert within.asked == {"targets": {"P1": 2, "P2": 10, "P3": 30, "P4": 90}}


def test_a_figure_is_that_of_the_version_that_holds_unless_its_period_was_locked(centre: Unit) -> None:
    PeriodLock.objects.create(unit=centre, period=build.period("2024-01"), locked_at=NOW)
    defined(LATER, priorities={"limits": {"P1": 60}})

    locked, other = fed("within", centre, "2024-01"), fed("within", centre, "2024-02")

    restated(LATER)
    locked_still, other_now = fed("within", centre, "2024-01"), fed("within", centre, "2024-02")

    assert (locked.version, locked.asked["targets"]["P1"], locked.locked_at) == (1, 2, NOW)
    assert (other.version, other.asked["targets"]["P1"], other.locked_at) == (1, 2, None)
    assert locked_still == locked
    assert (other_now.version, other_now.asked, other_now.locked_at) == (3, {"targets": {"P1": 60}}, None)


def test_an_indicator_that_people_enter_is_fed_by_nothing(centre: Unit) -> None:
    entered = build.indicator("entered")

    assert fed_by(entered, centre, build.period("2024-02"), None) is None


def test_the_panel_and_the_api_tell_it(centre: Unit, client: Client) -> None:
    analyst = build.person_with(RoleName.ANALYST, centre)
    client.force_login(analyst)

    page = client.get("/indicators/wait/centre/")
    told = as_person(analyst).get("/api/v1/values/wait/centre/2024-02/why/").json()["measure"]

    assert page.context["sheet"].why.measured.measure == "Delay from start to stop"
    assert told == {
        "trajectory": "youths",
        "measure": "access_delay",
        "params": {},
        "asked": {},
        "version": 1,
        "counts": "episodes",
        "n": 1,
        "locked_at": None,
        "earlier_version": None,
    }


def test_the_panel_says_how_many_episodes_in_words(centre: Unit, client: Client) -> None:
    client.force_login(build.person_with(RoleName.ANALYST, centre))

    shown = client.get("/indicators/wait/centre/", headers={"accept-language": "fr"}).context["sheet"].why.measured

    assert (shown.trajectory, shown.measure, shown.version) == (
        "Youths",
        "Délai du début à l’arrêt",
        "version 1 de la définition",
    )


def test_the_page_of_an_indicator_says_what_was_measured_when(centre: Unit, client: Client) -> None:
    defined(LATER, name_en="Young people")
    defined(LATER, name_en="Young people", priorities={"limits": {"P1": 60}})
    client.force_login(build.person_with(RoleName.ANALYST, centre))

    measured = client.get("/indicators/within/").context["sheet"].measured

    assert [(one.number, one.params) for one in measured] == [
        (3, "Limits by priority: P1 60"),
        (1, "Limits by priority: P1 2, P2 10, P3 30, P4 90"),
    ]


def test_old_periods_keep_their_rule_until_they_are_restated(centre: Unit) -> None:
    before = shares(centre)

    youths = defined(LATER, priorities={"limits": {"P1": 10, "P3": 60}})
    refresh(youths, now=LATER)
    kept = shares(centre)
    restated(LATER)
    refresh(youths, now=LATER)

    assert (before, kept, shares(centre)) == ([0, 0], [0, 0], [1, 1])


def restated(now: dt.datetime, since: dt.date = ALWAYS) -> TrajectoryVersion:
    boss = Person.objects.filter(is_superuser=True).first() or build.person("boss@example.org", is_superuser=True)
    youths = Trajectory.objects.get()
    return restate_trajectory(trajectory=youths, since=since, by=boss, reason="comparable", now=now)


def shares(unit: Unit) -> list[int]:
    """Return how many were within their limit, by month."""
    values = Value.objects.filter(indicator__code="within", unit=unit).order_by("period__starts_on")
    return [int(one.numerator or 0) for one in values]


def test_of_different_people_the_people_are_counted_and_none_is_a_share_of_the_whole(
    centre: Unit, client: Client
) -> None:
    seen = build.indicator("seen", kind="distinct")
    youths = defined(
        LATER, measures=[{"indicator": "seen", "measure": "contacts", "params": {"activities": ["SERVICE"]}}]
    )
    refresh(youths, now=LATER)
    tile = Tile.objects.get(zone__board=build.board(centre, seen, slug="centre"))
    client.force_login(build.person_with(RoleName.LEAD, centre))

    found = fed("seen", centre, "2024-02")
    page = client.get(f"/boards/centre/tiles/{tile.pk}/why/").content.decode()

    assert (found.counts, found.n) == ("people", 1)
    assert ("From below" in page, "Share as a bar" in page) == (True, False)
