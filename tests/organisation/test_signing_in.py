"""Signing in, in one's own language."""

from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from organisation.models import Person
from tests import build

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_earlier_attempts_and_quick_passwords(settings: Settings) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(uuid4())}
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def lead() -> Person:
    return build.person("lead@example.org", language="fr", password="obeya-demo")


def test_one_signs_in_by_e_mail_and_is_led_where_one_wanted_to_go(client: Client, lead: Person) -> None:
    page = client.get("/account/login/?next=/enter/")
    answer = client.post("/account/login/", {"login": "Lead@Example.org", "password": "obeya-demo", "next": "/enter/"})

    assert 'name="next"' in page.content.decode()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/enter/")
    assert client.session["_auth_user_id"] == str(lead.pk)


def test_a_wrong_password_is_told_without_telling_whether_the_person_exists(client: Client, lead: Person) -> None:
    known = client.post("/account/login/", {"login": lead.email, "password": "wrong"})
    unknown = client.post("/account/login/", {"login": "nobody@example.org", "password": "wrong"})

    assert "errorlist" in known.content.decode()
    assert known.context["form"].errors == unknown.context["form"].errors


def test_after_several_wrong_passwords_one_has_to_wait(client: Client, lead: Person) -> None:
    for _attempt in range(6):
        client.post("/account/login/", {"login": lead.email, "password": "wrong"})

    answer = client.post("/account/login/", {"login": lead.email, "password": "obeya-demo"})

    assert "_auth_user_id" not in client.session
    assert answer.status_code in {200, 429}


def test_nobody_signs_up(client: Client) -> None:
    answer = client.post(
        "/account/signup/", {"email": "x@example.org", "password1": "fjord-lamp-9", "password2": "fjord-lamp-9"}
    )

    assert not Person.objects.exists()
    assert "An administrator of your organisation gives accounts." in answer.content.decode()


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(client: Client, lead: Person) -> None:
    client.post("/account/password/reset/", {"email": lead.email})
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(link, follow=True)
    where = form.redirect_chain[-1][0]

    done = client.post(where, {"password1": "fjord-lamp-9", "password2": "fjord-lamp-9"}, follow=True)
    again = Client().get(link, follow=True)

    lead.refresh_from_db()
    assert lead.check_password("fjord-lamp-9")
    assert "Your new password is kept." in done.content.decode()
    assert "This link has been used or is too old." in again.content.decode()


def test_pages_come_in_the_language_of_the_person_and_the_switch_is_remembered(client: Client, lead: Person) -> None:
    client.force_login(lead)

    before = client.get("/account/logout/", headers={"Accept-Language": "en"})
    client.post("/language/", {"language": "en", "next": "/account/logout/"})
    after = client.get("/account/logout/", headers={"Accept-Language": "fr"})

    lead.refresh_from_db()
    assert (before.headers["Content-Language"], after.headers["Content-Language"]) == ("fr", "en")
    assert lead.language == "en"


def test_anyone_may_switch_the_language_of_the_browser(client: Client) -> None:
    answer = client.post("/language/", {"language": "fr", "next": "https://elsewhere.example/"})
    page = client.get("/account/login/", headers={"Accept-Language": "en"})

    assert answer.headers["Location"] == "/"
    assert page.headers["Content-Language"] == "fr"


def test_the_administration_site_signs_in_by_the_same_door(client: Client, lead: Person) -> None:
    stranger = client.get("/admin/", follow=True)
    client.force_login(lead)
    viewer = client.get("/admin/", follow=True)

    assert stranger.redirect_chain[-1][0].startswith("/account/login/")
    assert viewer.status_code == 403
