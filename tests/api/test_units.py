"""Units by API: their place on a day, and only those that the person may see."""

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from organisation.choices import RoleName
from tests import build
from tests.api.asking import as_person, codes, every_page

pytestmark = pytest.mark.django_db


def test_a_unit_is_shown_with_its_line_and_its_children() -> None:
    centre = build.unit("CENTRE", name_en="Centre", name_fr="Le centre", kind="organisation")
    youth = build.unit("YOUTH", parent=centre, name_en="Youth", name_fr="Jeunesse", kind="programme")
    build.unit("TEAM", parent=youth, name_en="Team", name_fr="Équipe", kind="team")
    viewer = build.person_with(RoleName.VIEWER, at=centre)

    sheet = as_person(viewer).get("/api/v1/units/YOUTH/").json()

    assert sheet == {
        "code": "YOUTH",
        "name_en": "Youth",
        "name_fr": "Jeunesse",
        "kind": "programme",
        "parent": "CENTRE",
        "path": "CENTRE/YOUTH",
        "opens_on": "2015-01-01",
        "closes_on": None,
        "ancestors": [{"code": "CENTRE", "name_en": "Centre", "name_fr": "Le centre"}],
        "children": [{"code": "TEAM", "name_en": "Team", "name_fr": "Équipe"}],
    }


def test_the_list_holds_the_units_that_the_person_may_see_and_no_other() -> None:
    centre = build.unit("CENTRE")
    north, _south = build.units("NORTH", "SOUTH", parent=centre)
    build.units("N1", "N2", parent=north)
    viewer = build.person_with(RoleName.VIEWER, at=north)

    assert codes(as_person(viewer), "/api/v1/units/") == ["N1", "N2", "NORTH"]


def test_a_unit_beside_one_s_own_is_as_if_it_were_not_there() -> None:
    centre = build.unit("CENTRE")
    north, _south = build.units("NORTH", "SOUTH", parent=centre)
    client = as_person(build.person_with(RoleName.VIEWER, at=north))

    refusals = [client.get(f"/api/v1/units/{code}/") for code in ("SOUTH", "NOWHERE")]

    assert [refusal.status_code for refusal in refusals] == [404, 404]
    assert refusals[0].json() == refusals[1].json()


def test_the_tree_is_that_of_the_day_asked() -> None:
    centre = build.unit("CENTRE")
    north, south = build.units("NORTH", "SOUTH", parent=centre)
    team = build.unit("TEAM", parent=north)
    build.move(team, to=south, on=dt.date(2026, 4, 1))
    client = as_person(build.person_with(RoleName.VIEWER, at=centre))

    paths = [client.get("/api/v1/units/TEAM/", {"on": day}).json()["path"] for day in ("2026-03-31", "2026-04-01")]

    assert paths == ["CENTRE/NORTH/TEAM", "CENTRE/SOUTH/TEAM"]
    assert codes(client, "/api/v1/units/", under="NORTH", on="2026-03-31") == ["NORTH", "TEAM"]
    assert codes(client, "/api/v1/units/", under="NORTH", on="2026-04-01") == ["NORTH"]


def test_pages_hold_every_unit_once_whatever_comes_meanwhile() -> None:
    centre = build.unit("M")
    build.units("C", "E", "G", parent=centre)
    client = as_person(build.person_with(RoleName.VIEWER, at=centre))

    first = client.get("/api/v1/units/", {"page_size": "2"}).json()
    build.units("A", "F", parent=centre)
    second = client.get(first["next"]).json()

    assert [row["code"] for row in first["results"] + second["results"]] == ["C", "E", "F", "G"]
    assert first["next"].startswith("http://testserver/api/v1/units/?")
    assert [row["code"] for row in every_page(client, "/api/v1/units/", page_size="1")] == list("ACEFGM")


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"kindd": "team"}, "kindd"),
        ({"on": "2026-02-30"}, "on"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "WzFd"}, "cursor"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "many"}, "page_size"),
        ({"under": "NOWHERE"}, "under"),
        ({"under": "A\0"}, "under"),
    ],
)
def test_a_parameter_that_is_not_understood_is_refused_by_name(parameters: dict[str, str], field: str) -> None:
    client = as_person(build.person_with(RoleName.VIEWER, at=build.unit()))

    refusal = client.get("/api/v1/units/", parameters)

    assert (refusal.status_code, refusal["Content-Type"]) == (400, "application/problem+json")
    assert [error["field"] for error in refusal.json()["errors"]] == [field]


@pytest.mark.parametrize("teams", [1, 3])
def test_listing_units_takes_the_same_queries_for_few_and_many(
    teams: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    centre = build.unit("CENTRE")
    build.units(*(f"T{number}" for number in range(teams)), parent=centre)
    client = as_person(build.person_with(RoleName.VIEWER, at=centre))

    # The session, its person, the units, their lines.
    with django_assert_num_queries(4):
        assert len(client.get("/api/v1/units/").json()["results"]) == teams + 1
