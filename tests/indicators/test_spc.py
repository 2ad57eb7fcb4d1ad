"""What the reference cases leave open, and laws that every chart obeys."""

from __future__ import annotations

import ast
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators import spc
from indicators.spc import SpcRefused, answer, xmr_chart
from indicators.spc.carrying import carrying
from indicators.spc_words import SENTENCES

figures = st.lists(st.one_of(st.none(), st.decimals(-1000, 1000, places=2)), min_size=1, max_size=60)
DATES = [f"2024-{month:02}-01" for month in range(1, 13)] + [f"2025-{month:02}-01" for month in range(1, 13)]


def decimals(*values: float | None) -> list[Decimal | None]:
    return [None if value is None else Decimal(str(value)) for value in values]


def test_a_worked_example_small_enough_to_check_by_eye() -> None:
    chart = xmr_chart(decimals(1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1), target=Decimal(5))

    lines = chart.segments[0].lines
    assert lines.moving_range == 1
    assert round(lines.mean or 0, 4) == Decimal("1.9444")
    assert (round(lines.lower or 0, 4), round(lines.upper or 0, 4)) == (Decimal("-0.7156"), Decimal("4.6044"))
    assert chart.segments[0].cause[4] == "outside"
    assert chart.assurance == "fail"


def test_no_variation_yet_has_a_mean_and_no_limits_and_no_icon_of_assurance() -> None:
    chart = xmr_chart(decimals(*[5] * 13), target=Decimal(5))

    assert chart.segments[0].lines.mean == 5
    assert chart.segments[0].lines.upper is None
    assert (chart.variation, chart.assurance) == ("common_cause", None)


def test_one_dip_in_a_constant_row_does_not_make_every_point_special() -> None:
    chart = xmr_chart(decimals(*[100] * 20, 97, *[100] * 20), target=Decimal(99))

    assert chart.segments[0].lines.upper is None
    assert set(chart.segments[0].outside) == {None}
    assert chart.assurance is None


def test_a_single_point_after_a_rebase_promises_nothing() -> None:
    chart = xmr_chart(decimals(9, 11, 9, 11, 9, 11, 9, 11, 9, 11, 9, 11, 9, 30), target=Decimal(5), rebased_at=[13])

    assert [segment.lines.upper is None for segment in chart.segments] == [False, True]
    assert chart.assurance is None


def test_the_icon_is_that_of_the_latest_known_point() -> None:
    row = decimals(9, 11, 9, 11, 9, 11, 9, 11, 9, 11, 9, 11, 30, None)

    chart = xmr_chart(row, baseline=12)

    assert (chart.latest, chart.variation) == (12, "improvement_high")


def test_a_missing_value_breaks_a_trend() -> None:
    chart = xmr_chart(decimals(1, 2, 3, None, 5, 6, 7, 8, 9), screens_outliers=False)

    assert chart.segments[0].trend == [0] * 9


def test_a_trend_that_another_follows_keeps_its_direction_to_its_last_point() -> None:
    rising, again = (1, 2, 3, 4, 5, 6, 7), (2, 3, 4, 5, 6, 7, 8)

    assert xmr_chart(decimals(*rising, *again)).segments[0].trend == [1] * 14


def test_too_few_points_may_be_given_no_limits() -> None:
    row = decimals(3, 5, 4, 6, 3, 5, 4, 6, 3, 5, 4, 6)

    assert xmr_chart(row, minimum_points=13).segments[0].lines.upper is None
    assert xmr_chart([*row, Decimal(4)], minimum_points=13).segments[0].lines.upper is not None


def test_a_target_on_a_limit_is_hit_or_miss_however_the_mean_is_rounded() -> None:
    row = decimals(*[10, 11, 10] * 5)  # mean 31 ÷ 3, mean moving range 5 ÷ 7: the limit is no decimal
    upper = Fraction(31, 3) + Fraction(266, 100) * Fraction(5, 7)

    assert xmr_chart(row, target=upper).assurance == "inconsistent"
    assert xmr_chart(row, target=upper + Fraction(1, 10**40)).assurance == "fail"


@given(row=figures, by=st.decimals(-50, 50, places=1), times=st.integers(1, 9))
def test_moving_and_stretching_a_chart_changes_no_rule(row: list[Decimal | None], by: Decimal, times: int) -> None:
    plain, moved = xmr_chart(row), xmr_chart([None if y is None else y * times + by for y in row])

    assert moved.segments[0].cause == plain.segments[0].cause
    assert moved.variation == plain.variation


@given(row=figures)
def test_a_chart_turned_over_says_the_opposite_of_the_same(row: list[Decimal | None]) -> None:
    plain = xmr_chart(row, improvement="increase", target=Decimal(3))
    turned = xmr_chart([None if y is None else -y for y in row], improvement="decrease", target=Decimal(-3))

    assert turned.segments[0].sign == [-sign for sign in plain.segments[0].sign]
    assert [turned.point_type(sign) for sign in turned.segments[0].sign] == [
        plain.point_type(sign) for sign in plain.segments[0].sign
    ]
    assert turned.assurance == plain.assurance


@given(row=figures, at=st.integers(1, 59))
def test_a_rebase_makes_two_charts(row: list[Decimal | None], at: int) -> None:
    segments = xmr_chart(row, rebased_at=[at]).segments

    apart = [half for half in (row[:at], row[at:]) if half]
    assert [segment.lines for segment in segments] == [xmr_chart(half).segments[0].lines for half in apart]


def test_points_are_put_in_order_of_date() -> None:
    y = [float(number) for number in range(24)]

    backwards = answer({"dates": DATES[::-1], "y": y[::-1]})

    assert backwards == answer({"dates": DATES, "y": y})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"dates": ["2024-01-01", "2024-01-01"], "y": [1, 2]}, "duplicate_date"),
        ({"dates": ["2024-01-01"], "y": [1, 2]}, "unequal_lengths"),
        ({"dates": ["soon"], "y": [1]}, "not_a_date"),
        ({"dates": ["2024-01-01"], "y": ["one"]}, "not_a_number"),
        ({"dates": ["2024-01-01"], "y": [float("nan")]}, "not_a_number"),
        ({"dates": DATES, "y": list(range(24)), "fix_after_n_points": 11}, "baseline_too_short"),
        ({"dates": ["2024-01-01"], "y": [1], "improvement_direction": "up"}, "unknown_direction"),
        ({"chart": "pie", "y": [1]}, "unknown_chart"),
        ({"chart": "t", "y": [3, 0, 2]}, "zero_interval"),
        ({"chart": "p", "y": [3, 1], "n": [5]}, "unequal_lengths"),
        ({"chart": "i", "y": [3, 1], "aggregate": "mode"}, "unknown_aggregate"),
    ],
)
def test_what_is_no_chart_is_refused_by_name(body: dict[str, object], code: str) -> None:
    with pytest.raises(SpcRefused) as refusal:
        answer(body)

    assert refusal.value.code == code


@pytest.mark.parametrize("chart", ["xmr", "run", "i", "mr", "p", "u", "c", "g", "t", "xbar", "s", "ip", "pp", "up"])
def test_an_empty_series_is_an_empty_chart(chart: str) -> None:
    drawn = answer({"chart": chart, "dates": [], "y": [], "n": None})

    assert (drawn["x"], drawn["y"]) == ([], [])


def test_every_refusal_has_a_translation() -> None:
    raised = {
        node.args[1].value
        for path in Path(spc.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "SpcRefused"
        if isinstance(node.args[1], ast.Constant)
    }

    assert raised == SENTENCES


def test_figures_that_carry_over_are_told_from_those_that_do_not() -> None:
    swinging = carrying(decimals(*[1, 3] * 8))
    # Of −1 −1 1 1 …: 16 squares, and of the 15 products of neighbours 8 are 1 and 7 are −1.
    pairs = carrying(decimals(*[1, 1, 3, 3] * 4))
    creeping = carrying(decimals(*range(16)))

    assert (swinging and swinging.r, swinging and swinging.is_signal) == (Fraction(-15, 16), False)
    assert (pairs and pairs.r, pairs and pairs.is_signal) == (Fraction(1, 16), False)
    # Of a straight line it is 1 − 3 ÷ n.
    assert (creeping and creeping.r, creeping and creeping.is_signal) == (Fraction(13, 16), True)
    assert (creeping and creeping.by_chance, creeping and creeping.n) == (0.5, 16)


@given(row=figures, by=st.decimals(-50, 50, places=1), times=st.integers(1, 9))
def test_how_far_figures_carry_over_knows_no_unit_and_no_direction_of_time(
    row: list[Decimal | None], by: Decimal, times: int
) -> None:
    moved = [None if value is None else value * times + by for value in row]

    assert carrying(moved) == carrying(row)
    assert carrying(row[::-1]) == carrying(row)


def test_figures_that_do_not_vary_carry_nothing_over() -> None:
    assert carrying(decimals(4, 4, None, 4)) is None
    assert carrying([]) is None
