"""Boards and "why?" by API: what stands on each tile, and what made it."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from core import periods
from indicators.models import Indicator
from indicators.operations import drain_rollups
from organisation.choices import RoleName
from organisation.models import Person, Unit
from tests import build
from tests.api.asking import as_person

#: The month that the view, which asks the clock, finds due.
DUE = periods.containing("month", timezone.localdate().replace(day=1) - dt.timedelta(days=1))


@pytest.fixture
def seen(centre: Unit) -> Indicator:
    """A ratio of which north reported 18 of 20 last month, corrected from 17, and south nothing."""
    seen = build.indicator("seen", kind="ratio", decimals=1, direction="up", unit="%")
    north, south = Unit.objects.get(code="NORTH"), Unit.objects.get(code="SOUTH")
    build.target(seen, centre, target=80, threshold=60)
    build.reporter(seen, north)
    build.reporter(seen, south)
    build.observation(seen, north, DUE.code, 17, 20)
    build.observation(seen, north, DUE.code, 18, 20, note="one more found", by=build.person(name="Simon L"))
    drain_rollups(now=build.LATER)
    return seen


@pytest.fixture
def analyst(centre: Unit) -> Person:
    return build.person_with(RoleName.ANALYST, at=centre)


def get(person: Person, address: str) -> Any:
    return as_person(person).get("/api/v1/" + address).json()


def test_a_board_tells_what_stands_on_its_tiles(centre: Unit, seen: Indicator, analyst: Person) -> None:
    build.board(centre, seen, slug="wall", name_en="The wall", name_fr="Le mur")

    sheet = get(analyst, "boards/wall/")

    figure = {
        "period": DUE.code,
        "period_start": DUE.first.isoformat(),
        "period_end": DUE.last.isoformat(),
        "value": 90,
        "numerator": 18,
        "denominator": 20,
        "n": 20,
        "target": 80,
        "threshold": 60,
        "reporting": 1,
        "expected": 2,
        "suppressed": False,
    }
    (tile,) = sheet["zones"][0]["tiles"]
    assert {**tile.pop("due"), "status": ""} == {**tile.pop("last"), "status": ""} == {**figure, "status": ""}
    assert tile.pop("status") in {"pending", "on target"}
    assert tile.pop("due_on") > DUE.last.isoformat()
    assert (tile.pop("variation"), tile.pop("assurance")) == (None, None)
    assert tile == {
        "indicator": "seen",
        "name_en": "Seen",
        "name_fr": "",
        "unit": "CENTRE",
        "unit_of_measure": "%",
        "frequency": "month",
        "owner": None,
    }
    sheet["zones"][0]["tiles"] = []
    assert sheet == {
        "slug": "wall",
        "name_en": "The wall",
        "name_fr": "Le mur",
        "level": "tactical",
        "unit": "CENTRE",
        "trajectory": None,
        "true_north_en": "",
        "true_north_fr": "",
        "huddle_at": None,
        "hidden": 0,
        "zones": [{"kind": "performance", "tiles": []}],
    }


def test_boards_of_other_units_are_as_if_they_were_not_there(centre: Unit, seen: Indicator) -> None:
    north = Unit.objects.get(code="NORTH")
    build.board(centre, seen, slug="centre")
    build.board(north, seen, slug="north")
    viewer = build.person_with(RoleName.VIEWER, at=north)

    assert [board["slug"] for board in get(viewer, "boards/")["results"]] == ["north"]
    assert get(viewer, "boards/centre/")["code"] == "not_found"


def test_a_tile_that_is_too_small_to_show_is_blank(centre: Unit) -> None:
    referrals = build.indicator("referrals")
    for code, n in (("NORTH", 3), ("SOUTH", 9)):
        build.observation(referrals, Unit.objects.get(code=code), DUE.code, n)
    drain_rollups(now=build.LATER)
    build.board(Unit.objects.get(code="SOUTH"), referrals, slug="south")
    viewer = build.person_with(RoleName.VIEWER, at=centre)

    (tile,) = get(viewer, "boards/south/")["zones"][0]["tiles"]

    assert (tile["due"]["value"], tile["due"]["n"], tile["due"]["suppressed"]) == (None, None, True)


@pytest.mark.parametrize("tiles", [1, 4])
def test_a_board_takes_the_same_queries_for_few_tiles_and_many(
    tiles: int, centre: Unit, analyst: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    build.board(centre, *(build.indicator() for _ in range(tiles)), slug="wall")
    client = as_person(analyst)

    # Session and person, the board, its tiles, two rights, eight for the series, the zones.
    with django_assert_num_queries(16):
        assert len(client.get("/api/v1/boards/wall/").json()["zones"][0]["tiles"]) == tiles


def test_a_figure_is_explained_down_to_its_entries(seen: Indicator, analyst: Person) -> None:
    centre, north = (get(analyst, f"values/seen/{unit}/{DUE.code}/why/") for unit in ("CENTRE", "NORTH"))

    parts = {"numerator": 18, "denominator": 20, "histogram": None, "people": None, "applicable": True}
    child = {
        "value": 90,
        "parts": parts,
        "share": 1,
        "reporting": 1,
        "expected": 1,
    }
    silent = {"value": None, "parts": None, "share": None, "reporting": 0, "expected": None}
    shown = {"left_out": None, "closed_on": None, "suspect": 0, "hidden": False, "suppressed": False}
    assert [centre[name] for name in ("value", "parts", "reporting", "expected", "missing", "exact", "measure")] == [
        90, parts, 1, 2, ["SOUTH"], True, None,
    ]  # fmt: skip
    north_why, south_why = (f"/api/v1/values/seen/{unit}/{DUE.code}/why/" for unit in ("NORTH", "SOUTH"))
    assert centre["children"] == [
        {"unit": "NORTH", "name_en": "North", "name_fr": "", "why": north_why, **child, **shown},
        {"unit": "SOUTH", "name_en": "South", "name_fr": "", "why": south_why, **silent, **shown},
    ]
    assert (north["target"]["unit"], north["target"]["inherited"], north["target"]["target"]) == ("CENTRE", True, 80)
    assert [(entry["value"], entry["note"], entry["entered_by"]) for entry in north["own"]] == [
        (90, "one more found", "Simon L")
    ]
    assert [(entry["value"], entry["revision"]) for entry in north["earlier"]] == [(85, 1)]


def test_entries_and_small_figures_are_not_told_to_whoever_only_looks(centre: Unit) -> None:
    referrals = build.indicator("referrals")
    for code, n in (("NORTH", 3), ("SOUTH", 9)):
        build.observation(referrals, Unit.objects.get(code=code), DUE.code, n)
    drain_rollups(now=build.LATER)
    viewer = build.person_with(RoleName.VIEWER, at=centre)

    whole, part = (get(viewer, f"values/referrals/{unit}/{DUE.code}/why/") for unit in ("CENTRE", "NORTH"))

    assert (whole["value"], whole["suppressed"]) == (12, False)
    assert [(child["value"], child["share"], child["suppressed"]) for child in whole["children"]] == [
        (None, None, True),
        (None, None, True),
    ]
    assert [part[name] for name in ("value", "parts", "equation", "own", "suppressed")] == [None, None, None, [], True]


@pytest.mark.parametrize("address", ["seen/SOUTH/2025-01", "seen/NORTH/2025-13", "nothing/NORTH/2025-01"])
def test_there_is_nothing_to_explain_where_the_reader_may_not_look(seen: Indicator, address: str) -> None:
    viewer = build.person_with(RoleName.VIEWER, at=Unit.objects.get(code="NORTH"))

    assert get(viewer, f"values/{address}/why/")["code"] == "not_found"
