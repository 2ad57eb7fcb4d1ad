"""The schema and its page; definitions; and the answer to an address that leads nowhere."""

import pytest
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from organisation.choices import RoleName
from tests import build
from tests.api.asking import as_person, codes

pytestmark = pytest.mark.django_db


def test_the_schema_is_valid_and_nothing_in_it_is_guessed() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")


def test_whoever_reads_the_schema_need_not_sign_in() -> None:
    schema, page = (APIClient().get(f"/api/v1/{name}/") for name in ("schema", "docs"))

    assert (schema.status_code, schema["Content-Type"]) == (200, "application/vnd.oai.openapi; charset=utf-8")
    assert (page.status_code, b"<style" in page.content, b"style=" in page.content) == (200, False, False)


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_address_that_leads_nowhere_is_a_problem_too(method: str) -> None:
    answer = getattr(APIClient(enforce_csrf_checks=True), method)("/api/v1/nothing/")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json() == {
        "type": "urn:obeya:problem:not_found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no resource nothing/.",
        "code": "not_found",
        "errors": [],
    }


def test_a_definition_is_told_as_its_sheet() -> None:
    build.indicator("seen", kind="ratio", decimals=1, direction="up", unit="%", name_fr="Vus", also_at=["quarter"])
    client = as_person(build.person())

    short = {
        "code": "seen",
        "name_en": "Seen",
        "name_fr": "Vus",
        "area": None,
        "kind": "ratio",
        "unit": "%",
        "decimals": 1,
        "direction": "up",
        "frequency": "month",
        "also_at": ["quarter"],
        "status": "active",
        "version": 1,
    }
    assert client.get("/api/v1/indicators/").json() == {"results": [short], "next": None}
    assert client.get("/api/v1/indicators/seen/").json() == {
        **short,
        "text_en": "",
        "text_fr": "",
        "factor": 100,
        "numerator_text_en": "",
        "numerator_text_fr": "",
        "denominator_text_en": "",
        "denominator_text_fr": "",
        "statistic": "",
        "within": None,
        "combine": "",
        "expression": "",
        "weights": [],
        "components": [],
        "used_in": [],
        "calendar": "every_day",
        "adds_up": True,
        "missing": "skip",
        "minimum_coverage": 0,
        "due_days": None,
        "due_in_working_days": False,
        "grace_days": 7,
        "note_when_beyond": False,
        "chart": "auto",
        "screens_outliers": True,
        "rules": [],
        "source_text_en": "",
        "source_text_fr": "",
        "owner": None,
        "trajectory": None,
        "measure": None,
        "start_event_en": "",
        "start_event_fr": "",
        "stop_event_en": "",
        "stop_event_fr": "",
        "inclusion_en": "",
        "inclusion_fr": "",
        "exclusion_en": "",
        "exclusion_fr": "",
        "interpretation_en": "",
        "interpretation_fr": "",
        "warnings_en": "",
        "warnings_fr": "",
        "complementary": [],
        "abandoned_on": None,
        "versions": [
            {
                "version": 1,
                "is_current": True,
                "takes_effect_on": None,
                "is_restatement": False,
                "reason": "",
                "changed_at": None,
                "changes": [],
            }
        ],
    }


def test_definitions_are_narrowed_by_what_they_are() -> None:
    build.indicator("monthly")
    build.indicator("weekly", frequency="week")
    build.indicator("old", status="abandoned")
    client = as_person(build.person())

    assert codes(client, "/api/v1/indicators/", frequency="week") == ["weekly"]
    assert codes(client, "/api/v1/indicators/", status="abandoned") == ["old"]


@pytest.mark.parametrize("definitions", [1, 3])
def test_definitions_take_the_same_queries_for_few_and_many(
    definitions: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(definitions):
        build.indicator()
    client = as_person(build.person_with(RoleName.VIEWER, at=build.unit()))

    with django_assert_num_queries(3):
        assert len(codes(client, "/api/v1/indicators/")) == definitions


def test_the_root_leads_to_the_description() -> None:
    answer = APIClient().get("/api/v1/")

    assert (answer.status_code, answer["Location"]) == (302, "/api/v1/docs/")


@pytest.mark.parametrize(
    "address",
    [
        "units/%00/",
        "indicators/a%00/",
        "boards/%00/",
        "trajectories/%00/flow/",
        "observations/a/b/%00/",
        "values/a/b/%00/why/",
    ],
)
def test_an_address_with_a_nul_leads_nowhere(address: str) -> None:
    answer = as_person(build.person_with(RoleName.VIEWER, at=build.unit())).get(f"/api/v1/{address}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_page_with_a_nul_in_its_address_is_not_there() -> None:
    viewer = as_person(build.person_with(RoleName.VIEWER, at=build.unit()))

    answers = [
        viewer.get(address) for address in ("/indicators/incidents/%00/", "/indicators/a/b%00/chart.svg", "/%00")
    ]

    assert [(one.status_code, b"<h1" in one.content) for one in answers] == [(404, True)] * 3
