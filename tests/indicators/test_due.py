"""A holiday moves the day on which a figure is due: on the grid, in "why?", and before it is late."""

import datetime as dt
from typing import Any

import pytest

from indicators.models import Indicator
from indicators.queries import Wanted, series, why
from indicators.queries.figures.judged import due_on_of, last_day_in_time
from organisation.models import Unit
from tests import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def visits() -> Indicator:
    """Due on the second working day, without grace: December's on 5 January, after New Year and a weekend."""
    return build.indicator("visits", due_days=2, due_in_working_days=True, grace_days=0)


@pytest.fixture
def team(visits: Indicator) -> Unit:
    team = build.unit("team")
    build.reporter(visits, team)
    return team


@pytest.mark.parametrize(("region", "expected"), [("CA-QC", "2027-01-05"), ("", "2027-01-04")])
def test_the_due_day_knows_the_holidays_of_the_organisation(
    visits: Indicator, settings: Any, region: str, expected: str
) -> None:
    settings.HOLIDAYS = region
    december = build.period("2026-12")

    assert due_on_of(visits, december) == last_day_in_time(visits, december) == dt.date.fromisoformat(expected)


def test_what_is_due_after_a_holiday_is_not_late_on_its_eve(visits: Indicator, team: Unit, settings: Any) -> None:
    settings.HOLIDAYS = "CA-QC"
    december = build.period("2026-12")
    on_time, after = dt.date(2027, 1, 5), dt.date(2027, 1, 6)

    statuses = [series([Wanted(visits.pk, team.pk, "month")], today=day)[0].status for day in (on_time, after)]
    told = why(indicator=visits, unit=team, period=december, today=on_time)

    assert statuses == ["pending", "late"]
    assert told.due_on == on_time
