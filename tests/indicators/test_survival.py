"""The median that counts those still waiting."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from indicators.calculations import Parts, add, figure
from indicators.calculations.survival import going_on, survival_day

HALF = Decimal("0.5")
#: A wait of one person: begun on a day, over some days later, seen or not.
waits = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.booleans()), max_size=12)


def test_those_still_waiting_move_the_median_that_the_seen_alone_flatter() -> None:
    seen = {10: 2, 20: 2}

    assert survival_day(seen, HALF) == 10
    assert survival_day(seen | {going_on(15): 4}, HALF) == 20


def test_who_left_on_a_day_was_at_risk_on_it() -> None:
    assert survival_day({5: 1, going_on(5): 1}, HALF) == 5


def test_where_half_are_never_seen_there_is_no_median() -> None:
    parts = Parts.of_histogram({5: 1, going_on(30): 2})

    assert figure("duration", parts, statistic="km_median") is None
    assert figure("duration", parts, statistic="median") == 5
    assert parts.n == 1


def test_who_waited_already_is_at_risk_from_then_on() -> None:
    """Of four newcomers two are seen on day 2; of four who had waited 10 days, two on day 12."""
    histogram = {2: 2, going_on(3): 2, 12: 2, going_on(14): 2, going_on(10): -4}

    assert survival_day(histogram, HALF) == 2
    assert survival_day(histogram, Decimal("0.3")) == 12
    assert survival_day(histogram, Decimal("0.2")) is None


@given(waits, st.integers(0, 40))
def test_periods_in_a_row_add_up_to_the_whole(people: list[tuple[int, int, bool]], middle: int) -> None:
    periods = [(0, middle), (middle + 1, 90)]

    together = add(Parts.of_histogram(told(people, *period)) for period in periods)

    assert together.histogram == told(people, 0, 90)


def told(people: list[tuple[int, int, bool]], first: int, last: int) -> dict[int, int]:
    """Return what a period from one day to another tells of the waits that are not over before it."""
    histogram: dict[int, int] = {}
    for begun, days, is_seen in people:
        over = begun + days
        if first <= over <= last:
            place = days if is_seen else going_on(days)
            histogram[place] = histogram.get(place, 0) + 1
        if begun <= last < over:
            histogram[going_on(last - begun)] = histogram.get(going_on(last - begun), 0) + 1
        if begun < first <= over:
            histogram[going_on(first - 1 - begun)] = histogram.get(going_on(first - 1 - begun), 0) - 1
    return {place: cases for place, cases in sorted(histogram.items()) if cases}
