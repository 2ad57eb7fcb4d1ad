"""Days as they are written."""

import datetime as dt

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from core.days import NoDay, read_day


def test_a_day_is_read_as_it_is_written_and_nothing_is_no_day() -> None:
    assert [read_day("2026-11-22"), read_day("")] == [dt.date(2026, 11, 22), None]


@pytest.mark.parametrize("text", ["soon", "2026-02-30", "22/11/2026", "0026-11-22", "0001-01-01"])
def test_what_is_no_day_of_the_calendar_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(NoDay, match=f"“{text}” is no day; write 2026-11-22."):
        read_day(text)


def test_a_long_text_is_told_by_its_beginning() -> None:
    with pytest.raises(NoDay, match=f"^“{'x' * 40}” is no day"):
        read_day("x" * 1000)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "1 Apr 2026, 1 Apr 2026, 09:05, Wednesday 1 April, 2026-04-01, 2 Apr 2026"),
        ("fr", "1er avr. 2026, 1er avr. 2026, 09:05, mercredi 1er avril, 2026-04-01, 2 avr. 2026"),
    ],
)
def test_templates_write_the_first_of_a_month_as_the_language_does(language: str, told: str) -> None:
    text = (
        "{{ d|date }}, {{ at|date:'DATETIME_FORMAT' }}, {{ d|date:'l j F' }}, {{ d|date:'Y-m-d' }}, {{ second|date }}"
    )
    at = dt.datetime(2026, 4, 1, 9, 5, tzinfo=timezone.get_current_timezone())
    context = Context({"d": at.date(), "at": at, "second": dt.date(2026, 4, 2)})

    with translation.override(language):
        assert Template(text).render(context) == told


def test_a_day_that_nobody_knows_is_nothing() -> None:
    assert Template("{{ day|date:'DATE_FORMAT'|default:'—' }}").render(Context({"day": None})) == "—"
