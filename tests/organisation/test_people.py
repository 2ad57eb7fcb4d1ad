"""Roles given and taken, and access tokens."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from organisation import operations, queries
from organisation.choices import RoleName
from organisation.models import AccessToken, Role, RoleChange
from tests import build

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, 15, tzinfo=dt.UTC)
TODAY = NOW.date()


def make_token(expires_on: dt.date | None = None) -> tuple[AccessToken, str]:
    person = build.person("analyst@example.org")
    return operations.create_token(person=person, name="Reports", may_write=False, expires_on=expires_on, now=NOW)


def test_a_role_given_or_taken_is_kept_once_with_who_and_when() -> None:
    person, boss, unit = build.person(), build.person(), build.unit()

    role = operations.give_role(person=person, role=RoleName.LEAD, unit=unit, by=boss, now=NOW)
    operations.give_role(person=person, role=RoleName.LEAD, unit=unit, by=boss, now=NOW)
    operations.take_role(role=role, by=None, now=NOW)
    operations.take_role(role=role, by=None, now=NOW)

    assert not Role.objects.exists()
    kept = RoleChange.objects.order_by("pk").values_list("person", "unit", "role", "is_given", "changed_by")
    assert list(kept) == [
        (person.pk, unit.pk, "lead", True, boss.pk),
        (person.pk, unit.pk, "lead", False, None),
    ]


def test_a_token_lets_its_person_in_and_only_its_digest_is_kept() -> None:
    token, text = make_token()

    assert queries.person_by_token(text, today=TODAY) == token.person
    assert queries.person_by_token(text + "x", today=TODAY) is None
    assert text not in str(AccessToken.objects.values().get())


def test_a_token_holds_to_its_last_day_and_no_longer_than_its_person() -> None:
    token, text = make_token(expires_on=TODAY)

    assert operations.use_token(text, today=TODAY) == token
    assert operations.use_token(text, today=TODAY + dt.timedelta(days=1)) is None
    token.person.is_active = False
    token.person.save()
    assert operations.use_token(text, today=TODAY) is None


def test_the_last_day_of_use_is_written_once_a_day(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    token, text = make_token()

    with django_assert_num_queries(2):
        operations.use_token(text, today=TODAY)
    with django_assert_num_queries(1):
        operations.use_token(text, today=TODAY)

    token.refresh_from_db()
    assert token.last_used_on == TODAY


def test_the_command_prints_a_token_that_works(capsys: pytest.CaptureFixture[str]) -> None:
    person = build.person("analyst@example.org")

    call_command("create_token", "Analyst@example.org", "--name", "BI", "--expires", "2099-12-31", "--scope", "write")

    token = queries.token_by_text(capsys.readouterr().out.strip(), today=timezone.localdate())
    assert token is not None
    assert (token.person, token.name, token.may_write) == (person, "BI", True)
    assert token.expires_on == dt.date(2099, 12, 31)


def test_the_command_refuses_a_stranger_and_a_day_that_is_none() -> None:
    build.person("analyst@example.org")

    with pytest.raises(CommandError, match=r"Nobody active signs in as nobody@example\.org\."):
        call_command("create_token", "nobody@example.org", "--name", "BI")
    with pytest.raises(CommandError, match="no date like 2026-11-22"):
        call_command("create_token", "analyst@example.org", "--name", "BI", "--expires", "soon")
