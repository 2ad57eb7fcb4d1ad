"""The chart's geometry: gaps stay gaps, the target steps, nothing leaves the drawing."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from boards.charts.sparkline import HEIGHT, WIDTH, Limits, sparkline

FIGURES = st.decimals(min_value=-10_000, max_value=10_000, places=2)


def numbers(*figures: int | None) -> list[Decimal | None]:
    return [None if figure is None else Decimal(figure) for figure in figures]


def test_points_stand_from_left_to_right_and_larger_figures_higher() -> None:
    spark = sparkline(numbers(0, 10, 5))

    assert spark is not None
    assert [(mark.x, mark.y) for mark in spark.marks] == [("7.0", "75.0"), ("156.0", "9.0"), ("305.0", "42.0")]
    assert spark.runs == ("7.0,75.0 156.0,9.0 305.0,42.0",)


def test_a_missing_period_breaks_the_line() -> None:
    spark = sparkline(numbers(0, 10, None, 5, 5))

    assert spark is not None
    assert [len(run.split()) for run in spark.runs] == [2, 2]
    assert len(spark.marks) == 4


def test_a_rebase_is_a_gap() -> None:
    limits = [Limits(first, first + 1, Decimal(0), Decimal(5), Decimal(10)) for first in (0, 2)]

    spark = sparkline(numbers(4, 5, 6, 5), limits=limits)

    assert spark is not None
    assert [len(run.split()) for run in spark.runs] == [2, 2]
    assert [(band.x, band.width) for band in spark.bands] == [("7.0", "99.3"), ("205.7", "99.3")]


def test_the_target_steps_half_way_between_two_periods() -> None:
    spark = sparkline(numbers(0, 10, 5), targets=[numbers(10, 10, 0)])

    assert spark is not None
    assert spark.target == "M0.0 9.0H230.5V75.0H312.0"


def test_without_the_latest_figure_no_point_is_ringed() -> None:
    spark = sparkline(numbers(0, 10, None))

    assert spark is not None
    assert spark.last is None


def test_no_figure_is_no_chart() -> None:
    assert sparkline(numbers(None, None)) is None
    assert sparkline([]) is None


@given(st.lists(st.none() | FIGURES, max_size=40), st.none() | FIGURES)
def test_nothing_leaves_the_drawing(points: list[Decimal | None], target: Decimal | None) -> None:
    spark = sparkline(points, targets=[[target] * len(points)])

    marks = spark.marks if spark else ()
    assert len(marks) == sum(point is not None for point in points)
    assert all(0 <= Decimal(mark.x) <= WIDTH and 0 <= Decimal(mark.y) <= HEIGHT for mark in marks)
