"""Rows of a file laid over stored stays: day by day, what each says."""

import datetime as dt
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from organisation.calculations.stays import Row, laid_over, trimmed
from organisation.calculations.tree import FAR, ONE_DAY, Stay

START = dt.date(2020, 1, 1)
LENGTH = 30
PARENTS = st.sampled_from(["a", "b", "c", None])


def day(number: int) -> dt.date:
    return START + number * ONE_DAY


def begins(stay: Stay[str]) -> dt.date:
    return stay.first


@st.composite
def stays(draw: st.DrawFn) -> list[Stay[str]]:
    """Draw stays of one unit that do not overlap; the last may be open."""
    cuts = sorted(draw(st.sets(st.integers(0, LENGTH), max_size=8)))
    drawn = [Stay("u", draw(PARENTS), day(first), day(last - 1)) for first, last in pairwise(cuts)]
    kept = draw(st.lists(st.sampled_from(drawn), unique=True)) if drawn else []
    is_open = draw(st.booleans())
    return sorted([*kept, *[Stay("u", draw(PARENTS), day(cut), FAR) for cut in cuts[-1:] if is_open]], key=begins)


def parents(of: list[Stay[str]]) -> list[str | None]:
    """Return the parent on each day, "absent" where the unit does not exist."""
    days = [day(number) for number in range(LENGTH + 5)]
    return [next((stay.parent for stay in of if stay.first <= on <= stay.last), "absent") for on in days]


@given(stored=stays(), first=st.integers(0, LENGTH), length=st.integers(0, 10), parent=PARENTS)
def test_a_closed_row_holds_on_its_days_and_other_days_stay_as_they_were(
    stored: list[Stay[str]], first: int, length: int, parent: str | None
) -> None:
    row = Stay("u", parent, day(first), day(first + length))
    replaced = [stay for stay in stored if stay.first == row.first]

    laid = parents(laid_over(stored, [row]))

    expected = parents([stay for stay in stored if stay not in replaced])
    expected[first : first + length + 1] = [parent] * len(expected[first : first + length + 1])
    assert laid == expected


@given(stored=stays(), rows=stays())
def test_stays_never_overlap_and_the_same_rows_again_change_nothing(
    stored: list[Stay[str]], rows: list[Stay[str]]
) -> None:
    taken, refused = trimmed([Row(number, stay) for number, stay in enumerate(rows)])

    once = laid_over(stored, [row.stay for row in taken])
    twice = laid_over(once, [row.stay for row in taken])

    assert refused == []
    assert all(stay.last < later.first for stay, later in pairwise(once))
    assert twice == once
