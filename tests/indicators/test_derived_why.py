"""Why a formula or an index is what it is: numbers in the expression, scores and weights, what was left out."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from indicators.choices import Kind
from indicators.models import Indicator
from indicators.operations import drain_rollups
from indicators.queries import why
from indicators.queries.explaining.why import Why
from organisation.models import Unit
from tests import build

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 3, 1)


def explained(code: str, unit: Unit) -> Why:
    """The explanation of a figure of January."""
    drain_rollups(now=build.LATER)
    of = Indicator.objects.get(code=code)
    return why(indicator=of, unit=unit, period=build.period("2026-01"), today=TODAY)


def test_a_formula_shows_its_expression_with_the_numbers_put_in() -> None:
    unit = build.unit("unit")
    cost = build.indicator("cost")
    build.observation(cost, unit, "2026-01", 12400)
    build.observation(build.indicator("seen", kind=Kind.RATIO), unit, "2026-01", 2, 3)
    build.formula("odd", "(cost - 20000) / 62 + [seen] × -2", decimals=1, unit="$")

    answer = explained("odd", unit)

    assert answer.equation == "(12,400 − 20,000) ÷ 62 + 66.666667 × (−2) = -255.9\u00a0$"
    assert [(one.indicator.code, one.figure and round(one.figure, 2)) for one in answer.components] == [
        ("cost", 12400),
        ("seen", Decimal("66.67")),
    ]
    assert answer.exactness.code == "exact"
    with translation.override("fr"):
        assert explained("odd", unit).equation.startswith("(12\u00a0400 − 20\u00a0000) ÷ 62 + 66,666667 × (−2) = ")


def test_a_formula_without_a_figure_shows_what_is_missing() -> None:
    unit = build.unit("unit")
    build.observation(build.indicator("cost"), unit, "2026-01", 12)
    build.indicator("episodes")
    build.formula("per-episode", "cost / episodes")

    answer = explained("per-episode", unit)

    assert (answer.equation, answer.figure, answer.status) == ("12 ÷ — = —", None, "no data")


def test_an_index_shows_scores_weights_and_contributions_and_what_is_left_out() -> None:
    unit = build.unit("unit")
    for code, direction in (("wait", "down"), ("seen", "up"), ("aimless", "up"), ("any", "none"), ("vague", "up")):
        build.observation(build.indicator(code, direction=direction), unit, "2026-01", 45)
    of = {one.code: one for one in Indicator.objects.all()}
    build.indicator("silent")
    build.target(of["wait"], unit, target=30, starting_point=60)
    build.target(of["seen"], unit, target=40, threshold=20)
    build.target(of["vague"], unit, target=50)
    build.index(
        "north", {"wait": 3, "seen": "0.5", "aimless": 1, "any": 1, "vague": 1, "silent": 1}, decimals=1, grace_days=90
    )

    answer = explained("north", unit)

    assert answer.equation == "(3 × 50.0 + 0.5 × 100) ÷ 3.5 = 57.1"
    told = [(one.indicator.code, one.score, one.weight, one.left_out_because) for one in answer.components]
    assert told == [
        ("wait", 50, 3, ""),
        ("seen", 100, Decimal("0.5"), ""),
        ("aimless", None, 1, "no target"),
        ("any", None, 1, "no direction"),
        ("vague", None, 1, "no starting point"),
        ("silent", None, 1, "no figure"),
    ]
    added = [one.contribution and round(one.contribution, 2) for one in answer.components]
    assert added == [Decimal("42.86"), Decimal("14.29"), None, None, None, None]
    # Two of six parts: incomplete, so it waits.
    assert (answer.reporting, answer.expected, answer.status) == (2, 6, "pending")
