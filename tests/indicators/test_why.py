"""Why a figure is what it is: everything that made it, and nothing of units that the reader may not see."""

import datetime as dt
from decimal import Decimal

import pytest

from indicators.choices import Direction, Kind
from indicators.operations import drain_rollups, set_reporters
from indicators.queries import why
from organisation.choices import Frequency
from tests import build

pytestmark = pytest.mark.django_db
NOW = build.LATER
TODAY = dt.date(2026, 11, 20)


def test_a_figure_opens_to_its_equation_its_children_and_who_is_missing() -> None:
    hospital = build.unit("h")
    a, b, c = build.units("a", "b", "c", parent=hospital)
    ratio = build.indicator(kind=Kind.RATIO, direction=Direction.UP, decimals=1, unit="%")
    set_reporters(indicator=ratio, units=[a, b, c], valid_from=build.LONG_AGO, now=NOW)
    build.target(ratio, hospital, target=80)
    build.observation(ratio, a, "2026-10", 9, 10, by=build.person(name="Marie Bouchard"), note="counted twice")
    build.observation(ratio, b, "2026-10", 9, 30)
    build.observation(ratio, a, "2026-10", 12, 10)
    drain_rollups(now=NOW)
    october = build.period("2026-10")

    top = why(indicator=ratio, unit=hospital, period=october, today=TODAY)
    team = why(indicator=ratio, unit=a, period=october, today=TODAY)

    assert top.equation == "21 ÷ 40 × 100 = 52.5\u00a0%"
    assert [(child.unit.code, child.figure, child.share) for child in top.children] == [
        ("a", Decimal(120), Decimal("0.25")),
        ("b", Decimal(30), Decimal("0.75")),
        ("c", None, None),
    ]
    assert [unit.code for unit in top.missing] == ["c"]
    assert (top.reporting, top.expected, top.status) == (2, 3, "watch")
    assert top.own == top.earlier == ()
    assert [(one.figure, one.revision) for one in team.own] == [(Decimal(120), 2)]
    assert [(one.figure, one.person, one.note) for one in team.earlier] == [
        (Decimal(90), "Marie Bouchard", "counted twice")
    ]
    assert team.target is not None
    assert (team.target.target, team.target_unit, team.target.is_inherited) == (Decimal(80), hospital, True)


def test_hidden_units_keep_their_figures_and_the_total_stays() -> None:
    hospital = build.unit("h")
    a, b = build.units("a", "b", parent=hospital)
    count = build.indicator()
    build.observation(count, a, "2026-10", 2)
    build.observation(count, b, "2026-10", 3)
    drain_rollups(now=NOW)

    seen = why(indicator=count, unit=hospital, period=build.period("2026-10"), today=TODAY, visible={hospital.pk, a.pk})

    assert seen.figure == 5
    assert [(child.unit.code, child.figure, child.share, child.is_hidden) for child in seen.children] == [
        ("a", Decimal(2), Decimal("0.4"), False),
        ("b", None, None, True),
    ]


def test_a_longer_period_opens_to_its_shorter_ones() -> None:
    team = build.unit()
    delay = build.indicator(kind=Kind.DURATION, also_at=[Frequency.QUARTER], unit="d")
    build.observation(delay, team, "2026-07", histogram={3: 1})
    build.observation(delay, team, "2026-09", histogram={4: 2})
    drain_rollups(now=NOW)

    quarter = why(indicator=delay, unit=team, period=build.period("2026-Q3"), today=TODAY)

    assert quarter.equation == "Median of 3 = 4\u00a0d"
    assert [(one.period, one.figure) for one in quarter.own] == [("2026-07", Decimal(3)), ("2026-09", Decimal(4))]


def test_a_figure_that_is_not_there_is_explained_too() -> None:
    hospital = build.unit()
    team = build.unit(parent=hospital)
    count = build.indicator(also_at=[Frequency.QUARTER])
    set_reporters(indicator=count, units=[team], valid_from=build.LONG_AGO, now=NOW)

    month = why(indicator=count, unit=hospital, period=build.period("2026-10"), today=TODAY)
    quarter = why(indicator=count, unit=hospital, period=build.period("2026-Q3"), today=TODAY)

    assert (month.figure, month.equation, month.status, month.expected) == (None, "", "late", 1)
    assert list(month.missing) == [team]
    assert (quarter.expected, quarter.status) == (3, "late")
