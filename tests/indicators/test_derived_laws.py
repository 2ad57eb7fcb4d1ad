"""Whatever happens to components, targets and definitions: drained formulas and indexes equal rebuilt and checked ones."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from indicators.choices import Kind, Missing
from indicators.models import Indicator, StaleValue, Value
from indicators.operations import (
    drain_figure,
    drain_rollups,
    follow_tree,
    proposed_target,
    rebuild_values,
    save_indicator,
    set_reporters,
    set_target,
)
from indicators.queries import check_rollups
from organisation.choices import Frequency
from organisation.models import Unit
from tests import build
from tests.indicators.at_once import at_once, enter
from tests.indicators.test_laws import MONTHS, REPORTERS, TREE, kept, one_step, small_tree, take_step

NOW = build.LATER
QUARTERS = [Frequency.QUARTER]
EXPRESSIONS = ["one / two × 10", "one - two", "(one + 3) ÷ (two − 2)", "two", "-one * one"]

one_change = st.one_of(
    st.tuples(st.sampled_from(["one", "two"]), one_step),
    st.tuples(st.just("express"), st.sampled_from(EXPRESSIONS)),
    st.tuples(st.just("weigh"), st.integers(1, 9)),
    st.tuples(st.just("aim"), st.tuples(st.sampled_from(sorted(TREE)), st.integers(-20, 120), st.integers(-20, 120))),
    st.tuples(st.just("factor"), st.sampled_from([1, 100])),
    st.tuples(st.just("enter"), st.tuples(st.sampled_from("abc"), st.sampled_from(MONTHS), st.integers(0, 99))),
)


class AfterAnySequence(TestCase):
    """Steps of two components, targets, weights, expressions and factors, in any order."""

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(one_change, max_size=12),
        st.sampled_from([Kind.COUNT, Kind.RATIO, Kind.DURATION, Kind.YES_NO, Kind.DISTINCT]),
        st.sampled_from(Missing.values),
        st.sampled_from([(), REPORTERS]),
    )
    def test_drained_formulas_and_indexes_equal_rebuilt_ones(
        self, changes: list[tuple[str, object]], kind: str, missing: str, reporters: Sequence[str]
    ) -> None:
        units = small_tree()
        one = build.indicator("one", kind=kind, also_at=QUARTERS, direction="up", missing=missing)
        two = build.indicator("two", also_at=QUARTERS, direction="down", minimum_coverage=Decimal("0.4"))
        for component in (one, two):
            expected = [units[code] for code in reporters]
            set_reporters(indicator=component, units=expected, valid_from=build.LONG_AGO, now=NOW)
        build.formula("formula", "one / two", also_at=QUARTERS)
        build.index("index", {"one": 2, "two": 1, "formula": "0.5"}, also_at=QUARTERS, missing=missing, direction="up")
        build.formula("again", "index × 2 + formula", also_at=QUARTERS)

        for change in changes:
            take(change, units)
        follow_tree(now=NOW)
        drain_rollups(now=NOW)

        drained = kept()
        assert not StaleValue.objects.exists()
        assert check_rollups().differences == ()
        assert rebuild_values(now=NOW) == 0
        assert kept() == drained


def take(change: tuple[str, object], units: dict[str, Unit]) -> None:
    """Do one thing; all dates lie so that nothing is refused."""
    what, how = change
    match what, how:
        case (("one" | "two"), (str(verb), str(unit), str(where), int(number))):
            take_step(Indicator.objects.get(code=what), units, (verb, unit, where, number))
        case "express", str(expression):
            save_indicator(definition={"code": "formula", "expression": expression}, now=NOW)
        case "weigh", int(weight):
            later = {"indicator": "one", "weight": str(weight), "valid_from": "2026-02-10", "valid_to": None}
            others = [part for part in Indicator.objects.get(code="index").weights if part["indicator"] != "one"]
            weights = [*others, later]
            save_indicator(definition={"code": "index", "weights": weights}, now=NOW)
        case "aim", (str(unit), int(target), int(start)):
            for code in ("one", "two"):
                aim(code, units[unit], target, start)
        case "factor", int(factor):
            save_indicator(definition={"code": "one", "factor": Decimal(factor)}, now=NOW)
        case "enter", (str(unit), str(month), int(number)):
            enter_and_drain(Unit.objects.get(pk=units[unit].pk), month, number)


def aim(code: str, unit: Unit, target: int, start: int) -> None:
    proposed = proposed_target(
        indicator=Indicator.objects.get(code=code),
        unit=unit,
        valid_from=dt.date(2026, 1, 1) + dt.timedelta(days=abs(start)),
        numbers={"target": Decimal(target), "starting_point": Decimal(start)},
    )
    set_target(target=proposed, by=None, today=NOW.date(), now=NOW)


def enter_and_drain(unit: Unit, month: str, number: int) -> None:
    """Enter a figure as a person does: what depends on it follows before the answer."""
    two, period = Indicator.objects.get(code="two"), build.period(month)
    if unit.closes_on is not None and unit.closes_on < period.starts_on:
        return
    build.observation(two, unit, month, number)
    drain_figure(indicator=two, unit=unit, period=period, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_people_drainers_and_a_change_of_definition_at_once_leave_no_difference() -> None:
    build.calendar()
    hospital = build.unit("h")
    teams = build.units("a", "b", "c", parent=hospital)
    cost, episodes = build.indicator("cost", also_at=QUARTERS), build.indicator("episodes", also_at=QUARTERS)
    build.formula("per-episode", "cost / episodes", also_at=QUARTERS)
    build.formula("double", "per-episode × 2", also_at=QUARTERS)
    admin = build.person(is_superuser=True)

    failed = at_once(
        lambda: drain_rollups(now=NOW, limit=2),
        lambda: drain_rollups(now=NOW, limit=3),
        lambda: rebuild_values(now=NOW),
        lambda: save_indicator(definition={"code": "per-episode", "expression": "episodes / cost"}, now=NOW),
        *(lambda team=team, of=of: enter(of, team, admin, range(1, 9)) for team in teams for of in (cost, episodes)),
    )
    drain_rollups(now=NOW)

    assert failed == []
    assert StaleValue.objects.count() == 0
    assert check_rollups().differences == ()
    doubled = Value.objects.get(indicator__code="double", unit=hospital, period__code="2026-10")
    assert doubled.numerator == 2
