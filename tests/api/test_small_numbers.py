"""No count from 1 to 4 can be read or worked out by whoever has no right to it (design section 3.7)."""

import datetime as dt
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.calculations.small_numbers import hidden
from indicators.models import Indicator
from indicators.operations import drain_rollups
from indicators.queries.charts.series_rows import Wanted
from indicators.queries.charts.small_numbers import secret_figures
from organisation.choices import RoleName
from organisation.models import Period, Person, Unit
from tests import build
from tests.api.asking import as_person

ADDRESS = "/api/v1/values/"
NOW = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


def secret(counts: dict[str, int], parents: dict[str, str] | None = None) -> set[str]:
    """Return what is hidden under one root that holds the sum, or under the parents given."""
    if parents is None:
        parents = dict.fromkeys(counts, "ROOT")
        counts = {"ROOT": sum(counts.values()), **counts}
    return hidden({unit: Decimal(n) for unit, n in counts.items()}, dict(parents))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"A": 10, "B": 20}, set()),
        ({"A": 10, "B": 0}, set()),
        ({"A": 10, "B": 3}, {"A", "B"}),
        ({"A": 10, "B": 3, "C": 7}, {"B", "C"}),
        ({"A": 10, "B": 3, "C": 2}, {"B", "C"}),
        # 1 and 1 follow from their sum of 2, as 4 and 4 do from 8.
        ({"A": 10, "B": 1, "C": 1}, {"A", "B", "C"}),
        ({"A": 10, "B": 4, "C": 4}, {"A", "B", "C"}),
        ({"A": 10, "B": 4, "C": 3}, {"B", "C"}),
        ({"A": 3, "B": 0}, {"ROOT", "A"}),
        ({"A": 1, "B": 1, "C": 1, "D": 1, "E": 1, "F": 0}, {"ROOT", "A", "B", "C", "D", "E"}),
    ],
)
def test_what_could_be_worked_out_from_the_others_is_hidden_with_them(
    counts: dict[str, int], expected: set[str]
) -> None:
    assert secret(counts) == expected


def test_a_figure_hidden_for_another_s_sake_is_not_told_by_what_is_below_it() -> None:
    counts = {"ROOT": 19, "A": 3, "B": 16, "B1": 7, "B2": 9}
    parents = {"A": "ROOT", "B": "ROOT", "B1": "B", "B2": "B"}

    assert secret(counts, parents) == {"A", "B", "B1"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=5))
def test_whoever_knows_the_sum_cannot_tell_a_small_count(counts: list[int]) -> None:
    family = {f"U{number}": n for number, n in enumerate(counts)}
    gone = secret(family)
    if "ROOT" in gone:
        return

    inside = [n for unit, n in family.items() if unit in gone]
    ways = [way for way in product(range(1, sum(inside) + 1), repeat=len(inside)) if sum(way) == sum(inside)]
    # Of hidden figures one at most goes along with the small ones; which one it is, nobody is told.
    possible = [way for way in ways if sum(n >= 5 for n in way) <= 1]

    assert all(len({way[place] for way in possible}) > 1 for place, n in enumerate(inside) if n < 5)


@pytest.fixture
def centre(db: None) -> Unit:
    centre = build.unit("CENTRE")
    build.units("EAST", "NORTH", "SOUTH", parent=centre)
    return centre


@pytest.fixture
def viewer(centre: Unit) -> Person:
    return build.person_with(RoleName.VIEWER, at=centre)


def report(of: Indicator, **parts: tuple[int, ...]) -> None:
    for unit, numbers in parts.items():
        build.observation(of, Unit.objects.get(code=unit), "2025-01", *numbers)
    drain_rollups(now=NOW)


def rows(person: Person, **parameters: str) -> dict[str, tuple[Any, ...]]:
    found = as_person(person).get(ADDRESS, parameters).json()["results"]
    return {row["unit"]: (row["value"], row["numerator"], row["n"], row["suppressed"]) for row in found}


def test_a_small_count_and_a_companion_are_blank_and_say_so(viewer: Person) -> None:
    report(build.indicator("referrals"), EAST=(3,), NORTH=(8,), SOUTH=(20,))

    assert rows(viewer) == {
        "CENTRE": (31, 31, 31, False),
        "EAST": (None, None, None, True),
        "NORTH": (None, None, None, True),
        "SOUTH": (20, 20, 20, False),
    }


@pytest.mark.parametrize("tree", ["was", "now"])
def test_a_page_and_the_api_hide_the_same_of_two_equal_companions(viewer: Person, tree: str) -> None:
    """Whoever read one of them here and the other there would know the third."""
    centre = Unit.objects.get(code="CENTRE")
    build.units("ZENITH", "ALPHA", parent=centre)
    indicator = build.indicator("referrals")
    report(indicator, EAST=(3,), ZENITH=(8,), ALPHA=(8,))
    month = Period.objects.get(code="2025-01")

    on_pages = secret_figures({Wanted(indicator.pk, unit.pk, "month"): [month] for unit in Unit.objects.all()})

    gone = {unit for unit, row in rows(viewer, tree=tree).items() if row[-1]}
    assert gone == set(Unit.objects.filter(pk__in={one.unit_id for one in on_pages}).values_list("code", flat=True))
    assert len(gone) == 2


def test_a_filter_does_not_tell_what_the_whole_hides(viewer: Person) -> None:
    report(build.indicator("referrals"), EAST=(3,), NORTH=(8,), SOUTH=(20,))

    assert rows(viewer, unit="NORTH") == {"NORTH": (None, None, None, True)}


def test_an_export_by_small_chunks_hides_the_same(viewer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    report(build.indicator("referrals"), EAST=(3,), NORTH=(8,), SOUTH=(20,))
    monkeypatch.setattr("api.values.FAMILIES_CHUNK", 1)

    for tree in ("was", "now"):
        response = as_person(viewer).get(ADDRESS, {"format": "csv", "tree": tree})
        lines = b"".join(response).decode().splitlines()

        assert [line.rpartition(",")[2] for line in lines] == ["suppressed", "false", "true", "true", "false"]


def test_a_rate_over_few_is_blank_and_one_over_enough_keeps_its_parts_to_itself(viewer: Person) -> None:
    report(build.indicator("seen", kind="ratio"), EAST=(1, 3), NORTH=(2, 8), SOUTH=(15, 20))

    assert rows(viewer) == {
        "CENTRE": (58, 18, 31, False),
        "EAST": (None, None, None, True),
        "NORTH": (None, None, None, True),
        "SOUTH": (75, 15, 20, False),
    }


def test_of_a_rate_over_enough_a_small_numerator_is_not_told(viewer: Person) -> None:
    report(build.indicator("seen", kind="ratio"), NORTH=(2, 8))

    assert rows(viewer, unit="NORTH") == {"NORTH": (25, None, None, False)}


@pytest.mark.parametrize("role", [RoleName.ANALYST, RoleName.ADMINISTRATOR])
def test_whoever_may_see_small_numbers_sees_them(centre: Unit, role: RoleName) -> None:
    report(build.indicator("referrals"), EAST=(3,), NORTH=(8,), SOUTH=(20,))

    assert rows(build.person_with(role, at=centre), unit="EAST") == {"EAST": (3, 3, 3, False)}


def test_the_right_at_one_unit_is_no_right_at_the_next(centre: Unit, viewer: Person) -> None:
    report(build.indicator("referrals"), EAST=(3,), NORTH=(2,), SOUTH=(20,))
    build.role(viewer, RoleName.ANALYST, Unit.objects.get(code="EAST"))

    assert rows(viewer, unit="EAST,NORTH") == {"EAST": (3, 3, 3, False), "NORTH": (None, None, None, True)}
