"""Definitions of trajectories by API: written whole or not at all, each change a version."""

import datetime as dt
import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from indicators.choices import Source
from indicators.models import Indicator
from organisation.choices import RoleName
from organisation.models import Unit
from tests import build
from tests.api.asking import as_person, as_program
from trajectories.models import Trajectory

ADDRESS = "/api/v1/trajectories/youths/"
YOUTHS: dict[str, Any] = {
    "name_en": "Youths",
    "name_fr": "Jeunes",
    "timezone": "America/Toronto",
    "steps": [
        {"code": "referral", "name_en": "Referral", "activities": ["Referral"], "units": ["NORTH"]},
        {"code": "service", "name_en": "Service", "activities": ["First service"], "limits": {"P1": 1}},
    ],
    "clock": {"start": ["Referral"], "stop": ["First service"]},
    "measures": [{"indicator": "referrals", "measure": "starts", "params": {"start": ["Referral"]}}],
}


@pytest.fixture
def job(centre: Unit) -> APIClient:
    build.indicator("referrals")
    return as_program(build.person_with(RoleName.ADMINISTRATOR, at=centre), may_write=True)


def put(client: APIClient, body: Any, **headers: str) -> Any:
    return client.put(ADDRESS, body, format="json", headers=headers)


def put_text(client: APIClient, body: str, kind: str = "application/yaml") -> Any:
    return client.generic("PUT", ADDRESS, body, content_type=kind)


def test_a_definition_makes_a_trajectory_and_is_told_as_it_is_read(job: APIClient) -> None:
    made = put(job, YOUTHS)

    told = job.get(ADDRESS)
    assert (made.status_code, made["ETag"], made.json()) == (201, '"1"', told.json())
    assert (told.json()["clock"], told.json()["measures"]) == (YOUTHS["clock"], YOUTHS["measures"])
    assert told.json()["versions"][0]["changed_by"] != ""


def test_the_same_again_changes_nothing_and_another_is_a_version(job: APIClient) -> None:
    put(job, YOUTHS)

    same = put(job, YOUTHS)
    other = job.put(f"{ADDRESS}?reason=as+agreed", {**YOUTHS, "measures": []}, format="json")

    assert (same.status_code, same.json()["version"]) == (200, 1)
    assert (other.status_code, other.json()["version"], other.json()["measures"]) == (200, 2, [])
    assert [one["reason"] for one in other.json()["versions"]] == ["as agreed", ""]


def test_the_file_that_is_downloaded_is_taken_back_as_yaml(job: APIClient) -> None:
    put(job, YOUTHS)
    file = job.get(ADDRESS, {"format": "yaml"})

    again = put_text(job, file.content.decode())

    assert file["Content-Type"] == "application/yaml; charset=utf-8"
    assert (again.status_code, again.json()["version"]) == (200, 1)


def test_every_fault_is_told_with_its_place_and_nothing_is_kept(job: APIClient) -> None:
    steps = [{"code": "referral", "limits": {"P1": "soon"}, "units": ["NOWHERE"]}, {"name": "x"}]

    refusal = put(job, {**YOUTHS, "steps": steps, "measures": [], "clok": {}})

    assert (refusal.status_code, refusal.json()["code"]) == (422, "definition_refused")
    assert [error["field"] for error in refusal.json()["errors"]] == ["clok", "steps[0].limits.P1", "steps[1]"]
    assert not Trajectory.objects.exists()


def test_units_and_indicators_that_are_not_there_are_faults_too(job: APIClient) -> None:
    steps = [{"code": "referral", "units": ["NORTH", "NOWHERE"]}]
    measures = [{"indicator": "nothing", "measure": "starts"}]

    refusal = put(job, {"steps": steps, "measures": measures})

    assert [(error["field"], error["reason"]) for error in refusal.json()["errors"]] == [
        ("steps[0].units", "no unit has the code “NOWHERE”."),
        ("measures[0].indicator", "there is no indicator “nothing”."),
    ]
    assert not Trajectory.objects.exists()


def test_faults_are_told_in_the_language_of_whoever_asks(job: APIClient) -> None:
    refusal = put(job, {"steps": "none"}, **{"Accept-Language": "fr"})

    assert refusal.json()["errors"] == [{"field": "steps", "reason": "ceci doit être une liste."}]


def test_what_someone_else_has_changed_is_not_written_over(job: APIClient) -> None:
    seen = put(job, YOUTHS)["ETag"]
    put(job, {**YOUTHS, "name_fr": "Les jeunes"})

    refusals = [
        put(job, YOUTHS, **{"If-Match": seen}),
        put(job, YOUTHS, **{"If-None-Match": "*"}),
    ]

    assert [(one.status_code, one.json()["code"]) for one in refusals] == [(412, "changed_meanwhile")] * 2
    assert put(job, YOUTHS, **{"If-Match": '"2"'}).json()["version"] == 3


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_definition_that_is_the_same_is_not_sent_again(job: APIClient, form: str) -> None:
    put(job, YOUTHS)
    tag = job.get(ADDRESS, {"format": form})["ETag"]

    again = job.get(ADDRESS, {"format": form}, headers={"If-None-Match": tag})
    changed = put(job, {**YOUTHS, "name_fr": "Les jeunes"}, **{"If-Match": tag})
    after = job.get(ADDRESS, {"format": form}, headers={"If-None-Match": tag})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert (changed.status_code, after.status_code) == (200, 200)


def test_a_refresh_is_told_though_it_makes_no_version(job: APIClient) -> None:
    put(job, YOUTHS)
    tag = job.get(ADDRESS)["ETag"]

    Trajectory.objects.update(stale_since=dt.datetime(2025, 3, 1, tzinfo=dt.UTC))
    after = job.get(ADDRESS, headers={"If-None-Match": tag})
    changed = put(job, {**YOUTHS, "name_fr": "Les jeunes"}, **{"If-Match": tag})

    assert (after.status_code, after.json()["stale_since"]) == (200, "2025-03-01T00:00:00Z")
    assert (changed.status_code, changed.json()["version"]) == (200, 2)


def test_a_version_holds_from_the_day_that_the_definition_or_the_address_names(job: APIClient) -> None:
    put(job, YOUTHS)
    north = Unit.objects.get(code="NORTH")
    build.observation(Indicator.objects.get(), north, "2025-01", 3, source=Source.MEASURED)

    future = put(job, {**YOUTHS, "name_en": "Youth", "takes_effect_on": "2999-01-01"})
    past = job.put(f"{ADDRESS}?effective=beginning", YOUTHS, format="json")

    assert future.json()["versions"][0]["takes_effect_on"] == "2999-01-01"
    assert [error["field"] for error in past.json()["errors"]] == ["reason"]


def test_a_trajectory_is_defined_by_those_who_lead_every_unit_that_it_names(job: APIClient, centre: Unit) -> None:
    north, south = (Unit.objects.get(code=code) for code in ("NORTH", "SOUTH"))
    lead, other = (as_program(build.person_with(RoleName.LEAD, at=unit), may_write=True) for unit in (north, south))
    reader = as_person(build.person_with(RoleName.VIEWER, at=centre))

    refusals = [put(client, YOUTHS) for client in (other, reader)]

    assert [(one.status_code, one.json()["code"]) for one in refusals] == [(403, "may_not_define")] * 2
    assert put(lead, YOUTHS).status_code == 201


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("[" * 100_000, "application/json", 400),
        ("[" * 100_000, "application/yaml", 422),
        ('{"a": ', "application/json", 400),
        ("a: &x [1]\nb: *x", "application/yaml", 422),
        ("name_en: \0", "application/yaml", 422),
        ("x" * 1_000_001, "application/yaml", 413),
        ("7", "application/json", 422),
        ("[]", "application/yaml", 422),
        ('{"name_en": "a\\u0000b"}', "application/json", 422),
        ('{"name_en": "\\ud800"}', "application/json", 400),
        ("priorities: {limits: {P1: .inf}}", "application/yaml", 422),
        ('{"code": "others"}', "application/json", 422),
        (json.dumps({"measures": [{"indicator": "\0", "measure": "starts"}]}), "application/json", 422),
        ("name_en: x", "text/plain", 415),
    ],
)
def test_what_is_no_definition_is_refused(job: APIClient, body: str, kind: str, status: int) -> None:
    refusal = put_text(job, body, kind)

    assert (refusal.status_code, refusal["Content-Type"]) == (status, "application/problem+json")
    assert not Trajectory.objects.exists()
