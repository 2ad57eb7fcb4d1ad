"""Laws of calendars that turn: one way to ask of a day, another to name the days."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from indicators.calculations.calendars import is_turned, spans, turns_of

DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 3, 1))


def test_a_version_replaces_those_before_it_from_its_first_day_on() -> None:
    versions = [(dt.date(2026, 1, 1), ""), (dt.date(2026, 5, 1), "working_days"), (dt.date(2026, 3, 1), "")]

    turns = [turns_of(versions[:count]) for count in (1, 2, 3)]

    assert turns == [[], [dt.date(2026, 5, 1)], []]


@given(st.lists(st.tuples(DAYS, st.sampled_from(["", "working_days"])), min_size=1), DAYS)
def test_on_every_day_the_newest_version_that_has_begun_decides(
    versions: list[tuple[dt.date, str]], day: dt.date
) -> None:
    versions[0] = (dt.date.min, versions[0][1])
    turns = turns_of(versions)
    last = versions_in_order(versions, dt.date.max)

    told = (last == "working_days") != is_turned(turns, day)
    spanned = any(
        (first is None or first <= day) and (end is None or day < end)
        for first, end in spans(turns, holds_last=last == "working_days")
    )

    assert told == spanned == (versions_in_order(versions, day) == "working_days")


def versions_in_order(versions: list[tuple[dt.date, str]], day: dt.date) -> str:
    """Return the calendar of the highest version that has begun."""
    return next(calendar for first, calendar in reversed(versions) if first <= day)
