"""Targets asked unit by unit and day by day are those asked one at a time."""

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from indicators.models import Target
from indicators.queries.targets.in_force import TargetsInTurn, grouped

FIRST = dt.date(2026, 1, 1)
days = st.integers(0, 30).map(lambda number: FIRST + dt.timedelta(days=number))


set_targets = st.tuples(st.integers(1, 3), days, st.none() | st.integers(0, 30), st.integers(0, 9), st.booleans())


def target(unit_id: int, first: dt.date, lasts: int | None, aimed: int, is_on_way: bool) -> Target:  # noqa: FBT001 - drawn
    one = Target(indicator_id=1, unit_id=unit_id, valid_from=first, target=Decimal(aimed))
    one.valid_to = None if lasts is None else first + dt.timedelta(days=lasts)
    if is_on_way:
        one.path, one.path_thresholds = "line", [None]
        one.path_days, one.path_targets = [first + dt.timedelta(days=10)], [Decimal(aimed + 5)]
    return one


@given(
    st.lists(set_targets, max_size=6),
    st.lists(st.tuples(st.sampled_from([(1,), (1, 2), (1, 2, 3), (3, 1)]), days), max_size=30),
)
def test_targets_asked_in_turn_are_those_asked_one_by_one(
    held: list[tuple[int, dt.date, int | None, int, bool]], questions: list[tuple[tuple[int, ...], dt.date]]
) -> None:
    every = grouped([target(*one) for one in held])

    in_turn = TargetsInTurn(every)

    for path, day in questions:
        above = [(distance, unit) for distance, unit in enumerate(reversed(path))]
        assert in_turn.in_force(1, path, day) == every.in_force(1, above, day)
        assert in_turn.in_force(2, path, day) is None
