"""Values in long format: filtered, in a stable order, resumable, on the tree of their time or on today's."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicators.choices import Direction, Kind
from indicators.models import Indicator, Value
from indicators.operations import drain_rollups
from indicators.queries import ValueFilter, latest_change, values
from organisation.choices import Frequency
from organisation.models import Unit
from tests import build

pytestmark = pytest.mark.django_db
NOW = build.LATER
TODAY = dt.date(2026, 11, 20)


def small_hospital() -> tuple[Unit, Unit, Unit, Indicator]:
    """Team b moves from programme p to q in October."""
    hospital = build.unit("h", kind="hospital")
    p, q = build.units("p", "q", parent=hospital, kind="programme")
    a, b = build.units("a", "b", parent=p, kind="team")
    ratio = build.indicator("r", kind=Kind.RATIO, direction=Direction.UP, also_at=[Frequency.QUARTER], decimals=1)
    build.target(ratio, p, target=90, threshold=50)
    build.observation(ratio, a, "2026-09", 1, 3)
    build.observation(ratio, b, "2026-09", 2, 3)
    build.observation(ratio, b, "2026-10", 3, 3)
    build.move(b, to=q, on=dt.date(2026, 10, 1))
    drain_rollups(now=NOW)
    return hospital, p, q, ratio


def listed(**narrowed: object) -> list[tuple[str, str, Decimal | None]]:
    rows = values(ValueFilter(**narrowed), today=TODAY)  # type: ignore[arg-type]  # each test says its own filter
    return [(row.unit, row.period, row.value) for row in rows]


def test_a_row_says_all_that_is_known_of_a_value() -> None:
    small_hospital()

    (row,) = values(ValueFilter(units=["a"], frequency="month"), today=TODAY)

    assert row[:22] == (
        "r",
        "a",
        "h/p/a",
        "2026-09",
        dt.date(2026, 9, 1),
        dt.date(2026, 9, 30),
        Decimal("33.3"),
        Decimal(1),
        Decimal(3),
        Decimal(3),
        Decimal(90),
        Decimal(50),
        "act",
        None,
        None,
        1,
        None,
        "exact",
        None,
        None,
        None,
        1,
    )


def test_values_are_narrowed_by_what_is_asked() -> None:
    small_hospital()
    months = {"frequency": "month"}

    assert listed(level="hospital", **months) == [("h", "2026-09", Decimal("50.0")), ("h", "2026-10", Decimal("100.0"))]
    assert listed(level="0", **months) == listed(units=["h"], **months)
    assert listed(under=["q"], **months) == [("q", "2026-10", Decimal("100.0")), ("b", "2026-10", Decimal("100.0"))]
    assert listed(indicators=["none"]) == []
    assert listed(level="team", since=dt.date(2026, 10, 1), **months) == [("b", "2026-10", Decimal("100.0"))]
    assert listed(level="team", until=dt.date(2026, 9, 30), **months) == [
        ("a", "2026-09", Decimal("33.3")),
        ("b", "2026-09", Decimal("66.7")),
    ]
    assert listed(units=["h"], frequency="quarter") == [
        ("h", "2026-Q3", Decimal("50.0")),
        ("h", "2026-Q4", Decimal("100.0")),
    ]
    assert listed(visible=[Unit.objects.get(code="a").pk], **months) == [("a", "2026-09", Decimal("33.3"))]
    assert listed(updated_since=NOW + dt.timedelta(seconds=1)) == []


def test_the_past_can_be_read_on_the_tree_of_today() -> None:
    small_hospital()

    was = listed(under=["p"], until=dt.date(2026, 9, 30), frequency="month")
    now = listed(under=["p"], until=dt.date(2026, 9, 30), frequency="month", tree="now")
    moved = listed(units=["q"], until=dt.date(2026, 9, 30), frequency="month", tree="now")

    assert was == [
        ("p", "2026-09", Decimal("50.0")),
        ("a", "2026-09", Decimal("33.3")),
        ("b", "2026-09", Decimal("66.7")),
    ]
    assert now == [("p", "2026-09", Decimal("33.3")), ("a", "2026-09", Decimal("33.3"))]
    assert moved == [("q", "2026-09", Decimal("66.7"))]


def test_pages_join_without_a_gap() -> None:
    small_hospital()
    wanted = ValueFilter()

    whole = list(values(wanted, today=TODAY))
    pages = list(values(wanted, today=TODAY, limit=3))
    while page := list(values(wanted, today=TODAY, after=pages[-1].key, limit=3)):
        pages += page

    assert pages == whole


def test_the_tag_of_an_answer_changes_with_values_targets_and_definitions() -> None:
    hospital, _, _, ratio = small_hospital()
    wanted = ValueFilter(indicators=["r"])
    tags = [latest_change(wanted, today=TODAY)]

    build.observation(ratio, hospital, "2026-10", 1, 1, now=NOW + dt.timedelta(hours=1))
    drain_rollups(now=NOW + dt.timedelta(hours=1))
    tags.append(latest_change(wanted, today=TODAY))
    build.target(ratio, hospital, target=1)
    tags.append(latest_change(wanted, today=TODAY))
    Indicator.objects.update(decimals=2)
    tags.append(latest_change(wanted, today=TODAY))

    assert len(set(tags)) == 4
    assert latest_change(wanted, today=TODAY) == tags[-1]


def test_the_tag_of_a_page_changes_with_its_own_rows() -> None:
    small_hospital()
    first, _second, third, *_others = values(ValueFilter(), today=TODAY)

    def tag() -> tuple[object, ...]:
        return latest_change(ValueFilter(), today=TODAY, after=first.key, limit=2)

    before = tag()
    indicator_id, unit_id, period_id = third.key
    Value.objects.filter(indicator=indicator_id, unit=unit_id, period=period_id).delete()

    assert tag() != before
    assert tag()[0] == before[0]
    assert tag() == tag()


@pytest.mark.parametrize("months", [1, 9])
def test_values_need_the_same_queries_for_few_and_for_many(months: int) -> None:
    team = build.unit()
    count = build.indicator()
    for month in range(1, months + 1):
        build.observation(count, team, f"2026-{month:02}", month)
    drain_rollups(now=NOW)

    with CaptureQueriesContext(connection) as asked:
        rows = list(values(ValueFilter(), today=TODAY))

    assert len(rows) == months
    assert len([query for query in asked if "SAVEPOINT" not in query["sql"]]) == 7
