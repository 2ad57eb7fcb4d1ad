"""Doubted figures by API: taken, told row by row, and confirmed with a note."""

from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from indicators.models import Confirmation, Indicator, Observation
from indicators.operations.doubts.rules import RuleGiven, set_rules
from organisation.choices import RoleName
from organisation.models import Unit
from tests import build
from tests.api.asking import as_program

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/observations/"
FIGURE = {"indicator": "referrals", "unit": "NORTH", "period": "2026-01"}
HERE = f"{ADDRESS}referrals/NORTH/2026-01/"


@pytest.fixture
def north() -> Unit:
    return build.unit("NORTH")


@pytest.fixture
def referrals(north: Unit) -> Indicator:
    made = build.indicator("referrals", direction="down", note_when_beyond=True)
    build.target(made, north, target=Decimal(10), threshold=Decimal(40))
    set_rules(indicator=made, given=[RuleGiven(kind="range", high=Decimal(50))], by=None, now=build.LATER)
    return made


@pytest.fixture
def job(north: Unit, referrals: Indicator) -> APIClient:
    return as_program(build.person_with(RoleName.CONTRIBUTOR, at=north), may_write=True)


def test_each_row_tells_which_rules_doubt_it_and_whether_a_note_is_owed(job: APIClient, referrals: Indicator) -> None:
    rows = [FIGURE | {"value": 60}, FIGURE | {"period": "2026-02", "value": 12}]

    answer = job.post(ADDRESS, rows, format="json").json()["results"]

    code = referrals.rules.get().code
    doubt = {"code": code, "kind": "range", "expected": "at most 50"}
    assert [(row["status"], row["suspicions"], row["note_required"]) for row in answer] == [
        ("created", [doubt], True),
        ("created", [], False),
    ]
    assert job.get(HERE).json()["suspicions"] == [doubt]


def test_a_note_confirms_a_doubted_figure_once_and_for_this_figure(job: APIClient) -> None:
    job.post(ADDRESS, FIGURE | {"value": 60}, format="json")

    without = job.post(f"{HERE}confirmation/", {"note": ""}, format="json")
    stale = job.post(f"{HERE}confirmation/", {"note": "seen"}, format="json", headers={"If-Match": '"1-9"'})
    told = job.post(f"{HERE}confirmation/", {"note": "two schools"}, format="json")
    corrected = job.post(ADDRESS, FIGURE | {"value": 61}, format="json").json()["results"]

    assert (without.status_code, without.json()["code"]) == (422, "note_missing")
    assert (stale.status_code, stale.json()["code"]) == (412, "changed_meanwhile")
    assert (told.status_code, told.json()["suspicions"]) == (200, [])
    assert Confirmation.objects.get().note == "two schools"
    assert len(corrected[0]["suspicions"]) == 1


def test_whoever_may_not_enter_figures_confirms_none(north: Unit, referrals: Indicator) -> None:
    build.observation(referrals, north, "2026-01", 60)
    analyst = as_program(build.person_with(RoleName.ANALYST, at=north), may_write=True)

    answer = analyst.post(f"{HERE}confirmation/", {"note": "looks right"}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (403, "may_not_enter")
    assert Observation.objects.get().suspicions != []
