"""Tokens by API, and who is let in by them."""

import datetime as dt

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from organisation.choices import RoleName
from organisation.models import AccessToken, Person
from tests import build
from tests.api.asking import as_person, as_program

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst() -> Person:
    return build.person_with(RoleName.ANALYST, at=build.unit("CENTRE"))


def test_a_new_token_is_shown_once_and_lets_a_program_in(analyst: Person) -> None:
    client = as_person(analyst)

    made = client.post("/api/v1/tokens/", {"name": "Power BI", "expires_on": "2099-12-31"}, format="json").json()
    listed = client.get("/api/v1/tokens/").json()
    units = APIClient().get("/api/v1/units/", headers={"Authorization": f"Bearer {made['token']}"})

    secret = made.pop("token")
    assert listed == [made]
    assert {**made, "id": 0, "created_at": ""} == {
        "id": 0,
        "name": "Power BI",
        "scope": "read",
        "created_at": "",
        "expires_on": "2099-12-31",
        "last_used_on": None,
    }
    assert [row["code"] for row in units.json()["results"]] == ["CENTRE"]
    assert not AccessToken.objects.filter(digest=secret).exists()


def test_a_withdrawn_token_lets_nobody_in(analyst: Person) -> None:
    program = as_program(analyst)
    token = analyst.tokens.get()

    assert as_person(analyst).delete(f"/api/v1/tokens/{token.pk}/").status_code == 204

    assert program.get("/api/v1/units/").json()["code"] == "authentication_failed"


def test_nobody_reaches_the_tokens_of_someone_else(analyst: Person) -> None:
    as_program(analyst)
    other = as_person(build.person_with(RoleName.ANALYST, at=build.unit()))

    refusal = other.delete(f"/api/v1/tokens/{analyst.tokens.get().pk}/")

    assert refusal.status_code == 404
    assert other.get("/api/v1/tokens/").json() == []
    assert analyst.tokens.count() == 1


def test_a_token_makes_no_token(analyst: Person) -> None:
    refusal = as_program(analyst, may_write=True).post("/api/v1/tokens/", {"name": "another"}, format="json")

    assert (refusal.status_code, refusal.json()["code"]) == (403, "needs_session")


def test_whoever_only_looks_makes_no_token_and_is_not_let_in_by_one() -> None:
    viewer = build.person_with(RoleName.VIEWER, at=build.unit())

    made = as_person(viewer).post("/api/v1/tokens/", {"name": "mine"}, format="json")
    read = as_program(viewer).get("/api/v1/units/")

    assert (made.status_code, made.json()["code"]) == (403, "may_not_use_api")
    assert (read.status_code, read.json()["code"]) == (403, "may_not_use_api")


def test_a_token_for_reading_changes_nothing(analyst: Person) -> None:
    refusal = as_program(analyst).post("/api/v1/tokens/", {"name": "another"}, format="json")

    assert (refusal.status_code, refusal.json()["code"]) == (403, "token_is_read_only")


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x", "scope": "all"}, "scope"),
        ({"name": "x", "skope": "read"}, "skope"),
    ],
)
def test_an_order_that_is_not_understood_is_refused_by_field(
    analyst: Person, order: dict[str, str], field: str
) -> None:
    refusal = as_person(analyst).post("/api/v1/tokens/", order, format="json")

    assert (refusal.status_code, refusal.json()["code"]) == (400, "invalid")
    assert [error["field"] for error in refusal.json()["errors"]] == [field]


def test_a_token_holds_through_its_last_day(analyst: Person) -> None:
    today = timezone.localdate()
    held = as_program(analyst, expires_on=today)
    over = as_program(analyst, expires_on=today - dt.timedelta(days=1))

    assert [client.get("/api/v1/units/").status_code for client in (held, over)] == [200, 401]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Bearer \u00e9", "Basic YTpi"])
def test_whoever_is_not_signed_in_is_told_the_way(header: str) -> None:
    refusal = APIClient().get("/api/v1/units/", headers={"Authorization": header} if header else {})

    assert (refusal.status_code, refusal["Content-Type"]) == (401, "application/problem+json")
    assert refusal["WWW-Authenticate"] == 'Bearer realm="obeya"'


def test_a_session_that_changes_something_shows_its_csrf_token(analyst: Person) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(analyst)

    refusal = client.post("/api/v1/tokens/", {"name": "x"}, format="json")

    assert (refusal.status_code, refusal.json()["code"]) == (403, "permission_denied")
    assert not analyst.tokens.exists()
