"""The administration site: units with their moves, roles with a trace, tokens shown once, the fiscal calendar."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from organisation.models import AccessToken, Ancestor, Period, Person, Placement, Role, RoleChange, Unit
from organisation.queries import person_by_token
from tests import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client: Client) -> Person:
    boss = build.person("admin@example.org", is_superuser=True)
    client.force_login(boss)
    return boss


def places(rows: list[dict[str, Any]], initial: int) -> dict[str, Any]:
    """Write the form of a unit's stays."""
    form: dict[str, Any] = {"placements-TOTAL_FORMS": len(rows), "placements-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        form |= {f"placements-{number}-{name}": value for name, value in row.items()}
    return form


@pytest.mark.parametrize("model", ["unit", "person", "role", "rolechange", "accesstoken", "period"])
def test_every_list_can_be_searched(client: Client, boss: Person, model: str) -> None:
    found = client.get(f"/admin/organisation/{model}/", {"q": "no such thing"}).context["cl"]

    assert (found.query, found.result_count) == ("no such thing", 0)


def test_a_unit_is_made_with_its_place_and_stands_in_the_tree(client: Client, boss: Person) -> None:
    hospital = build.unit("hospital")

    client.post(
        "/admin/organisation/unit/add/",
        {"code": "ward", "name_en": "Ward", "name_fr": "Unité", "kind": "team"}
        | places([{"parent": hospital.pk, "valid_from": "2020-01-01", "valid_to": ""}], 0),
    )

    ward = Unit.objects.get(code="ward")
    assert (ward.opens_on, ward.closes_on) == (dt.date(2020, 1, 1), None)
    assert Ancestor.objects.filter(unit=ward, ancestor=hospital, distance=1).exists()


def test_a_move_shortens_one_stay_and_adds_another_in_one_saving(client: Client, boss: Person) -> None:
    first, second = build.unit("first"), build.unit("second")
    ward = build.unit("ward", parent=first)
    stay = Placement.objects.get(unit=ward)
    common = {"code": "ward", "name_en": "Ward"}
    old = {"id": stay.pk, "unit": ward.pk, "parent": first.pk, "valid_from": "2015-01-01", "valid_to": "2019-12-31"}
    new = {"id": "", "unit": ward.pk, "parent": second.pk, "valid_from": "2020-01-01", "valid_to": ""}

    page = client.post(f"/admin/organisation/unit/{ward.pk}/change/", common | places([old, new], 1), follow=True)

    days = Ancestor.objects.filter(unit=ward, distance=1).order_by("valid_from")
    assert list(days.values_list("ancestor__code", "valid_to")) == [("first", dt.date(2019, 12, 31)), ("second", None)]
    assert "refresh --full" in page.content.decode()


@pytest.mark.parametrize(
    ("parent", "valid_from", "sentence"),
    [
        ("ward", "2015-01-01", "hospital → ward → hospital"),
        ("clinic", "2015-01-01", "hospital would stand under clinic, which does not exist on"),
        ("", "2016-01-01", "ward would stand under hospital, which does not exist on"),
    ],
)
def test_a_place_that_makes_no_tree_is_refused_in_words(
    client: Client, boss: Person, parent: str, valid_from: str, sentence: str
) -> None:
    hospital = build.unit("hospital")
    units = {"ward": build.unit("ward", parent=hospital), "clinic": build.unit("clinic", opens_on=dt.date(2020, 1, 1))}
    stay = Placement.objects.get(unit=hospital)
    key = units[parent].pk if parent else ""
    row = {"id": stay.pk, "unit": hospital.pk, "parent": key, "valid_from": valid_from, "valid_to": ""}

    page = client.post(
        f"/admin/organisation/unit/{hospital.pk}/change/",
        {"code": "hospital", "name_en": "Hospital"} | places([row], 1),
    )

    assert sentence in page.content.decode()
    stay.refresh_from_db()
    assert (stay.parent, stay.valid_from) == (None, build.LONG_AGO)


def test_stays_that_overlap_are_refused(client: Client, boss: Person) -> None:
    hospital = build.unit("hospital")
    rows: list[dict[str, Any]] = [
        {"parent": hospital.pk, "valid_from": "2020-01-01", "valid_to": "2021-12-31"},
        {"parent": "", "valid_from": "2021-01-01", "valid_to": ""},
    ]

    page = client.post("/admin/organisation/unit/add/", {"code": "ward", "name_en": "Ward"} | places(rows, 0))

    assert "The stays of a unit must not overlap." in page.content.decode()
    assert not Unit.objects.filter(code="ward").exists()


def test_roles_given_and_taken_with_a_person_leave_a_trace(client: Client, boss: Person) -> None:
    unit, person = build.unit(), build.person("lead@example.org")
    address = f"/admin/organisation/person/{person.pk}/change/"
    form = {"email": person.email, "name": "L. Lead", "language": "fr", "is_active": "on"}
    roles = {"roles-TOTAL_FORMS": 1, "roles-INITIAL_FORMS": 0, "roles-0-unit": unit.pk, "roles-0-role": "lead"}

    client.post(address, form | roles | {"roles-0-person": person.pk})
    given = Role.objects.get(person=person, unit=unit, role="lead")
    client.post(
        address,
        form
        | {"roles-TOTAL_FORMS": 1, "roles-INITIAL_FORMS": 1, "roles-0-id": given.pk, "roles-0-DELETE": "on"}
        | {"roles-0-person": person.pk},
    )

    person.refresh_from_db()
    assert (person.name, person.language, person.roles.count()) == ("L. Lead", "fr", 0)
    assert list(RoleChange.objects.order_by("pk").values_list("is_given", "changed_by")) == [
        (True, boss.pk),
        (False, boss.pk),
    ]


def test_a_person_is_made_without_a_password(client: Client, boss: Person) -> None:
    client.post(
        "/admin/organisation/person/add/",
        {"email": "New@Example.org", "usable_password": "false", "roles-TOTAL_FORMS": 0, "roles-INITIAL_FORMS": 0},
    )

    assert not Person.objects.get(email="new@example.org").has_usable_password()


def test_a_token_is_shown_once_and_works(client: Client, boss: Person) -> None:
    page = client.post(
        "/admin/organisation/accesstoken/add/", {"person": boss.pk, "name": "BI", "may_write": "on"}, follow=True
    )
    text = next(word for word in page.content.decode().replace("<", " ").split() if word.startswith("obeya_"))
    later = client.get("/admin/organisation/accesstoken/")

    assert AccessToken.objects.get().may_write
    assert person_by_token(text, today=dt.date(2026, 11, 22)) == boss
    assert text not in later.content.decode()


def boundary(first_ends: str, second_starts: str) -> dict[str, Any]:
    """Write the form that moves the boundary between P01 and P02 of 2026."""
    periods = Period.objects.filter(code__in=["FY2026-P01", "FY2026-P02"]).order_by("code")
    form: dict[str, Any] = {"form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 2, "_save": "Save"}
    for number, period in enumerate(periods):
        form |= {
            f"form-{number}-id": period.pk,
            f"form-{number}-starts_on": second_starts if number else period.starts_on,
            f"form-{number}-ends_on": period.ends_on if number else first_ends,
        }
    return form


@pytest.mark.parametrize(
    ("first_ends", "second_starts", "sentence"),
    [
        ("2026-04-20", "2026-04-26", "There is a gap between FY2026-P01 and FY2026-P02."),
        ("2026-04-27", "2026-04-26", "FY2026-P01 and FY2026-P02 overlap."),
    ],
)
def test_a_fiscal_year_with_a_gap_or_an_overlap_is_refused(
    client: Client, boss: Person, first_ends: str, second_starts: str, sentence: str
) -> None:
    page = client.post("/admin/organisation/period/?q=FY2026-P0", boundary(first_ends, second_starts))

    assert sentence in page.content.decode()
    assert Period.objects.get(code="FY2026-P01").ends_on == dt.date(2026, 4, 25)


def test_the_boundary_of_two_fiscal_periods_moves_by_changing_both(client: Client, boss: Person) -> None:
    client.post("/admin/organisation/period/?q=FY2026-P0", boundary("2026-04-18", "2026-04-19"))

    moved = Period.objects.filter(code__in=["FY2026-P01", "FY2026-P02"]).order_by("code")
    assert list(moved.values_list("starts_on", "ends_on")) == [
        (dt.date(2026, 4, 1), dt.date(2026, 4, 18)),
        (dt.date(2026, 4, 19), dt.date(2026, 5, 23)),
    ]
