"""The dated tree: laws of the lines, and what is refused."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organisation.calculations.tree import (
    DEEPEST,
    FAR,
    ONE_DAY,
    Line,
    ParentAbsent,
    StandsUnderItself,
    Stay,
    TooDeep,
    lines_of,
)

START = dt.date(2020, 1, 1)


def day(number: int) -> dt.date:
    return START + number * ONE_DAY


@st.composite
def trees(draw: st.DrawFn) -> list[Stay[int]]:
    """Draw units 0…n that move about; a parent is always of a lower number and exists for ever."""
    stays = [Stay[int](0, None, START, FAR)]
    for unit in range(1, draw(st.integers(1, 8))):
        days = sorted(draw(st.sets(st.integers(0, 40), min_size=1, max_size=4)) | {0})
        lasts = [day(later - 1) for later in days[1:]] + [FAR]
        for first, last in zip(days, lasts, strict=True):
            parent = draw(st.one_of(st.none(), st.integers(0, unit - 1)))
            stays.append(Stay(unit, parent, day(first), last))
    return stays


def walk(stays: list[Stay[int]], unit: int, on: dt.date) -> list[int]:
    """Climb from a unit to its root on a day, the slow and certain way."""
    climbed = [unit]
    while True:
        parent = next(s.parent for s in stays if s.unit == climbed[-1] and s.first <= on <= s.last)
        if parent is None:
            return climbed
        climbed.append(parent)


@given(stays=trees(), number=st.integers(0, 60))
def test_on_every_day_the_lines_are_the_steps_to_the_root(stays: list[Stay[int]], number: int) -> None:
    on = day(number)

    lines = lines_of(stays)

    for unit in {stay.unit for stay in stays}:
        holding = sorted((ln.distance, ln.ancestor) for ln in lines if ln.unit == unit and ln.first <= on <= ln.last)
        assert holding == list(enumerate(walk(stays, unit, on)))


@given(stays=trees())
def test_lines_of_one_pair_neither_overlap_nor_adjoin_at_one_distance(stays: list[Stay[int]]) -> None:
    lines = sorted(lines_of(stays), key=lambda line: (line.unit, line.ancestor, line.first))

    for former, line in pairwise(lines):
        if (former.unit, former.ancestor) == (line.unit, line.ancestor):
            assert former.last < line.first
            assert former.distance != line.distance or former.last + ONE_DAY < line.first


def test_a_move_below_the_same_grandparent_leaves_one_line_to_it() -> None:
    stays = [
        Stay("hospital", None, START, FAR),
        Stay("nursing", "hospital", START, FAR),
        Stay("finance", "hospital", START, FAR),
        Stay("ward", "nursing", START, day(9)),
        Stay("ward", "finance", day(10), FAR),
    ]

    lines = [line for line in lines_of(stays) if line.unit == "ward"]

    assert sorted(lines, key=lambda line: (line.distance, line.first)) == [
        Line("ward", "ward", 0, START, FAR),
        Line("ward", "nursing", 1, START, day(9)),
        Line("ward", "finance", 1, day(10), FAR),
        Line("ward", "hospital", 2, START, FAR),
    ]


def test_units_may_change_places_from_one_day_to_the_next() -> None:
    stays = [
        Stay("a", None, START, day(9)),
        Stay("b", "a", START, day(9)),
        Stay("b", None, day(10), FAR),
        Stay("a", "b", day(10), FAR),
    ]

    lines = {line for line in lines_of(stays) if line.distance}

    assert lines == {Line("b", "a", 1, START, day(9)), Line("a", "b", 1, day(10), FAR)}


def test_units_under_themselves_are_refused_and_named() -> None:
    stays = [Stay("a", "c", START, FAR), Stay("b", "a", START, FAR), Stay("c", "b", day(5), FAR)]
    stays += [Stay("c", None, START, day(4)), Stay("d", "a", START, FAR)]

    with pytest.raises(StandsUnderItself, match="a→c→b→a") as refusal:
        lines_of(stays)

    assert {tuple(sorted(stay.unit for stay in loop)) for loop in refusal.value.loops} == {("a", "b", "c")}


@pytest.mark.parametrize(
    ("parent_days", "gap"),
    [
        ([], (0, 20)),
        ([(5, 20)], (0, 4)),
        ([(0, 9)], (10, 20)),
        ([(0, 3), (8, 30)], (4, 7)),
    ],
)
def test_a_parent_that_is_absent_is_refused_with_the_days(
    parent_days: list[tuple[int, int]], gap: tuple[int, int]
) -> None:
    stays = [Stay("parent", None, day(first), day(last)) for first, last in parent_days]
    child = Stay("child", "parent", START, day(20))

    with pytest.raises(ParentAbsent, match="child under parent") as refusal:
        lines_of([*stays, child])

    assert refusal.value.absences == [(child, day(gap[0]), day(gap[1]))]


def test_a_tree_deeper_than_any_organisation_is_refused() -> None:
    chain = [Stay(number, number - 1 if number else None, START, FAR) for number in range(DEEPEST + 2)]

    with pytest.raises(TooDeep) as refusal:
        lines_of(chain)

    assert refusal.value.units == [DEEPEST + 1]
    assert len(lines_of(chain[:-1])) == (DEEPEST + 1) * (DEEPEST + 2) // 2
