"""Codes of periods, and their days."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import periods
from core.periods import Span, UnknownPeriod

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))


@pytest.mark.parametrize(
    ("code", "frequency", "first", "last"),
    [
        ("2026-11-22", "day", "2026-11-22", "2026-11-22"),
        ("2026-W47", "week", "2026-11-16", "2026-11-22"),
        ("2026-W53", "week", "2026-12-28", "2027-01-03"),
        ("2025-W01", "week", "2024-12-30", "2025-01-05"),
        ("2024-02", "month", "2024-02-01", "2024-02-29"),
        ("2026-Q4", "quarter", "2026-10-01", "2026-12-31"),
        ("2026", "year", "2026-01-01", "2026-12-31"),
        ("9999-12", "month", "9999-12-01", "9999-12-31"),
    ],
)
def test_a_code_names_its_days(code: str, frequency: str, first: str, last: str) -> None:
    span = periods.parse(code)

    assert span == Span(code, frequency, dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "2026-13",
            "2026-00",
            "2025-W53",
            "2026-W00",
            "2026-Q5",
            "2026-Q0",
            "2026-02-30",
            "26-11",
            "0000",
            "2026-1",
        ),
        *("2026-11-22 ", "２０２６", "FY2026-P08", "FY2026", "9999-W52", "FY26", "month"),
    ],
)
def test_other_text_is_an_unknown_period_and_is_named(text: str) -> None:
    with pytest.raises(UnknownPeriod) as refusal:
        periods.parse(text)

    assert refusal.value.text == text
    assert f"“{text}”" in str(refusal.value)


def test_fiscal_codes_are_recognised_though_their_days_are_the_tables() -> None:
    assert periods.frequency_of("FY2026-P08") == "fiscal_period"
    assert periods.frequency_of("FY2026") == "fiscal_year"


@given(day=DAYS, frequency=st.sampled_from(periods.FORMULAIC))
def test_every_day_lies_in_one_period_that_its_code_gives_back(day: dt.date, frequency: str) -> None:
    span = periods.containing(frequency, day)

    assert span.first <= day <= span.last
    assert periods.parse(span.code) == span
    assert periods.containing(frequency, span.last) == span


@given(first=DAYS, length=st.integers(0, 900), frequency=st.sampled_from(periods.FORMULAIC))
def test_periods_follow_each_other_without_gap(first: dt.date, length: int, frequency: str) -> None:
    last = first + dt.timedelta(days=length)

    spans = list(periods.between(frequency, first, last))

    assert spans[0].first <= first
    assert spans[-1].last >= last
    assert [span.first for span in spans[1:]] == [span.last + periods.ONE_DAY for span in spans[:-1]]


def test_the_seed_of_fiscal_periods_is_the_published_calendar_of_2022() -> None:
    spans = periods.fiscal_year_seed(2022)

    assert [f"{span.code} {span.first} {span.last}" for span in spans] == [
        "FY2022-P01 2022-04-01 2022-04-23",
        "FY2022-P02 2022-04-24 2022-05-21",
        "FY2022-P03 2022-05-22 2022-06-18",
        "FY2022-P04 2022-06-19 2022-07-16",
        "FY2022-P05 2022-07-17 2022-08-13",
        "FY2022-P06 2022-08-14 2022-09-10",
        "FY2022-P07 2022-09-11 2022-10-08",
        "FY2022-P08 2022-10-09 2022-11-05",
        "FY2022-P09 2022-11-06 2022-12-03",
        "FY2022-P10 2022-12-04 2022-12-31",
        "FY2022-P11 2023-01-01 2023-01-28",
        "FY2022-P12 2023-01-29 2023-02-25",
        "FY2022-P13 2023-02-26 2023-03-31",
        "FY2022 2022-04-01 2023-03-31",
    ]


@pytest.mark.parametrize("year", range(2015, 2036))
def test_seeded_fiscal_years_have_no_gap_and_a_last_period_of_sensible_length(year: int) -> None:
    *spans, whole = periods.fiscal_year_seed(year)

    assert [span.first for span in spans[1:]] == [span.last + periods.ONE_DAY for span in spans[:-1]]
    assert (spans[0].first, spans[-1].last) == (whole.first, whole.last)
    assert 22 <= (spans[0].last - spans[0].first).days + 1 <= 28
    assert 29 <= (spans[-1].last - spans[-1].first).days + 1 <= 36
