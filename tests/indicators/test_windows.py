"""The year to date and the last twelve months: from the parts of their periods, at any unit."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from indicators.calculations import Parts, Reported
from indicators.calculations.windows import Window, first_day, together
from indicators.choices import Kind, Missing
from indicators.models import Indicator
from indicators.operations import drain_rollups
from indicators.queries import ValueFilter, values, why
from organisation.choices import Frequency, RoleName
from organisation.models import Unit
from tests import build
from tests.api.asking import as_person

TODAY = dt.date(2026, 12, 1)


@pytest.mark.parametrize(
    ("window", "ends_on", "first"),
    [
        ("ytd", "2026-10-31", "2026-01-01"),
        ("fytd", "2026-10-31", "2026-04-01"),
        ("fytd", "2026-03-31", "2025-04-01"),
        ("fytd", "2026-04-01", "2026-04-01"),
        ("rolling12", "2026-10-31", "2025-11-01"),
        ("rolling12", "2026-12-31", "2026-01-01"),
        ("rolling12", "2024-02-28", "2023-02-28"),
        ("rolling12", "2024-02-29", "2023-03-01"),
    ],
)
def test_windows_begin_where_people_say(window: Window, ends_on: str, first: str) -> None:
    assert first_day(window, dt.date.fromisoformat(ends_on)) == dt.date.fromisoformat(first)


@pytest.fixture
def hospital(db: None) -> Unit:
    hospital = build.unit("hospital")
    build.units("a", "b", parent=hospital)
    return hospital


def reported(kind: str, **fields: Any) -> Indicator:
    """Team a reports 1 of 2, then 3 of 4 and 5 of 10; team b 9 of 10 in the last month: 18 of 26 together."""
    indicator = build.indicator("some", kind=kind, **fields)
    a, b = (Unit.objects.get(code=code) for code in "ab")
    for unit, month, numbers in (
        (a, "2026-01", (1, 2)),
        (a, "2026-02", (3, 4)),
        (a, "2026-03", (5, 10)),
        (b, "2026-03", (9, 10)),
    ):
        build.observation(indicator, unit, month, *(numbers if kind in {Kind.RATIO, Kind.MEAN} else numbers[:1]))
    drain_rollups(now=build.LATER)
    return indicator


def told(window: Window, unit: str = "hospital") -> dict[str, tuple[object, ...]]:
    rows = values(ValueFilter(units=[unit], window=window), today=TODAY)
    return {row.period: (row.value, row.exactness, row.inexact_because) for row in rows}


def test_a_ratio_of_the_year_is_of_all_its_parts(hospital: Unit) -> None:
    reported(Kind.RATIO, decimals=1)

    assert told("ytd") == {
        "2026-01": (Decimal("50.0"), "exact", None),
        "2026-02": (Decimal("66.7"), "exact", None),
        "2026-03": (Decimal("69.2"), "exact", None),
    }
    assert hospital.code == "hospital"


def test_months_without_a_figure_are_said(hospital: Unit) -> None:
    reported(Kind.COUNT)

    assert told("rolling12")["2026-03"] == (18, "approximate", "periods")
    assert told("ytd", "b") == {"2026-03": (9, "approximate", "periods")}
    assert hospital.code == "hospital"


def test_a_stock_stays_what_it_was_last(hospital: Unit) -> None:
    stock = reported(Kind.STOCK)

    answer = why(indicator=stock, unit=hospital, period=build.period("2026-03"), today=TODAY)

    assert told("ytd")["2026-03"] == (14, "exact", None)
    assert answer.windows == ()


def test_people_are_counted_once_in_a_year(hospital: Unit) -> None:
    seen = build.indicator("seen", kind=Kind.DISTINCT)
    a, b = (Unit.objects.get(code=code) for code in "ab")
    for unit, month, members in ((a, "2026-01", [1, 2]), (a, "2026-02", [2, 3]), (b, "2026-02", [1, 4])):
        build.observation(seen, unit, month, members=members)
    drain_rollups(now=build.LATER)

    assert told("ytd") == {"2026-01": (2, "exact", None), "2026-02": (4, "exact", None)}
    assert hospital.code == "hospital"


def test_a_formula_of_the_year_is_of_the_years_of_its_components(hospital: Unit) -> None:
    hours, episodes = (build.indicator(code, kind=Kind.COUNT) for code in ("hours", "episodes"))
    formula = build.formula("each", "hours / episodes", decimals=1)
    a = Unit.objects.get(code="a")
    for month, worked, closed in (("2026-01", 10, 5), ("2026-02", 30, 5), ("2026-03", 20, 0)):
        build.observation(hours, a, month, worked)
        build.observation(episodes, a, month, closed)
    drain_rollups(now=build.LATER)

    of_the_year = values(ValueFilter(indicators=["each"], units=["hospital"], window="ytd"), today=TODAY)
    in_the_panel = why(indicator=formula, unit=hospital, period=build.period("2026-02"), today=TODAY).windows

    assert [(row.period, row.value, row.exactness) for row in of_the_year] == [
        ("2026-01", Decimal("2.0"), "exact"),
        ("2026-02", Decimal("4.0"), "exact"),
        ("2026-03", Decimal("6.0"), "exact"),
    ]
    assert [(one.window, one.figure, one.exactness.code) for one in in_the_panel] == [
        ("ytd", Decimal(4), "exact"),
        ("fytd", Decimal(4), "approximate"),
        ("rolling12", Decimal(4), "approximate"),
    ]


def test_an_index_of_the_year_scores_the_years_of_its_parts_by_the_target_in_force(hospital: Unit) -> None:
    in_time, starts = (
        build.indicator("in-time", kind=Kind.RATIO, factor=100, direction="up"),
        build.indicator("starts", direction="up"),
    )
    index = build.index("north", {"in-time": 3, "starts": 1}, decimals=1)
    build.target(in_time, hospital, target=Decimal(80), threshold=Decimal(40))
    build.target(starts, hospital, target=Decimal(20), starting_point=Decimal(0))
    a = Unit.objects.get(code="a")
    for month, seen, asked, started in (("2026-01", 2, 10, 30), ("2026-02", 10, 10, 2), ("2026-03", 10, 10, 4)):
        build.observation(in_time, a, month, seen, asked)
        build.observation(starts, a, month, started)
    drain_rollups(now=build.LATER)

    of_the_year = values(ValueFilter(indicators=["north"], units=["hospital"], window="ytd"), today=TODAY)
    in_the_panel = why(indicator=index, unit=hospital, period=build.period("2026-03"), today=TODAY).windows

    # March: 22 of 30 in time is 73.3 % and scores 83.3; 36 starts in three months are 12 a month and score 60.
    assert [(row.period, row.value, row.reporting, row.expected, row.exactness) for row in of_the_year] == [
        ("2026-01", Decimal("25.0"), 2, 2, "exact"),
        ("2026-02", Decimal("57.5"), 2, 2, "exact"),
        ("2026-03", Decimal("77.5"), 2, 2, "exact"),
    ]
    assert [(one.window, round(one.figure or 0, 1)) for one in in_the_panel] == [
        ("ytd", Decimal("77.5")),
        ("fytd", Decimal("77.5")),
        ("rolling12", Decimal("77.5")),
    ]


def test_what_does_not_compare_with_a_period_is_left_out_of_the_index_of_a_year(hospital: Unit) -> None:
    hours, starts = (build.indicator(code, direction="up") for code in ("hours", "starts"))
    each = build.formula("each", "hours / starts", direction="up")
    both = build.formula("both", "hours × starts", direction="up")
    build.index("north", {"each": 1, "both": 1})
    for one in (each, both):
        build.target(one, hospital, target=Decimal(10), threshold=Decimal(0))
    for month in ("2026-01", "2026-02"):
        build.observation(hours, Unit.objects.get(code="a"), month, 20)
        build.observation(starts, Unit.objects.get(code="a"), month, 4)
    drain_rollups(now=build.LATER)

    of_the_year = values(ValueFilter(indicators=["north"], units=["hospital"], window="ytd"), today=TODAY)

    assert [(row.value, row.reporting, row.expected) for row in of_the_year] == [(Decimal(50), 1, 2)] * 2


def test_what_does_not_add_up_has_no_year(hospital: Unit) -> None:
    reported(Kind.MEAN, adds_up=False)

    assert told("ytd", "a")["2026-03"] == (None, "not additive", None)
    assert hospital.code == "hospital"


def test_where_missing_reports_leave_no_figure_a_missing_month_leaves_no_year() -> None:
    found = [Reported(Parts(Decimal(1)), 1, 1, has_report=True)] * 2

    whole, holed = (together(found, takes_last=False, missing=Missing.MISSING, periods=periods) for periods in (2, 3))

    assert (whole.parts, holed.parts) == (Parts(Decimal(2)), None)


def test_why_tells_the_windows(hospital: Unit) -> None:
    ratio = reported(Kind.RATIO, also_at=[Frequency.QUARTER])

    month = why(indicator=ratio, unit=hospital, period=build.period("2026-03"), today=TODAY)

    assert [(one.window, one.parts, one.with_values, one.periods) for one in month.windows] == [
        ("ytd", Parts(Decimal(18), Decimal(26)), 3, 3),
        ("fytd", Parts(Decimal(18), Decimal(26)), 3, 12),
        ("rolling12", Parts(Decimal(18), Decimal(26)), 3, 12),
    ]


def test_windows_are_for_those_who_see_small_numbers(hospital: Unit) -> None:
    reported(Kind.COUNT)
    address = "/api/v1/values/"
    viewer, admin = (
        as_person(build.person_with(role, at=hospital)) for role in (RoleName.VIEWER, RoleName.ADMINISTRATOR)
    )

    seen, hidden = (
        one.get(address, {"unit": "hospital", "window": "ytd"}).json()["results"] for one in (admin, viewer)
    )
    refused = admin.get(address, {"window": "ytd", "tree": "now"})

    assert [row["value"] for row in seen] == [1, 4, 18]
    assert [(row["value"], row["suppressed"]) for row in hidden] == [(None, True)] * 3
    assert refused.status_code == 400


def test_where_too_few_have_reported_over_a_window_it_has_no_figure(hospital: Unit) -> None:
    ratio = build.indicator("some", kind=Kind.RATIO, decimals=1, minimum_coverage=Decimal("0.7"), grace_days=0)
    for code, months in (("a", ("2026-01", "2026-02", "2026-03")), ("b", ("2026-03",))):
        build.reporter(ratio, Unit.objects.get(code=code))
        for month in months:
            build.observation(ratio, Unit.objects.get(code=code), month, 7, 10)
    drain_rollups(now=build.LATER)

    rows = values(ValueFilter(units=["hospital"], window="ytd"), today=TODAY)
    panel = why(indicator=ratio, unit=hospital, period=build.period("2026-03"), today=TODAY)

    # One of two reported in January and in February, both in March: four of six of the year.
    assert [(row.period, row.value, row.reporting, row.expected, row.status) for row in rows][-1] == (
        "2026-03",
        None,
        4,
        6,
        "no data",
    )
    assert panel.figure == 70
    assert [(one.window, one.figure, one.reporting, one.expected) for one in panel.windows] == [
        ("ytd", None, 4, 6),
        ("fytd", None, 4, 6),
        ("rolling12", None, 4, 6),
    ]
