"""Formulas and indexes: computed from the values of their components at every unit and period, and following them."""

import datetime as dt
from decimal import Decimal

import pytest

from indicators.choices import Kind
from indicators.models import Indicator, StaleValue, Value
from indicators.operations import (
    drain_figure,
    drain_rollups,
    proposed_target,
    rebuild_values,
    save_indicator,
    set_target,
    withdraw_observation,
)
from indicators.queries import ValueFilter, check_rollups, values
from tests import build

pytestmark = pytest.mark.django_db

NOW = build.LATER


def numbers(of: Indicator) -> dict[tuple[str, str], Decimal | None]:
    """The results of a formula or index, by unit and period."""
    rows = Value.objects.filter(indicator=of).select_related("unit", "period")
    return {(row.unit.code, row.period.code): row.numerator for row in rows}


def drain() -> None:
    drain_rollups(now=NOW)
    assert not StaleValue.objects.exists()


def test_a_formula_is_computed_after_the_roll_up_at_every_unit() -> None:
    top = build.unit("top")
    one, other = build.units("one", "other", parent=top)
    cost, episodes = build.indicator("cost"), build.indicator("episodes")
    build.observation(cost, one, "2026-01", 300)
    build.observation(episodes, one, "2026-01", 10)
    build.observation(cost, other, "2026-01", 100)
    build.observation(episodes, other, "2026-01", 40)

    of = build.formula("cost-per-episode", "cost / episodes")
    drain()

    # Not the mean of 30 and 2.5.
    assert numbers(of) == {("one", "2026-01"): 30, ("other", "2026-01"): Decimal("2.5"), ("top", "2026-01"): 8}


def test_a_formula_has_no_value_where_an_input_has_none_and_no_figure_where_it_divides_by_zero() -> None:
    top = build.unit("top")
    one, other = build.units("one", "other", parent=top)
    cost, episodes = build.indicator("cost"), build.indicator("episodes")
    build.observation(cost, one, "2026-01", 300)
    build.observation(cost, other, "2026-01", 300)
    build.observation(episodes, other, "2026-01", 0)

    of = build.formula("cost-per-episode", "cost / episodes")
    drain()

    assert numbers(of) == {("other", "2026-01"): None, ("top", "2026-01"): None}


def test_a_formula_reads_figures_as_their_definitions_say() -> None:
    unit = build.unit("unit")
    seen = build.indicator("seen", kind=Kind.RATIO)
    wait = build.indicator("wait", kind=Kind.DURATION)
    build.observation(seen, unit, "2026-01", 18, 24)
    build.observation(wait, unit, "2026-01", histogram={3: 1, 5: 1, 10: 1})

    of = build.formula("odd", "(100 − seen) × wait")
    drain()

    assert numbers(of) == {("unit", "2026-01"): 125}


def test_an_entry_moves_formulas_of_formulas_in_the_same_breath() -> None:
    top = build.unit("top")
    team = build.unit("team", parent=top)
    cost, episodes = build.indicator("cost"), build.indicator("episodes")
    build.observation(cost, team, "2026-01", 300)
    build.observation(episodes, team, "2026-01", 10)
    per_episode = build.formula("per-episode", "cost / episodes")
    doubled = build.formula("doubled", "per-episode * 2")
    drain()

    build.observation(episodes, team, "2026-01", 20)
    drain_figure(indicator=episodes, unit=team, period=build.period("2026-01"), now=NOW)

    assert numbers(per_episode) == {("team", "2026-01"): 15, ("top", "2026-01"): 15}
    assert numbers(doubled) == {("team", "2026-01"): 30, ("top", "2026-01"): 30}
    assert not StaleValue.objects.exists()


def test_a_formula_vanishes_with_its_inputs() -> None:
    unit = build.unit("unit")
    cost = build.indicator("cost")
    build.observation(cost, unit, "2026-01", 300)
    of = build.formula("doubled", "cost * 2")
    drain()

    withdraw_observation(indicator=cost, unit=unit, period=build.period("2026-01"), now=NOW)
    drain()

    assert numbers(of) == {}


def test_an_index_weighs_the_scores_of_its_parts() -> None:
    unit = build.unit("unit")
    wait = build.indicator("wait", direction="down")
    seen = build.indicator("seen", direction="up")
    build.target(wait, unit, target=30, starting_point=60)
    build.target(seen, unit, target=90, threshold=70)
    build.observation(wait, unit, "2026-01", 45)
    build.observation(seen, unit, "2026-01", 75)

    of = build.index("north", {"wait": 3, "seen": 1})
    drain()

    # 3 × 50 and 1 × 25, of 4.
    assert numbers(of) == {("unit", "2026-01"): Decimal("43.75")}
    assert coverage(of) == {("unit", "2026-01"): (2, 2)}


def coverage(of: Indicator) -> dict[tuple[str, str], tuple[int, int | None]]:
    """Reports and expected reports of a formula or index, by unit and period."""
    rows = Value.objects.filter(indicator=of).select_related("unit", "period")
    return {(row.unit.code, row.period.code): (row.reporting, row.expected) for row in rows}


@pytest.mark.parametrize(("missing", "result"), [("skip", 50), ("zero", Decimal("37.5")), ("missing", None)])
def test_a_part_without_a_figure_or_a_target_is_counted_as_missing(missing: str, result: Decimal | None) -> None:
    unit = build.unit("unit")
    wait = build.indicator("wait", direction="down")
    build.indicator("seen", direction="up")
    aimless = build.indicator("aimless", direction="up")
    build.target(wait, unit, target=30, starting_point=60)
    build.observation(wait, unit, "2026-01", 45)
    build.observation(aimless, unit, "2026-01", 45)

    of = build.index("north", {"wait": 3, "seen": 1}, missing=missing)
    other = build.index("south", {"wait": 3, "aimless": 1}, missing=missing)
    drain()

    assert numbers(of) == numbers(other) == {("unit", "2026-01"): result}
    assert coverage(of) == coverage(other) == {("unit", "2026-01"): (1, 2)}


def test_the_weights_of_a_period_are_those_in_force_on_its_last_day() -> None:
    unit = build.unit("unit")
    good, bad = build.indicator("good", direction="up"), build.indicator("bad", direction="up")
    for of, figure in ((good, 100), (bad, 0)):
        build.target(of, unit, target=100, starting_point=0)
        for month in ("2026-01", "2026-02", "2026-03"):
            build.observation(of, unit, month, figure)

    north = build.index(
        "north",
        [
            {"indicator": "good", "weight": "1", "valid_from": None, "valid_to": "2026-02-27"},
            {"indicator": "good", "weight": "3", "valid_from": "2026-02-28", "valid_to": None},
            {"indicator": "bad", "weight": "1", "valid_from": None, "valid_to": "2026-03-30"},
        ],
    )
    drain()

    assert numbers(north) == {("unit", "2026-01"): 50, ("unit", "2026-02"): 75, ("unit", "2026-03"): 100}


def test_an_index_follows_a_target_that_is_set_above_the_unit() -> None:
    top = build.unit("top")
    team = build.unit("team", parent=top)
    wait = build.indicator("wait", direction="down")
    build.target(wait, top, target=30, starting_point=60)
    build.observation(wait, team, "2026-01", 45)
    build.observation(wait, team, "2026-02", 45)
    north = build.index("north", {"wait": 1})
    drain()
    before = numbers(north)

    goals = {"target": Decimal(40), "starting_point": Decimal(60)}
    target = proposed_target(indicator=wait, unit=top, valid_from=dt.date(2026, 2, 1), numbers=goals)
    set_target(target=target, by=None, today=NOW.date(), now=NOW)
    drain()

    january, february = ("team", "2026-01"), ("team", "2026-02")
    assert before == {january: 50, february: 50, ("top", "2026-01"): 50, ("top", "2026-02"): 50}
    assert numbers(north) == {january: 50, february: 75, ("top", "2026-01"): 50, ("top", "2026-02"): 75}


def test_a_formula_follows_the_rule_of_its_component() -> None:
    unit = build.unit("unit")
    build.observation(build.indicator("seen", kind=Kind.RATIO), unit, "2026-01", 18, 24)
    of = build.formula("missed", "100 - seen")
    drain()
    before = numbers(of)

    save_indicator(definition={"code": "seen", "factor": Decimal(1000)}, now=NOW, takes_effect_on=dt.date(2026, 1, 1))
    drain()

    assert before == {("unit", "2026-01"): 25}
    assert numbers(of) == {("unit", "2026-01"): -650}


def test_a_formula_is_as_covered_and_as_doubtful_as_its_components() -> None:
    top = build.unit("top")
    teams = build.units("one", "two", "three", parent=top)
    cost, episodes = build.indicator("cost"), build.indicator("episodes")
    for team in teams:
        build.reporter(episodes, team)
    build.reporter(cost, teams[0])
    build.observation(cost, teams[0], "2026-01", 300)
    build.observation(episodes, teams[0], "2026-01", 10)
    build.observation(episodes, teams[1], "2026-01", 10)

    of = build.formula("per-episode", "cost / episodes")
    drain()

    assert coverage(of) == {("one", "2026-01"): (1, 1), ("top", "2026-01"): (2, 3)}


def test_a_component_that_too_few_have_reported_says_nothing() -> None:
    top = build.unit("top")
    teams = build.units("one", "two", "three", parent=top)
    cost = build.indicator("cost", minimum_coverage=Decimal("0.5"))
    for team in teams:
        build.reporter(cost, team)
    build.observation(cost, teams[0], "2026-01", 300)

    of = build.formula("double", "cost * 2")
    drain()

    assert numbers(of) == {("one", "2026-01"): 600, ("top", "2026-01"): None}


def test_a_check_computes_formulas_and_indexes_another_way() -> None:
    top = build.unit("top")
    teams = build.units("one", "two", parent=top)
    cost, episodes = build.indicator("cost", direction="down"), build.indicator("episodes", direction="band")
    build.target(cost, top, target=100, starting_point=700)
    build.target(episodes, teams[0], band_low=4, band_high=7, threshold=5)
    for number, team in enumerate(teams, 1):
        build.observation(cost, team, "2026-01", 100 * number)
        build.observation(episodes, team, "2026-01", 3 * number)
    build.formula("odd", "-(cost - 3) / 7 - episodes × -2 ÷ [cost] + 0.5")
    north = build.index("north", {"cost": 2, "episodes": "1.5"})
    drain()
    first = check_rollups()

    Value.objects.filter(indicator=north, unit=top).update(numerator=99)
    second = check_rollups()

    # Cost, episodes, odd and north, at three units each.
    assert (first.compared, first.different) == (12, 0)
    assert [(one.indicator, one.unit, one.kept, one.should_be) for one in second.differences] == [
        ("north", "top", "99.000000 1 of 2, suspect 0", "66.666667 1 of 2, suspect 0")
    ]
    assert rebuild_values(now=NOW) == 1
    assert check_rollups().different == 0


def test_on_todays_tree_formulas_and_indexes_are_computed_from_todays_totals() -> None:
    west, east = build.units("west", "east")
    team = build.unit("team", parent=west)
    cost, episodes = build.indicator("cost", direction="down"), build.indicator("episodes")
    build.target(cost, west, target=100, starting_point=300)
    build.target(cost, east, target=100, starting_point=200)
    build.observation(cost, team, "2026-01", 150)
    build.observation(episodes, team, "2026-01", 10)
    build.formula("per-episode", "cost / episodes")
    build.index("north", {"cost": 1})
    drain()
    build.move(team, to=east, on=dt.date(2026, 3, 1))

    wanted = ValueFilter(indicators=["per-episode", "north"], tree="now")
    now = {(row.indicator, row.unit): row.value for row in values(wanted, today=NOW.date())}

    assert now == {
        ("per-episode", "team"): 15, ("per-episode", "east"): 15, ("north", "team"): 50, ("north", "east"): 50
    }  # fmt: skip
