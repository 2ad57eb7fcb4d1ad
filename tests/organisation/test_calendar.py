"""The calendar's rows: seeded, made when first needed, read by day."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count
from pytest_django import DjangoAssertNumQueries

from core.periods import UnknownPeriod
from organisation import operations, queries
from organisation.models import Period

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 22)


def test_the_calendar_of_2015_to_2035_is_seeded() -> None:
    counts = Period.objects.order_by("frequency").values_list("frequency").annotate(Count("pk"))

    assert dict(counts) == {
        "day": 7670,
        "week": 1097,
        "month": 252,
        "quarter": 84,
        "year": 21,
        "fiscal_period": 273,
        "fiscal_year": 21,
    }


def test_a_formulaic_period_outside_the_calendar_is_made_once() -> None:
    made = operations.period_for("1998-W53")

    assert (made.starts_on, made.ends_on) == (dt.date(1998, 12, 28), dt.date(1999, 1, 3))
    assert operations.period_for("1998-W53").pk == made.pk


@pytest.mark.parametrize("code", ["FY1998-P03", "FY2040", "FY2026-P14", "0226-11", "2026-13", "someday"])
def test_a_period_that_no_calendar_holds_is_refused(code: str) -> None:
    with pytest.raises(UnknownPeriod) as refusal:
        operations.period_for(code)

    assert refusal.value.text == code
    assert not Period.objects.filter(code=code).exists()


def test_an_edited_fiscal_period_is_what_the_table_says() -> None:
    Period.objects.filter(code="FY2026-P13").update(ends_on=dt.date(2027, 4, 2))

    assert operations.period_for("FY2026-P13").ends_on == dt.date(2027, 4, 2)


@pytest.mark.parametrize("days", [1, 400])
def test_many_periods_take_one_query_and_missing_ones_two_more(
    django_assert_num_queries: DjangoAssertNumQueries, days: int
) -> None:
    first = dt.date(2001, 1, 1)
    codes = [(first + dt.timedelta(days=day)).isoformat() for day in range(days)]

    with django_assert_num_queries(3):
        made = operations.periods_for([*codes, "2026-11", "nonsense"])
    with django_assert_num_queries(1):
        again = operations.periods_for([*codes, "2026-11"])

    assert sorted(made) == sorted([*codes, "2026-11"])
    assert made == again


def test_periods_are_found_by_their_days() -> None:
    fiscal = queries.period_containing("fiscal_period", TODAY)
    closed = queries.last_closed("month", TODAY)
    weeks = queries.periods_between("week", dt.date(2026, 11, 8), dt.date(2026, 11, 16))

    assert fiscal is not None
    assert closed is not None
    assert (fiscal.code, closed.code) == ("FY2026-P09", "2026-10")
    assert [week.code for week in weeks] == ["2026-W45", "2026-W46", "2026-W47"]
    assert queries.period_containing("month", dt.date(1970, 1, 1)) is None


def test_periods_spanning_days_are_made_in_order() -> None:
    spanning = operations.periods_spanning("quarter", dt.date(1970, 2, 1), dt.date(1970, 7, 1))

    assert [period.code for period in spanning] == ["1970-Q1", "1970-Q2", "1970-Q3"]
    assert operations.periods_spanning("fiscal_year", dt.date(1970, 2, 1), dt.date(1970, 7, 1)) == []


def test_a_fiscal_year_is_added_whole_and_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("add_fiscal_year", "2036")

    assert capsys.readouterr().out.splitlines()[12:] == [
        "FY2036-P13 2037-03-01 2037-03-31",
        "FY2036 2036-04-01 2037-03-31",
    ]
    with pytest.raises(CommandError, match="already holds FY2036"):
        call_command("add_fiscal_year", "2036")
