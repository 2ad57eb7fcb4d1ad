"""Scores between two goalposts, and the index that weighs them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.calculations.scores import Goal, Weighed, index, score

NUMBERS = st.decimals(min_value=-(10**6), max_value=10**6, places=2)
SCORES = st.decimals(min_value=0, max_value=100, places=2)
WEIGHTS = st.decimals(min_value="0.01", max_value=100, places=2)


def goal(**numbers: int) -> Goal:
    return Goal(**{name: Decimal(number) for name, number in numbers.items()})


@pytest.mark.parametrize(
    ("value", "direction", "held_to", "expected"),
    [
        # From 60 days down to 30.
        (60, "down", goal(target=30, starting_point=60), 0),
        (45, "down", goal(target=30, starting_point=60), 50),
        (30, "down", goal(target=30, starting_point=60), 100),
        (12, "down", goal(target=30, starting_point=60), 100),
        (99, "down", goal(target=30, starting_point=60), 0),
        # Upwards, from the threshold where no starting point is known.
        (75, "up", goal(target=90, threshold=70), 25),
        # The starting point comes first, but not one that is better than the target.
        (75, "up", goal(target=90, threshold=70, starting_point=50), Decimal("62.5")),
        (75, "up", goal(target=90, threshold=70, starting_point=95), 25),
        (75, "up", goal(target=90, starting_point=90), None),
        # Nothing to measure by.
        (75, "up", goal(target=90), None),
        (75, "up", goal(threshold=70), None),
        (75, "none", goal(target=90, threshold=70), None),
        # A band: full inside, nothing at the threshold's distance beyond it.
        (85, "band", goal(band_low=80, band_high=90, threshold=10), 100),
        (90, "band", goal(band_low=80, band_high=90, threshold=10), 100),
        (94, "band", goal(band_low=80, band_high=90, threshold=10), 60),
        (75, "band", goal(band_low=80, band_high=90, threshold=10), 50),
        (101, "band", goal(band_low=80, band_high=90, threshold=10), 0),
        (85, "band", goal(band_low=80, band_high=90), None),
        (85, "band", goal(threshold=10), None),
    ],
)
def test_a_score_says_how_far_a_figure_has_come(
    value: int, direction: str, held_to: Goal, expected: Decimal | None
) -> None:
    assert score(Decimal(value), direction, held_to) == expected


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.sampled_from(["up", "down"]))
def test_a_better_figure_never_scores_less(
    one: Decimal, other: Decimal, target: Decimal, start: Decimal, direction: str
) -> None:
    held_to = Goal(target=target, starting_point=start)
    better, worse = sorted([one, other], reverse=direction == "up")

    above, below = score(better, direction, held_to), score(worse, direction, held_to)

    assert (above is None) == (below is None)
    assert above is None or below is None or 0 <= below <= above <= 100


def test_an_index_is_the_weighted_mean_of_the_scores() -> None:
    parts = [Weighed(Decimal(3), Decimal(100)), Weighed(Decimal(1), Decimal(40))]

    assert index(parts, "skip") == 85


@pytest.mark.parametrize(("missing", "expected"), [("skip", 85), ("zero", 68), ("missing", None)])
def test_a_part_without_a_score_is_missing_as_the_index_says(missing: str, expected: int | None) -> None:
    parts = [Weighed(Decimal(3), Decimal(100)), Weighed(Decimal(1), Decimal(40)), Weighed(Decimal(1), None)]

    assert index(parts, missing) == expected


@pytest.mark.parametrize("missing", ["skip", "zero", "missing"])
def test_an_index_of_which_nothing_is_known_says_nothing(missing: str) -> None:
    assert index([Weighed(Decimal(1), None)], missing) is None
    assert index([], missing) is None


@given(
    st.lists(st.builds(Weighed, WEIGHTS, st.one_of(st.none(), SCORES)), max_size=6), st.sampled_from(["skip", "zero"])
)
def test_an_index_lies_between_its_scores_and_does_not_mind_their_order(parts: list[Weighed], missing: str) -> None:
    scores = [Decimal(0) if part.score is None and missing == "zero" else part.score for part in parts]
    known = [one for one in scores if one is not None]

    found = index(parts, missing)

    assert found is None or min(known) - Decimal("1e-30") <= found <= max(known) + Decimal("1e-30")
    backwards = index(parts[::-1], missing)
    assert (found is None) == (backwards is None)
    assert abs((found or Decimal(0)) - (backwards or Decimal(0))) < Decimal("1e-30")
