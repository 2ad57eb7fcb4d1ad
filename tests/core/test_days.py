"""Days as they are written."""

import datetime as dt

import pytest

from core.days import NoDay, read_day


def test_a_day_is_read_as_it_is_written_and_nothing_is_no_day() -> None:
    assert [read_day("2026-11-22"), read_day("")] == [dt.date(2026, 11, 22), None]


@pytest.mark.parametrize("text", ["soon", "2026-02-30", "22/11/2026"])
def test_what_is_no_day_of_the_calendar_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(NoDay, match=f"“{text}” is no day; write 2026-11-22."):
        read_day(text)


def test_a_long_text_is_told_by_its_beginning() -> None:
    with pytest.raises(NoDay, match=f"^“{'x' * 40}” is no day"):
        read_day("x" * 1000)
