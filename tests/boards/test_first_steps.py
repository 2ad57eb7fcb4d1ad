"""What stands where no board hangs yet: the way to the first for whoever administers, one sentence for the others."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from boards.maps.words import waiting_text
from organisation.choices import RoleName
from organisation.models import Person
from tests import build

pytestmark = pytest.mark.django_db
STEPS = ["organisation_unit", "organisation_person", "indicators_indicator"]


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def steps_on(page: str) -> list[str]:
    return re.findall(r'<h2><a href="([^"]+)"', page)


def test_the_first_administrator_is_shown_the_steps_and_each_leads_somewhere() -> None:
    boss = signed_in(Person.objects.create_superuser("boss@example.org", "not-needed"))

    steps = steps_on(boss.get("/").content.decode())

    assert steps == [*(reverse(f"admin:{name}_changelist") for name in STEPS), reverse("boards:new")]
    assert [boss.get(address).status_code for address in (*steps, "/trajectories/", "/trajectories/new/")] == [200] * 6


def test_the_page_of_a_new_board_leads_to_the_units_while_there_are_none() -> None:
    boss = signed_in(Person.objects.create_superuser("boss@example.org", "not-needed"))
    asked = f'<a href="{reverse("admin:organisation_unit_changelist")}">'

    before = boss.get("/boards/new/").content.decode()
    build.unit("youth")
    after = boss.get("/boards/new/").content.decode()

    assert [asked in before, asked in after] == [True, False]


def test_whoever_has_no_role_is_told_who_gives_one() -> None:
    page = signed_in(build.person()).get("/").content.decode()

    assert (steps_on(page), "An administrator gives you a role" in page) == ([], True)


@pytest.mark.parametrize(("is_staff", "links"), [(True, 1), (False, 0)])
def test_the_menu_leads_to_the_administration_only_whoever_may_open_it(*, is_staff: bool, links: int) -> None:
    person = build.person_with(RoleName.VIEWER, build.unit("team"))
    person.is_staff = is_staff
    person.save()

    page = signed_in(person).get("/").content.decode()

    assert page.count(f'href="{reverse("admin:index")}"') == links


def test_who_waits_is_told_in_french_too() -> None:
    with translation.override("fr"):
        assert waiting_text(64, 101) == "64 en attente"
