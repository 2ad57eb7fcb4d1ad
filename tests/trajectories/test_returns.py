"""Ping-pong at every level is what the sequence of that level's units says, whatever the teams did."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import groupby, pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trajectories.calculations.figures.placing import Place
from trajectories.calculations.figures.returns import OUTSIDE, returned

#: Unit: its way up. The desk stands right under the root, higher than the other teams.
UP = {1: (1,), 2: (2, 1), 3: (3, 1), 4: (4, 1), 21: (21, 2, 1), 22: (22, 2, 1), 31: (31, 3, 1)}
TEAMS = (None, 4, 21, 22, 31)
MONTH = (dt.date(2026, 1, 1), dt.date(2026, 1, 31))


def place() -> Place:
    rows = [
        {"unit": unit, "ancestor": over, "distance": distance, "valid_from": dt.date(2020, 1, 1), "valid_to": None}
        for unit, way in UP.items()
        for distance, over in enumerate(way)
    ]
    schema = {"unit": pl.Int64, "ancestor": pl.Int64, "distance": pl.Int64, "valid_from": pl.Date, "valid_to": pl.Date}
    return Place(pl.DataFrame(), pl.DataFrame(), pl.DataFrame(rows, schema=schema))


def runs(cases: list[list[int | None]]) -> pl.DataFrame:
    rows = [
        {"case": case, "position": position, "unit": unit, "period": 1, "ends_on": MONTH[1], "closes_on": None}
        for case, teams in enumerate(cases)
        for position, (unit, _) in enumerate(groupby(teams))
    ]
    schema: dict[str, type[pl.DataType]] = dict.fromkeys(("case", "position", "unit", "period"), pl.Int64)
    dates: dict[str, type[pl.DataType]] = {"ends_on": pl.Date, "closes_on": pl.Date}
    return pl.DataFrame(rows, schema=schema | dates).with_columns(day=pl.lit(MONTH[0]))


def expected(cases: list[list[int | None]]) -> Counter[int]:
    """Count by hand: at each depth, the runs of its units that are equal to the run before the last."""
    found: Counter[int] = Counter()
    for teams in cases:
        for depth in range(3):
            seats = [_seat(unit, depth) for unit in teams]
            collapsed = [seat for seat, _ in groupby(seats)]
            back = [now for (before, now) in pairwise_over_one(collapsed) if before == now]
            found.update(unit for unit in back if unit != OUTSIDE and len(UP[unit]) == depth + 1)
    return found


def _seat(unit: int | None, depth: int) -> int:
    way = () if unit is None else UP[unit][::-1]
    return way[min(depth, len(way) - 1)] if way else OUTSIDE


def pairwise_over_one(seats: list[int]) -> list[tuple[int, int]]:
    return [(first[0], second[1]) for first, second in pairwise(pairwise(seats))]


def totals(cases: list[list[int | None]]) -> Counter[int]:
    """Add up over each unit and all below it, as the roll-up does."""
    found: Counter[int] = Counter()
    for unit, _period, step in returned(runs(cases), place()).select("unit", "period", "step").iter_rows():
        found.update(dict.fromkeys(UP[unit], step))
    return +found


@pytest.mark.parametrize(
    ("teams", "back"),
    [
        ([21, 22, 21], {21: 1}),
        ([21, 31, 22], {2: 1}),
        ([21, 31, 21], {21: 1, 2: 1}),
        ([21, 31, 4, 21], {}),
        ([4, 21, 22, 4], {4: 1}),
        ([21, None, 21], {21: 1, 2: 1, 1: 1}),
        ([], {}),
    ],
)
def test_back_at_a_unit_is_counted_there_and_above_as_far_as_it_is_back(
    teams: list[int | None], back: dict[int, int]
) -> None:
    assert totals([teams]) == back


@given(st.lists(st.lists(st.sampled_from(TEAMS), max_size=8), max_size=4))
def test_every_unit_has_the_returns_of_its_own_level(cases: list[list[int | None]]) -> None:
    assert totals(cases) == expected(cases)
