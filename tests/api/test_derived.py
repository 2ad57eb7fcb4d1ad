"""Formulas and indexes by the API: their sheets, why, no figures taken, and small numbers that stay hidden."""

from typing import Any

import pytest

from indicators.models import Indicator
from indicators.operations import drain_rollups
from organisation.choices import RoleName
from organisation.models import Person, Unit
from tests import build
from tests.api.asking import as_person

pytestmark = pytest.mark.django_db


def why(code: str, unit: str, *, by: Person) -> dict[str, Any]:
    """The answer to why, of January."""
    drain_rollups(now=build.LATER)
    answer: dict[str, Any] = as_person(by).get(f"/api/v1/values/{code}/{unit}/2026-01/why/").json()
    return answer


def team_with_costs() -> Unit:
    """A team with a cost and a number of episodes."""
    team = build.unit("team")
    build.observation(build.indicator("cost", direction="down"), team, "2026-01", 1240)
    build.observation(build.indicator("episodes"), team, "2026-01", 62)
    return team


def test_the_sheet_says_what_it_is_computed_from_and_what_is_computed_from_it() -> None:
    admin = build.person(is_superuser=True)
    build.indicator("cost")
    build.formula("double", "cost * 2")
    build.index("north", {"double": "1.5"})

    sheets = [as_person(admin).get(f"/api/v1/indicators/{code}/").json() for code in ("cost", "double", "north")]

    assert [(one["kind"], one["expression"], one["components"], one["used_in"]) for one in sheets] == [
        ("count", "", [], ["double"]),
        ("formula", "cost * 2", ["cost"], ["north"]),
        ("index", "", ["double"], []),
    ]
    assert sheets[2]["weights"] == [{"indicator": "double", "weight": 1.5, "valid_from": None, "valid_to": None}]


def test_why_leads_from_a_formula_to_its_components() -> None:
    admin = build.person(is_superuser=True)
    team_with_costs()
    build.formula("per-episode", "cost / episodes", unit="$")

    answer = why("per-episode", "team", by=admin)

    assert (answer["value"], answer["equation"], answer["exactness"]) == (20, "1,240 ÷ 62 = 20\u00a0$", "exact")
    assert answer["parts"] | {"people": None, "applicable": True} == {
        "numerator": 20, "denominator": None, "histogram": None, "people": None, "applicable": True
    }  # fmt: skip
    assert [(one["indicator"], one["value"], one["score"], one["why"]) for one in answer["components"]] == [
        ("cost", 1240, None, "/api/v1/values/cost/team/2026-01/why/"),
        ("episodes", 62, None, "/api/v1/values/episodes/team/2026-01/why/"),
    ]


def test_why_tells_scores_weights_and_contributions_of_an_index() -> None:
    admin = build.person(is_superuser=True)
    team = team_with_costs()
    build.target(Indicator.objects.get(code="cost"), team, target=1000, starting_point=2000)
    build.index("north", {"cost": 3, "episodes": 1}, decimals=1)

    answer = why("north", "team", by=admin)

    assert (answer["value"], answer["equation"]) == (76, "(3 × 76.0) ÷ 3 = 76.0")
    assert (answer["reporting"], answer["expected"]) == (1, 2)
    told = ("indicator", "score", "weight", "contribution", "left_out")
    assert [tuple(one[name] for name in told) for one in answer["components"]] == [
        ("cost", 76, 3, 76, None),
        ("episodes", None, 1, None, "no direction"),
    ]


def test_no_figure_is_taken_for_what_is_computed() -> None:
    team = team_with_costs()
    build.formula("per-episode", "cost / episodes")
    lead = build.person_with(RoleName.LEAD, team)
    row = {"indicator": "per-episode", "unit": "team", "period": "2026-01", "value": 5}

    answer = as_person(lead).post("/api/v1/observations/", row, format="json").json()

    assert "computed_from_others" in str(answer)
    assert "This indicator is computed from others: enter their figures instead." in str(answer)


def test_what_is_computed_from_a_hidden_figure_is_hidden_too() -> None:
    top = build.unit("top")
    for code, episodes in (("one", 30), ("few", 3), ("next", 7)):
        team = build.unit(code, parent=top)
        build.observation(Indicator.objects.filter(code="episodes").first() or build.indicator("episodes"), team,
                          "2026-01", episodes)  # fmt: skip
    build.formula("double", "episodes * 2")
    build.formula("fourfold", "double * 2")
    viewer = build.person_with(RoleName.VIEWER, top)
    drain_rollups(now=build.LATER)

    rows = as_person(viewer).get("/api/v1/values/?indicator=fourfold").json()["results"]
    told = {row["unit"]: row["value"] for row in rows}
    answers = {unit: why("fourfold", unit, by=viewer) for unit in ("one", "few", "next")}
    component = why("double", "next", by=viewer)["components"][0]

    # Seven could be worked out from the others and hides with the three.
    assert told == {"top": 160, "one": 120, "few": None, "next": None}
    assert {unit: (one["value"], one["equation"], one["suppressed"]) for unit, one in answers.items()} == {
        "one": (120, "60 × 2 = 120", False),
        "few": (None, None, True),
        "next": (None, None, True),
    }
    assert (component["indicator"], component["value"], component["suppressed"]) == ("episodes", None, True)
