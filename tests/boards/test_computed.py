"""Formulas and indexes on pages: the tile, why with ways further down, the definition."""

import datetime as dt
import re

import pytest
from django.test import Client

from boards.queries import board_face
from indicators.operations import drain_rollups
from organisation.choices import RoleName
from tests import build

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 3, 20)


def texts(page: str, pattern: str) -> list[str]:
    """What stands in a page by a pattern, without tags and with single spaces."""
    return [" ".join(re.sub(r"<[^>]+>", " ", found).split()) for found in re.findall(pattern, page, re.DOTALL)]


def test_why_on_the_page_of_a_formula_leads_to_its_components(client: Client) -> None:
    top = build.unit("top")
    team = build.unit("team", parent=top)
    build.observation(build.indicator("cost", name_en="Cost"), team, "2026-01", 1240)
    build.observation(build.indicator("episodes", name_en="Episodes"), team, "2026-01", 62)
    build.formula("per-episode", "cost / episodes", unit="$")
    drain_rollups(now=build.LATER)
    client.force_login(build.person_with(RoleName.LEAD, top))

    page = client.get("/indicators/per-episode/top/?period=2026-01").content.decode()

    assert texts(page, r'<p class="why-sum">.*?</p>') == ["1,240 ÷ 62 = 20 $"]
    assert texts(page, r'<tr>\s*<th scope="row">\s*<a.*?</tr>') == ["Cost 1240", "Episodes 62", "Team 20 $"]
    assert re.findall(r'href="(/indicators/[^"]+#why)"', page) == [
        "/indicators/cost/top/?period=2026-01#why",
        "/indicators/episodes/top/?period=2026-01#why",
        "/indicators/per-episode/team/?period=2026-01#why",
    ]
    assert client.get("/indicators/cost/top/?period=2026-01").status_code == 200


def test_an_index_says_which_parts_are_left_out_and_how_many_are_complete(client: Client) -> None:
    team = build.unit("team")
    cost = build.indicator("cost", name_en="Cost", direction="down")
    build.target(cost, team, target=1000, starting_point=2000)
    build.observation(cost, team, "2026-01", 1240)
    build.observation(build.indicator("episodes", name_en="Episodes"), team, "2026-01", 62)
    north = build.index("north", {"cost": 3, "episodes": 1}, decimals=1, direction="up")
    drain_rollups(now=build.LATER)
    person = build.person_with(RoleName.LEAD, team)
    client.force_login(person)

    page = client.get("/indicators/north/team/?period=2026-01").content.decode()
    (tile,) = board_face(build.board(team, north), person, today=dt.date(2026, 2, 20), now=build.LATER).tiles

    assert texts(page, r'<tr>\s*<th scope="row">\s*<a.*?</tr>') == [
        "Cost 1240 76.0 3 76.0",
        "Episodes left out: neither way is better 62 — 1 —",
    ]
    assert "Computed from · 1 of 2 parts complete" in texts(page, r"<h3>.*?</h3>")
    assert (tile.figure, tile.coverage) == ("76.0", "1 of 2 parts")


def test_a_definition_names_what_it_is_computed_from_and_what_is_computed_from_it(client: Client) -> None:
    build.indicator("cost", name_en="Cost")
    build.formula("double", "cost × 2", name_en="Double")
    build.index("north", {"double": "1.5"}, name_en="True North")
    client.force_login(build.person(is_superuser=True))

    page = client.get("/indicators/double/").content.decode()
    index = client.get("/indicators/north/").content.decode()

    assert texts(page, r"<dt>Expression</dt>\s*<dd.*?</dd>") == ["Expression cost × 2"]
    assert texts(page, r"<dt>Computed from</dt>\s*<dd>.*?</dd>") == ["Computed from Cost"]
    assert texts(page, r"<li>\s*Computed from it:.*?</li>") == ["Computed from it: True North"]
    assert texts(index, r"<dt>Weights</dt>\s*<dd.*?</dd>") == ["Weights double × 1.5"]
