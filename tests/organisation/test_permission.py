"""Who may do what, where and when."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from organisation.choices import Do, RoleName
from organisation.models import Person, Unit
from organisation.queries import may, unit_ids_where, units_where
from tests import build

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 22)


def seen_by(person: Person | AnonymousUser, on: dt.date = TODAY) -> list[str]:
    return list(units_where(person, Do.SEE, on).values_list("code", flat=True))


@pytest.fixture
def hospital() -> Unit:
    hospital = build.unit("hospital")
    nursing, _finance = build.units("nursing", "finance", parent=hospital)
    build.units("ward-1", "ward-2", parent=nursing)
    return hospital


def test_a_role_holds_at_its_unit_and_below_but_neither_above_nor_beside(hospital: Unit) -> None:
    viewer = build.person_with(RoleName.VIEWER, Unit.objects.get(code="nursing"))

    assert seen_by(viewer) == ["nursing", "ward-1", "ward-2"]
    assert [unit.code for unit in Unit.objects.all() if may(viewer, Do.SEE, unit, TODAY)] == seen_by(viewer)


def test_a_role_follows_the_tree_of_the_day(hospital: Unit) -> None:
    finance = Unit.objects.get(code="finance")
    build.move(Unit.objects.get(code="ward-2"), to=finance, on=TODAY)
    viewer = build.person_with(RoleName.VIEWER, finance)

    assert seen_by(viewer, TODAY - dt.timedelta(days=1)) == ["finance"]
    assert seen_by(viewer, TODAY) == ["finance", "ward-2"]


def test_a_closed_unit_stays_readable_to_those_who_stood_above_it_on_its_last_day(hospital: Unit) -> None:
    finance = Unit.objects.get(code="finance")
    closed = build.unit("archive", parent=finance, closes_on=dt.date(2020, 3, 31))
    to_come = build.unit("clinic", parent=finance, opens_on=dt.date(2030, 1, 1))
    viewer = build.person_with(RoleName.VIEWER, finance)

    assert seen_by(viewer) == ["archive", "clinic", "finance"]
    assert may(viewer, Do.SEE, closed, TODAY)
    assert may(viewer, Do.SEE, to_come, TODAY)
    assert not may(build.person_with(RoleName.VIEWER, closed), Do.SEE, finance, TODAY)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (RoleName.VIEWER, {Do.SEE}),
        (RoleName.PATIENT_PARTNER, {Do.SEE}),
        (RoleName.CONTRIBUTOR, {Do.SEE, Do.ENTER_FIGURES, Do.PIN_CARDS, Do.USE_API}),
        (
            RoleName.LEAD,
            {
                Do.SEE,
                Do.ENTER_FIGURES,
                Do.PIN_CARDS,
                Do.CHANGE_BOARD,
                Do.SET_TARGET,
                Do.DEFINE_TRAJECTORIES,
                Do.LOCK_PERIODS,
                Do.USE_API,
            },
        ),
        (RoleName.ANALYST, {Do.SEE, Do.SEE_SMALL_NUMBERS, Do.USE_API}),
        (RoleName.ADMINISTRATOR, set(Do)),
    ],
)
def test_each_role_allows_what_its_row_says(role: RoleName, allowed: set[Do]) -> None:
    unit = build.unit()
    person = build.person_with(role, unit)

    assert {do for do in Do if may(person, do, unit, TODAY)} == allowed


def test_several_roles_add_up_and_each_unit_is_told_once(hospital: Unit) -> None:
    person = build.person_with(RoleName.VIEWER, hospital)
    build.role(person, RoleName.LEAD, Unit.objects.get(code="nursing"))

    assert seen_by(person) == ["finance", "hospital", "nursing", "ward-1", "ward-2"]
    assert set(units_where(person, Do.SET_TARGET, TODAY).values_list("code", flat=True)) == {
        "nursing",
        "ward-1",
        "ward-2",
    }


def test_a_superuser_may_do_everything_and_no_keys_are_listed(hospital: Unit) -> None:
    root = build.person(is_superuser=True)

    assert may(root, Do.ADMINISTER, hospital, TODAY)
    assert len(seen_by(root)) == 5
    assert unit_ids_where(root, Do.SEE, TODAY) is None


def test_nobody_and_the_inactive_may_do_nothing(hospital: Unit) -> None:
    left = build.person(is_superuser=True)
    left.is_active = False

    for person in (AnonymousUser(), left, build.person()):
        assert not may(person, Do.SEE, hospital, TODAY)
        assert seen_by(person) == []
        assert unit_ids_where(person, Do.SEE, TODAY) == frozenset()


@pytest.mark.parametrize("wards", [1, 30])
def test_permission_takes_one_query_whatever_the_number_of_units(
    django_assert_num_queries: DjangoAssertNumQueries, wards: int
) -> None:
    hospital = build.unit("hospital")
    made = build.units(*(f"ward-{number}" for number in range(wards)), parent=hospital)
    viewer = build.person_with(RoleName.VIEWER, hospital)

    with django_assert_num_queries(1):
        assert unit_ids_where(viewer, Do.SEE, TODAY) == frozenset({hospital.pk, *(unit.pk for unit in made)})
    with django_assert_num_queries(1):
        assert len(units_where(viewer, Do.SEE, TODAY)) == wards + 1
    with django_assert_num_queries(1):
        assert may(viewer, Do.SEE, made[-1], TODAY)
