"""Who may hear of what, by session and by token."""

import datetime as dt
import hashlib

import pytest
import pytest_django
from django.conf import settings
from django.test import Client

from live.access import Refused, Sight, Visit
from organisation.choices import RoleName
from organisation.listening import sight_of
from organisation.models import AccessToken, Person
from tests import build

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 22)


def with_session_of(person: Person) -> tuple[Client, Visit]:
    client = Client()
    client.force_login(person)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = f"theme=dark; {settings.SESSION_COOKIE_NAME}={key}"
    return client, Visit("GET", {"cookie": cookie}, ())


def with_token(person: Person, expires_on: dt.date | None = None) -> Visit:
    AccessToken.objects.create(
        person=person, name="export", digest=hashlib.sha256(b"secret").hexdigest(), expires_on=expires_on
    )
    return Visit("GET", {"authorization": "Bearer secret"}, ())


def heard_by(visit: Visit) -> Sight | Refused:
    return sight_of(visit, on=TODAY)


def test_a_session_hears_of_the_units_of_its_roles_and_below() -> None:
    hospital = build.unit("hospital")
    programme = build.unit("programme", parent=hospital)
    team = build.unit("team", parent=programme)
    _, visit = with_session_of(build.person_with(RoleName.VIEWER, programme))

    assert heard_by(visit) == frozenset({programme.pk, team.pk})


def test_whoever_may_do_everything_hears_of_everything() -> None:
    _, visit = with_session_of(build.person(is_superuser=True))

    assert heard_by(visit) is None


def test_someone_signed_in_without_a_role_hears_of_no_unit() -> None:
    build.unit("hospital")
    _, visit = with_session_of(build.person())

    assert heard_by(visit) == frozenset()


def test_a_session_is_refused_from_the_moment_it_ends() -> None:
    client, visit = with_session_of(build.person())

    before = heard_by(visit)
    client.logout()

    assert (before, heard_by(visit)) == (frozenset(), Refused(401))


def test_a_session_is_refused_once_its_password_is_another_or_its_person_has_left() -> None:
    changed, left = build.person(), build.person()
    visits = [with_session_of(person)[1] for person in (changed, left)]

    changed.set_password("something else")
    changed.save()
    left.is_active = False
    left.save()

    assert [heard_by(visit) for visit in visits] == [Refused(401), Refused(401)]


@pytest.mark.parametrize("headers", [{}, {"cookie": ""}, {"cookie": "sessionid=unknown-session-key"}])
def test_nobody_is_refused(headers: dict[str, str]) -> None:
    assert heard_by(Visit("GET", headers, ())) == Refused(401)


def test_a_token_hears_of_the_units_where_its_person_may_use_the_api() -> None:
    hospital = build.unit("hospital")
    team = build.unit("team", parent=hospital)
    person = build.person_with(RoleName.VIEWER, hospital)
    build.role(person, RoleName.ANALYST, team)

    assert heard_by(with_token(person, expires_on=TODAY)) == frozenset({team.pk})


def test_a_token_that_does_not_hold_is_refused_whatever_session_comes_with_it() -> None:
    person = build.person()
    _, by_session = with_session_of(person)
    expired = with_token(person, expires_on=TODAY - dt.timedelta(days=1))

    both = Visit("GET", {**expired.headers, **by_session.headers}, ())

    assert [heard_by(visit) for visit in (expired, both)] == [Refused(401), Refused(401)]


@pytest.mark.parametrize("others", [1, 3])
def test_asking_who_listens_takes_as_many_queries_whatever_there_is_to_see(
    others: int, django_assert_num_queries: pytest_django.DjangoAssertNumQueries
) -> None:
    hospital = build.unit("hospital")
    build.units(*(f"team-{number}" for number in range(others)), parent=hospital)
    _, visit = with_session_of(build.person_with(RoleName.VIEWER, hospital))

    with django_assert_num_queries(3):
        heard_by(visit)
