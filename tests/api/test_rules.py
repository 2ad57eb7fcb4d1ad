"""Validation rules by API: what they would come to, and set."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from indicators.models import Indicator, ValidationRule, Value
from indicators.operations import drain_rollups
from organisation.choices import RoleName
from tests import build
from tests.api.asking import as_person

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/indicators/referrals/rules/"
ASKED = {"rules": [{"kind": "range", "high": 50}], "since": "2025-02-01"}
TOLD = {"rules_made": 1, "rules_ended": 0, "figures": 2, "marked": 1, "cleared": 0, "confirmed": 0, "units": 1}


@pytest.fixture
def referrals() -> Indicator:
    team = build.unit("TEAM")
    made = build.indicator("referrals")
    for month, figure in enumerate((60, 70, 20), 1):
        build.observation(made, team, f"2025-{month:02d}", figure)
    drain_rollups(now=build.LATER)
    return made


@pytest.fixture
def boss(referrals: Indicator) -> APIClient:
    return as_person(build.person("admin@example.org", is_superuser=True))


def test_what_rules_would_come_to_is_counted_and_nothing_saved(boss: APIClient) -> None:
    answer = boss.post(f"{ADDRESS}what-if/", ASKED, format="json")

    assert (answer.status_code, answer.json()) == (200, TOLD)
    assert ValidationRule.objects.count() == 0


def test_rules_are_set_and_the_doubts_roll_up_before_the_answer(boss: APIClient, referrals: Indicator) -> None:
    first = boss.put(ADDRESS, ASKED, format="json")
    again = boss.put(ADDRESS, ASKED, format="json")

    assert first.json() == TOLD
    assert again.json() == dict.fromkeys(TOLD, 0)
    assert referrals.rules.get().high == Decimal(50)
    assert Value.objects.get(suspect=1).period.code == "2025-02"


def test_the_rules_in_force_are_told_as_they_are_sent(boss: APIClient, referrals: Indicator) -> None:
    boss.put(ADDRESS, ASKED, format="json")
    reader = as_person(build.person_with(RoleName.VIEWER, at=build.unit("OTHER")))

    told = reader.get(ADDRESS)

    rule = {"kind": "range", "high": 50, "code": referrals.rules.get().code, "expected": "at most 50"}
    assert (told.status_code, told.json()) == (200, {"rules": [rule]})


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"rules": "none"}, 400, "invalid"),
        ({"rules": [], "from": "2025-01-01"}, 400, "invalid"),
        ({"rules": [{"kind": "guess"}]}, 422, "definition_refused"),
        ({"rules": [{"kind": "range", "lowest": 3}]}, 422, "definition_refused"),
        ({"rules": [], "since": "soon"}, 422, "definition_refused"),
    ],
)
def test_what_is_no_list_of_rules_is_refused(boss: APIClient, body: Any, status: int, code: str) -> None:
    refusal = boss.put(ADDRESS, body, format="json")

    assert (refusal.status_code, refusal.json()["code"]) == (status, code)


def test_only_whoever_may_change_definitions_sets_rules(referrals: Indicator) -> None:
    lead = as_person(build.person_with(RoleName.LEAD, at=build.unit("OTHER")))

    assert [
        lead.put(ADDRESS, ASKED, format="json").status_code,
        lead.post(f"{ADDRESS}what-if/", ASKED, format="json").status_code,
    ] == [403, 403]
