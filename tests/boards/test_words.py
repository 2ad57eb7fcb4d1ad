"""Figures, periods and deadlines as people say them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils.translation import override

from boards.drawing.words import due_text, figure_text, huddle_text, period_text

TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("figure", "decimals", "language", "text"),
    [
        ("34.5", 0, "en", "35"),
        ("66.44", 1, "en", "66.4"),
        ("66.44", 1, "fr", "66,4"),
        ("1248", 0, "en", "1248"),
        ("1204518", 0, "en", "1,204,518"),
        ("1204518", 0, "fr", "1\u00a0204\u00a0518"),
        (None, 1, "en", "—"),
    ],
)
def test_figures_are_rounded_half_up_and_written_as_the_language_does(
    figure: str | None, decimals: int, language: str, text: str
) -> None:
    with override(language):
        assert figure_text(None if figure is None else Decimal(figure), decimals) == text


@pytest.mark.parametrize(
    ("code", "frequency", "first", "last", "text"),
    [
        ("2026-11-22", "day", TODAY, TODAY, "today"),
        ("2026-11-21", "day", dt.date(2026, 11, 21), dt.date(2026, 11, 21), "yesterday"),
        ("2026-W06", "week", dt.date(2026, 2, 2), dt.date(2026, 2, 8), "week 6"),
        ("FY2026-P08", "fiscal_period", dt.date(2026, 10, 18), dt.date(2026, 11, 14), "P8 · to 14 Nov"),
        ("2026-10", "month", dt.date(2026, 10, 1), dt.date(2026, 10, 31), "October"),
        ("2025-10", "month", dt.date(2025, 10, 1), dt.date(2025, 10, 31), "October 2025"),
        ("2026-Q3", "quarter", dt.date(2026, 7, 1), dt.date(2026, 9, 30), "Q3 2026"),
        ("2025", "year", dt.date(2025, 1, 1), dt.date(2025, 12, 31), "2025"),
        ("FY2025", "fiscal_year", dt.date(2025, 4, 1), dt.date(2026, 3, 31), "2025–26"),
    ],
)
def test_periods_have_short_names(code: str, frequency: str, first: dt.date, last: dt.date, text: str) -> None:
    with override("en"):
        assert period_text(frequency, code, first, last, TODAY) == text


@pytest.mark.parametrize(
    ("due_on", "text"),
    [
        (dt.date(2026, 11, 17), "due 17 Nov, 5 days late"),
        (dt.date(2026, 11, 21), "due 21 Nov, 1 day late"),
        (TODAY, "due today"),
        (dt.date(2026, 11, 23), "due tomorrow"),
        (dt.date(2026, 11, 27), "due Fri 27 Nov"),
        (dt.date(2026, 12, 16), "due 16 Dec"),
    ],
)
def test_deadlines_are_said_in_words(due_on: dt.date, text: str) -> None:
    with override("en"):
        assert due_text(due_on, TODAY) == text


@pytest.mark.parametrize(
    ("clock", "text"),
    [("08:18", "08:30 · in 12 min"), ("06:00", "today 08:30"), ("08:30", "08:30 · now"), ("09:00", "tomorrow 08:30")],
)
def test_the_next_huddle_is_counted_down_within_the_hour(clock: str, text: str) -> None:
    now = dt.datetime.combine(TODAY, dt.time.fromisoformat(clock), tzinfo=dt.UTC)

    with override("en"):
        assert huddle_text(dt.time(8, 30), now) == text
