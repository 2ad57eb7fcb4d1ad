"""Formulas and indexes: computed from the values of their components at every unit and period, and following them."""

from decimal import Decimal

import pytest

from indicators.choices import Kind
from indicators.models import Indicator, StaleValue, Value
from indicators.operations import drain_figure, drain_rollups, withdraw_observation
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
