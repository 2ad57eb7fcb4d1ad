"""Laws of the status: what is missing meets nothing, a doubt hides no lack, due days count, a path joins its points."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.working_days import working_day_after
from indicators.calculations import Reading, status
from indicators.calculations.due import due_day
from indicators.calculations.paths import PathPoint, on_path
from indicators.calculations.status import is_beyond

NUMBERS = st.decimals(-1000, 1000, places=3)
ENDS = dt.date(2026, 10, 31)
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))
JUDGED = {"act", "watch", "on target", "no target"}

READINGS = st.builds(
    Reading,
    value=st.none() | NUMBERS,
    period_ends_on=st.just(ENDS),
    today=DAYS,
    grace_days=st.integers(0, 60),
    due_on=st.none() | DAYS,
    reporting=st.integers(0, 9),
    expected=st.none() | st.integers(0, 9),
    minimum_coverage=st.decimals(0, 1, places=2),
    direction=st.sampled_from(["up", "down", "band", "none"]),
    target=st.none() | NUMBERS,
    threshold=st.none() | NUMBERS,
    band_low=st.none() | NUMBERS,
    band_high=st.none() | NUMBERS,
    has_report=st.booleans(),
    is_applicable=st.booleans(),
    is_suspended=st.booleans(),
    is_suspect=st.booleans(),
    is_closed_for_good=st.booleans(),
)


@given(READINGS)
def test_what_is_missing_doubted_or_too_little_never_meets_a_threshold(reading: Reading) -> None:
    found = status(reading)

    if found in JUDGED:
        assert reading.value is not None
        assert reading.has_report
        assert reading.is_covered
        assert not reading.is_suspect
        assert reading.today > reading.period_ends_on
        assert reading.is_complete or reading.today > reading.last_day_in_time
    if reading.value is None:
        assert not is_beyond(reading)


@given(READINGS)
def test_beyond_the_threshold_is_what_act_says_and_nothing_else(reading: Reading) -> None:
    found = status(reading)

    if found in JUDGED:
        assert is_beyond(reading) == (found == "act")


@pytest.mark.parametrize(
    ("ends_on", "days", "expected"),
    [
        ("2026-10-30", 1, "2026-11-02"),  # Friday, then Monday
        ("2026-10-31", 1, "2026-11-02"),  # from Saturday too
        ("2026-10-31", 5, "2026-11-06"),
        ("2026-10-31", 10, "2026-11-13"),
        ("2026-10-31", 0, "2026-10-31"),
        ("2026-11-04", 3, "2026-11-09"),  # Wednesday: Thursday, Friday, Monday
    ],
)
def test_working_days_run_from_monday_to_friday(ends_on: str, days: int, expected: str) -> None:
    found = due_day(dt.date.fromisoformat(ends_on), days, in_working_days=True)

    assert found == dt.date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("ends_on", "days", "region", "expected"),
    [
        ("2026-06-19", 3, "CA-QC", "2026-06-25"),  # 24 June is the national holiday in Quebec
        ("2026-06-19", 3, "CA-ON", "2026-06-24"),
        ("2026-06-19", 3, "", "2026-06-24"),
        ("2025-12-23", 2, "CA-QC", "2025-12-26"),  # Christmas
        ("2026-12-31", 1, "CA-QC", "2027-01-04"),  # 1 January, then a weekend
    ],
)
def test_holidays_of_the_region_are_no_working_days(ends_on: str, days: int, region: str, expected: str) -> None:
    found = due_day(dt.date.fromisoformat(ends_on), days, in_working_days=True, region=region)

    assert found == dt.date.fromisoformat(expected)


@given(day=DAYS, count=st.integers(0, 300))
def test_between_a_day_and_its_working_day_lie_so_many_worked_ones(day: dt.date, count: int) -> None:
    found = working_day_after(day, count)

    between = [day + dt.timedelta(days=one) for one in range(1, (found - day).days + 1)]
    assert sum(one.weekday() < 5 for one in between) == count
    assert count == 0 or found.weekday() < 5


POINTS = [
    PathPoint(dt.date(2026, 4, 1), Decimal(60), Decimal(50)),
    PathPoint(dt.date(2026, 7, 1), Decimal(70)),
    PathPoint(dt.date(2026, 10, 1), Decimal(80), Decimal(65)),
]


@pytest.mark.parametrize(
    ("path", "day", "expected"),
    [
        ("steps", dt.date(2026, 6, 30), (60, 50)),
        ("steps", dt.date(2026, 7, 1), (70, 50)),
        ("steps", dt.date(2026, 12, 31), (80, 65)),
        ("line", dt.date(2026, 4, 1), (60, 50)),
        ("line", dt.date(2026, 5, 16), (Decimal("64.945055"), 50)),  # 45 of 91 days
        ("line", dt.date(2026, 8, 16), (75, Decimal("57.5"))),  # 46 of 92 days
        ("line", dt.date(2027, 1, 1), (80, 65)),
    ],
)
def test_a_path_goes_by_its_points(path: str, day: dt.date, expected: tuple[object, object]) -> None:
    assert on_path(path, POINTS, day) == expected


@given(day=st.dates(dt.date(2026, 4, 1), dt.date(2027, 4, 1)), path=st.sampled_from(["steps", "line"]))
def test_a_path_never_leaves_its_ends(day: dt.date, path: str) -> None:
    target, threshold = on_path(path, POINTS, day)

    assert 60 <= target <= 80
    assert threshold is not None
    assert 50 <= threshold <= 65
    assert threshold <= target
