"""Who has nothing to report says so, and leaves figure and coverage alike."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from indicators.calculations import NOT_APPLICABLE, Parts
from indicators.choices import Kind
from indicators.forms.entries import read_parts, typed
from indicators.forms.observations import Catalogue, CellRefused, clean_row
from indicators.models import EarlierEntry, Indicator, Value
from indicators.operations import drain_rollups
from indicators.queries import ValueFilter, check_rollups, values
from organisation.choices import Frequency
from organisation.models import Unit
from tests import build
from tests.api.asking import as_program

TODAY = dt.date(2026, 12, 1)


@pytest.fixture
def teams(db: None) -> dict[str, Unit]:
    hospital = build.unit("hospital")
    return {"hospital": hospital, **dict(zip("abc", build.units("a", "b", "c", parent=hospital), strict=True))}


@pytest.fixture
def count(teams: dict[str, Unit]) -> Indicator:
    indicator = build.indicator("count", also_at=[Frequency.QUARTER])
    for code in "abc":
        build.reporter(indicator, teams[code])
    return indicator


def told(**asked: object) -> dict[tuple[str, str], tuple[Decimal | None, int, int | None, str]]:
    rows = values(ValueFilter(**asked), today=TODAY)  # type: ignore[arg-type]  # each test says its own filter
    return {(row.unit, row.period): (row.value, row.reporting, row.expected, row.status) for row in rows}


def test_a_team_with_nothing_to_report_is_expected_once_less(teams: dict[str, Unit], count: Indicator) -> None:
    build.observation(count, teams["a"], "2026-10", 4)
    build.observation(count, teams["b"], "2026-10", is_applicable=False)
    drain_rollups(now=build.LATER)

    assert told() == {
        ("a", "2026-10"): (4, 1, 1, "no target"),
        ("b", "2026-10"): (None, 0, 0, "n/a"),
        ("hospital", "2026-10"): (4, 1, 2, "no target"),
        ("a", "2026-Q4"): (4, 1, 3, "not due"),
        ("b", "2026-Q4"): (None, 0, 2, "not due"),
        ("hospital", "2026-Q4"): (4, 1, 8, "not due"),
    }
    assert check_rollups().different == 0


def test_where_nothing_applies_to_anybody_nothing_applies_above(teams: dict[str, Unit], count: Indicator) -> None:
    for code in "abc":
        build.observation(count, teams[code], "2026-10", is_applicable=False)
    drain_rollups(now=build.LATER)

    assert told(units=["hospital"], frequency="month") == {("hospital", "2026-10"): (None, 0, 0, "n/a")}


def test_without_expectations_it_is_not_applicable_all_the_same(teams: dict[str, Unit]) -> None:
    free = build.indicator("free")
    build.observation(free, teams["a"], "2026-10", is_applicable=False)
    drain_rollups(now=build.LATER)

    assert told(units=["a"]) == {("a", "2026-10"): (None, 0, None, "n/a")}


def test_a_correction_from_and_to_it_is_followed_and_remembered(teams: dict[str, Unit], count: Indicator) -> None:
    for step in ({"numerator": 4}, {"is_applicable": False}, {"numerator": 5}):
        build.observation(count, teams["a"], "2026-10", **step)
        drain_rollups(now=build.LATER)
        assert check_rollups().differences == ()

    assert Value.objects.get(unit=teams["hospital"], period__code="2026-10").expected == 3
    assert list(EarlierEntry.objects.order_by("revision").values_list("numerator", "is_applicable")) == [
        (4, True),
        (None, False),
    ]


@pytest.mark.parametrize("text", ["n/a", "N/A", "s.o.", "Sans objet"])
def test_people_type_it_in_either_language(text: str) -> None:
    assert read_parts(Kind.RATIO, text) == NOT_APPLICABLE
    assert typed(Kind.RATIO, NOT_APPLICABLE) == "n/a"
    with translation.override("fr"):
        assert typed(Kind.RATIO, NOT_APPLICABLE) == "s.o."


def test_files_say_it_in_a_cell_or_in_all(teams: dict[str, Unit]) -> None:
    build.indicator("ratio", kind=Kind.RATIO)
    catalogue = Catalogue.load()
    catalogue.meet(["2026-10"])
    row = {"indicator": "ratio", "unit": "a", "period": "2026-10"}

    one, both = (
        clean_row(row | cells, catalogue, source="imported", today=TODAY)
        for cells in ({"value": "n/a"}, {"numerator": "s.o.", "denominator": "s.o."})
    )

    assert (one.parts, both.parts) == (NOT_APPLICABLE, NOT_APPLICABLE)
    assert teams["a"].code == "a"
    with pytest.raises(CellRefused):
        clean_row(row | {"numerator": "n/a", "denominator": "4"}, catalogue, source="imported", today=TODAY)


def test_a_program_says_it_too(teams: dict[str, Unit], count: Indicator) -> None:
    job = as_program(build.person(is_superuser=True), may_write=True)

    answer = job.post(
        "/api/v1/observations/",
        {"indicator": count.code, "unit": teams["a"].code, "period": "2026-10", "value": "n/a"},
        format="json",
    )

    [row] = job.get("/api/v1/observations/").json()["results"]
    assert answer.status_code == 201
    assert (row["applicable"], row["numerator"]) == (False, None)


def test_what_does_not_apply_adds_nothing() -> None:
    assert NOT_APPLICABLE + Parts(Decimal(3)) == Parts(Decimal(3))
