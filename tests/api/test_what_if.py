"""What a moved target would change, by API; nothing is saved."""

from decimal import Decimal

import pytest

from indicators.models import Indicator, Target
from indicators.operations import drain_rollups
from organisation.choices import RoleName
from organisation.models import Unit
from tests import build
from tests.api.asking import as_person

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/indicators/waits/what-if/"
PROPOSED = {"unit": "youth", "valid_from": "2025-01-01", "target": 10, "threshold": 15}


@pytest.fixture
def youth() -> Unit:
    youth = build.unit("youth")
    waits: Indicator = build.indicator("waits", direction="down")
    for month in range(1, 7):
        build.observation(waits, youth, f"2025-{month:02d}", 10 + month)
    drain_rollups(now=build.LATER)
    build.target(waits, youth, target=Decimal(20))
    return youth


def test_a_lead_asks_what_would_change_and_nothing_does(youth: Unit) -> None:
    lead = as_person(build.person_with(RoleName.LEAD, at=youth))

    answer = lead.post(ADDRESS, PROPOSED, format="json")

    assert answer.json() == {
        "figures": 6,
        "changed": 6,
        "held_units": 1,
        "shifts": [
            {"before": "on target", "after": "watch", "figures": 5},
            {"before": "on target", "after": "act", "figures": 1},
        ],
        "units": [{"unit": "youth", "changed": 6, "figures": 6}],
        "followed": [],
    }
    assert Target.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"threshold": 5}, 422, "definition_refused"),
        ({"target": "many"}, 422, "definition_refused"),
        ({"colour": "red"}, 422, "definition_refused"),
        ({"unit": "nowhere"}, 404, "not_found"),
        ({"unit": "no\0where"}, 404, "not_found"),
    ],
)
def test_what_can_be_no_target_is_refused(youth: Unit, change: dict[str, object], status: int, code: str) -> None:
    lead = as_person(build.person_with(RoleName.LEAD, at=youth))

    answer = lead.post(ADDRESS, PROPOSED | change, format="json")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_whoever_sets_no_targets_asks_no_what_if(youth: Unit) -> None:
    contributor = as_person(build.person_with(RoleName.CONTRIBUTOR, at=youth))

    answer = contributor.post(ADDRESS, PROPOSED, format="json")

    assert (answer.status_code, answer.json()["code"]) == (403, "may_not_set_target")


def test_an_unknown_path_is_told_which_there_are(youth: Unit) -> None:
    lead = as_person(build.person_with(RoleName.LEAD, at=youth))

    refusal = lead.post(ADDRESS, {**PROPOSED, "path": "zigzag"}, format="json")

    assert refusal.json()["detail"] == "“zigzag” is none of: steps, line."
