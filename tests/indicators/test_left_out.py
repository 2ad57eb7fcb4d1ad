"""Units left out: their own figures stand, those above go on without them, from a day to a day."""

import datetime as dt
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse

from indicators.models import Indicator, LeftOut, StaleValue, Value
from indicators.operations import drain_rollups, rebuild_values
from indicators.operations.definitions.leaving_out import (
    EndsBeforeItBegins,
    LeftOutAlready,
    NoReason,
    leave_out,
    take_in_again,
)
from indicators.queries import ValueFilter, check_rollups, series, values, why
from indicators.queries.charts.series_rows import Wanted
from indicators.queries.explaining.reporters import expected_of
from organisation.choices import Frequency, RoleName
from organisation.models import Unit
from tests import build

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 12, 1)


@pytest.fixture
def tree() -> dict[str, Unit]:
    hospital = build.unit("hospital")
    p, q = build.units("p", "q", parent=hospital)
    a, b = build.units("a", "b", parent=p)
    return {"hospital": hospital, "p": p, "q": q, "a": a, "b": b}


@pytest.fixture
def count(tree: dict[str, Unit]) -> Indicator:
    """Everyone reports 1, 10 or 100 in September and October; a and b and q are expected to."""
    indicator = build.indicator("count", also_at=[Frequency.QUARTER])
    for code, n in {"a": 1, "b": 10, "q": 100}.items():
        build.reporter(indicator, tree[code])
        for month in ("2026-09", "2026-10"):
            build.observation(indicator, tree[code], month, n)
    drain_rollups(now=build.LATER)
    return indicator


def told(unit: Unit, **asked: object) -> dict[str, tuple[object, ...]]:
    rows = values(ValueFilter(units=[unit.code], **asked), today=TODAY)  # type: ignore[arg-type]  # as each test says
    return {row.period: (row.value, row.reporting, row.expected) for row in rows}


def out(indicator: Indicator, unit: Unit, first: str, last: str | None = None) -> LeftOut:
    return leave_out(
        indicator=indicator,
        unit=unit,
        valid_from=dt.date.fromisoformat(first),
        valid_to=dt.date.fromisoformat(last) if last else None,
        reason="moved out",
        now=build.LATER,
    )


def test_a_programme_left_out_hands_nothing_up_and_keeps_its_own(tree: dict[str, Unit], count: Indicator) -> None:
    out(count, tree["p"], "2026-10-01")
    drain_rollups(now=build.LATER)

    assert told(tree["hospital"]) == {
        "2026-09": (111, 3, 3),
        "2026-10": (100, 1, 1),
        "2026-Q3": (111, 3, 9),
        "2026-Q4": (100, 1, 3),
    }
    assert told(tree["p"])["2026-10"] == (11, 2, 2)
    assert check_rollups().different == 0
    assert rebuild_values(now=build.LATER) == 0


def test_a_figure_entered_below_it_stops_there(tree: dict[str, Unit], count: Indicator) -> None:
    out(count, tree["p"], "2026-10-01", "2026-10-31")
    drain_rollups(now=build.LATER)

    build.observation(count, tree["a"], "2026-10", 5)
    build.observation(count, tree["a"], "2026-11", 7)
    build.observation(count, tree["q"], "2026-11", 200)
    drain_rollups(now=build.LATER)

    assert told(tree["hospital"], frequency="month") == {
        "2026-09": (111, 3, 3),
        "2026-10": (100, 1, 1),
        "2026-11": (207, 2, 3),
    }
    assert told(tree["p"])["2026-10"] == (15, 2, 2)
    assert check_rollups().different == 0


def test_counted_again_the_totals_are_as_before(tree: dict[str, Unit], count: Indicator) -> None:
    before = set(Value.objects.values_list("unit", "period", "numerator", "reporting", "expected"))
    left_out = out(count, tree["a"], "2026-09-01")
    drain_rollups(now=build.LATER)
    take_in_again(left_out=left_out, on=dt.date(2026, 9, 1), now=build.LATER)
    drain_rollups(now=build.LATER)

    assert set(Value.objects.values_list("unit", "period", "numerator", "reporting", "expected")) == before
    assert LeftOut.objects.count() == 0


def test_counted_again_from_a_day_the_days_before_stay(tree: dict[str, Unit], count: Indicator) -> None:
    left_out = out(count, tree["a"], "2026-09-01")

    take_in_again(left_out=left_out, on=dt.date(2026, 10, 1), now=build.LATER)
    drain_rollups(now=build.LATER)

    months = told(tree["hospital"], frequency="month")
    assert months == {"2026-09": (110, 2, 2), "2026-10": (111, 3, 3)}


def test_on_today_s_tree_it_is_left_out_of_its_periods_alike(tree: dict[str, Unit], count: Indicator) -> None:
    out(count, tree["p"], "2026-10-01")

    now = told(tree["hospital"], tree="now", frequency="month")

    assert now == {"2026-09": (111, 3, 3), "2026-10": (100, 1, 1)}


def test_expected_reports_are_the_same_where_no_value_says_them(tree: dict[str, Unit], count: Indicator) -> None:
    out(count, tree["p"], "2026-10-01")

    [one] = series([Wanted(count.pk, tree["hospital"].pk, Frequency.MONTH)], today=TODAY)

    assert expected_of(count, tree["hospital"], build.period("2026-11")) == 1
    assert expected_of(count, tree["p"], build.period("2026-11")) == 2
    assert one.due is not None
    assert (one.due.period.code, one.due.expected) == ("2026-11", 1)


def test_why_names_what_is_not_counted(tree: dict[str, Unit], count: Indicator) -> None:
    out(count, tree["p"], "2026-10-01")
    drain_rollups(now=build.LATER)

    answer = why(indicator=count, unit=tree["hospital"], period=build.period("2026-10"), today=TODAY)

    assert {child.unit.code: (child.left_out, child.share) for child in answer.children} == {
        "p": ("moved out", None),
        "q": ("", 1),
    }
    assert answer.missing == ()


@pytest.mark.parametrize(
    ("first", "last", "reason", "refusal"),
    [
        ("2026-10-15", None, "again", LeftOutAlready),
        ("2026-08-01", "2026-10-01", "again", LeftOutAlready),
        ("2026-08-01", "2026-07-01", "before", EndsBeforeItBegins),
        ("2026-08-01", "2026-08-31", " ", NoReason),
    ],
)
def test_days_and_reason_must_make_sense(
    tree: dict[str, Unit], first: str, last: str | None, reason: str, refusal: type[Exception]
) -> None:
    indicator = build.indicator("count")
    out(indicator, tree["a"], "2026-10-01", "2026-10-31")

    with pytest.raises(refusal):
        leave_out(
            indicator=indicator,
            unit=tree["a"],
            valid_from=dt.date.fromisoformat(first),
            valid_to=dt.date.fromisoformat(last) if last else None,
            reason=reason,
            now=build.LATER,
        )


def test_a_lead_leaves_a_unit_out_on_the_page_of_the_figure(
    client: Client, tree: dict[str, Unit], count: Indicator
) -> None:
    client.force_login(build.person_with(RoleName.LEAD, at=tree["hospital"]))
    address = reverse("boards:leave-out", args=["count", "hospital"])
    sent = {"below": "p", "from": "2026-10-01", "to": "", "reason": "counted elsewhere"}

    client.post(address, sent)

    left_out = LeftOut.objects.get()
    assert (left_out.unit, left_out.reason, left_out.valid_to) == (tree["p"], "counted elsewhere", None)
    assert StaleValue.objects.filter(indicator=count, unit=None).count() == 1
    page = client.get(reverse("boards:sheet", args=["count", "hospital"])).content.decode()
    assert "counted elsewhere" in page
    client.post(reverse("boards:take-in", args=["count", "hospital", left_out.pk]))
    assert LeftOut.objects.get().valid_to is not None


def test_who_leads_the_unit_alone_cannot_take_it_out(client: Client, tree: dict[str, Unit], count: Indicator) -> None:
    client.force_login(build.person_with(RoleName.LEAD, at=tree["p"]))

    answer = client.post(
        reverse("boards:leave-out", args=["count", "p"]), {"below": "p", "from": "2026-10-01", "reason": "bad figures"}
    )

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert not LeftOut.objects.filter(indicator=count).exists()
