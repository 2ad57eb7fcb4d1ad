"""Figures of working days: nobody is asked for a weekend or a holiday, and nothing is missing there."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client

from indicators.choices import Calendar, Direction
from indicators.models import Indicator, Value
from indicators.operations import (
    DefinitionRefused,
    drain_rollups,
    follow_tree,
    rebuild_values,
    restate,
    save_indicator,
    set_reporters,
)
from indicators.queries import Wanted, check_rollups, series, why
from indicators.queries.definitions.versions import rules_of, versions_of
from indicators.queries.entering.grid import entry_grid
from indicators.queries.figures.judged import last_day_in_time
from organisation.choices import Frequency, RoleName
from organisation.models import Period, Unit
from organisation.operations import mark_days_off
from tests import build

pytestmark = pytest.mark.django_db
#: Thanksgiving was Monday 12 October; the Monday after is an ordinary one.
MONDAY, TUESDAY = dt.date(2026, 10, 19), dt.date(2026, 10, 13)


def ask_every_day(since: dt.date) -> None:
    """Let the visits be asked on every day from a day on."""
    definition = {"code": "visits", "calendar": Calendar.EVERY_DAY}
    save_indicator(definition=definition, now=build.LATER, takes_effect_on=since)


@pytest.fixture
def clinic() -> Unit:
    clinic = build.unit("clinic")
    build.units("a", "b", parent=clinic)
    return clinic


def visits(clinic: Unit) -> Indicator:
    """Two teams report each working day; from 5 to 16 October the first team did."""
    found = build.indicator(
        "visits",
        frequency=Frequency.DAY,
        direction=Direction.UP,
        calendar=Calendar.WORKING_DAYS,
        also_at=[Frequency.MONTH],
        grace_days=1,
    )
    teams = list(Unit.objects.filter(code__in="ab"))
    set_reporters(indicator=found, units=teams, valid_from=build.LONG_AGO, now=build.LATER)
    for day in (5, 6, 7, 8, 9, 13, 14, 15, 16):
        build.observation(found, teams[0], f"2026-10-{day:02}", 10)
    drain_rollups(now=build.LATER)
    return found


def test_the_calendar_knows_weekends_and_holidays() -> None:
    days = Period.objects.filter(frequency=Frequency.DAY, starts_on__range=("2026-10-08", "2026-10-13"))

    assert list(days.values_list("code", "is_worked")) == [
        ("2026-10-08", True),
        ("2026-10-09", True),
        ("2026-10-10", False),
        ("2026-10-11", False),
        ("2026-10-12", False),
        ("2026-10-13", True),
    ]


def test_on_a_monday_the_newest_figure_is_that_of_friday_and_it_is_not_late(clinic: Unit) -> None:
    found = visits(clinic)
    team = Unit.objects.get(code="a")

    [on_monday] = series([Wanted(found.pk, team.pk, Frequency.DAY)], today=MONDAY)
    [silent] = series([Wanted(found.pk, Unit.objects.get(code="b").pk, Frequency.DAY)], today=MONDAY)
    [of_every_day] = series([Wanted(visits_of_every_day(team).pk, team.pk, Frequency.DAY)], today=MONDAY)

    assert on_monday.due is not None
    assert (on_monday.due.period.code, on_monday.due.figure, on_monday.status) == (
        "2026-10-16",
        Decimal(10),
        "no target",
    )
    assert [one.period.code for one in on_monday.points][-4:] == [
        "2026-10-14",
        "2026-10-15",
        "2026-10-16",
        "2026-10-19",
    ]
    assert (silent.status, silent.due_on) == ("pending", MONDAY)
    assert of_every_day.due is not None
    assert (of_every_day.due.period.code, of_every_day.status) == ("2026-10-18", "pending")


def visits_of_every_day(team: Unit) -> Indicator:
    found = build.indicator("stays", frequency=Frequency.DAY, grace_days=1)
    build.observation(found, team, "2026-10-17", 3)
    drain_rollups(now=build.LATER)
    return found


def test_a_month_expects_the_reports_of_its_working_days_alone(clinic: Unit) -> None:
    found = visits(clinic)

    month = Value.objects.get(indicator=found, unit=clinic, period__code="2026-10")
    answer = why(indicator=found, unit=clinic, period=build.period("2026-10-17"), today=MONDAY)

    # Two teams, 22 weekdays, one of them a holiday.
    assert (month.numerator, month.reporting, month.expected) == (Decimal(90), 9, 42)
    assert (answer.status, answer.missing, answer.expected) == ("n/a", (), 0)
    assert check_rollups().different == 0


def test_what_is_reported_for_a_day_off_counts_though_nobody_asked(clinic: Unit) -> None:
    found = visits(clinic)
    build.observation(found, Unit.objects.get(code="b"), "2026-10-17", 4)
    drain_rollups(now=build.LATER)

    saturday = Value.objects.get(indicator=found, unit=clinic, period__code="2026-10-17")
    month = Value.objects.get(indicator=found, unit=clinic, period__code="2026-10")
    [drawn] = series([Wanted(found.pk, clinic.pk, Frequency.DAY)], today=MONDAY)

    assert (saturday.numerator, saturday.reporting, saturday.expected) == (Decimal(4), 0, 0)
    assert (month.numerator, month.reporting, month.expected) == (Decimal(94), 9, 42)
    assert [one.period.code for one in drawn.points][-3:] == ["2026-10-16", "2026-10-17", "2026-10-19"]
    assert check_rollups().different == 0
    assert rebuild_values(now=build.LATER) == 0


def test_another_calendar_and_other_holidays_are_followed(clinic: Unit) -> None:
    found = visits(clinic)
    follow_tree(now=build.LATER)
    drain_rollups(now=build.LATER)

    changed = mark_days_off(region="")
    is_followed = follow_tree(now=build.LATER)
    drain_rollups(now=build.LATER)
    without_holidays = Value.objects.get(indicator=found, unit=clinic, period__code="2026-10").expected
    save_indicator(
        definition={"code": "visits", "calendar": Calendar.EVERY_DAY}, now=build.LATER, takes_effect_on=build.LONG_AGO
    )
    drain_rollups(now=build.LATER)

    assert (changed > 0, is_followed, without_holidays) == (True, True, 44)
    assert Value.objects.get(indicator=found, unit=clinic, period__code="2026-10").expected == 62
    assert check_rollups().different == 0


def test_the_grid_asks_on_tuesday_for_the_friday_before_thanksgiving(clinic: Unit) -> None:
    visits(clinic)
    lead = build.person_with(RoleName.LEAD, clinic)
    # That others are asked on every day changes nothing.
    build.reporter(build.indicator("beds", frequency=Frequency.DAY), build.unit("ward"))

    grid = entry_grid(lead, today=TUESDAY)
    on_saturday = entry_grid(lead, today=TUESDAY, period=build.period("2026-10-10"))

    assert grid.period is not None
    assert (grid.period.code, [(row.unit.code, row.standing is not None) for row in grid.rows]) == (
        "2026-10-09",
        [("a", True), ("b", False)],
    )
    assert on_saturday.rows == ()


def test_only_a_daily_figure_leaves_days_out() -> None:
    build.indicator("monthly")

    with pytest.raises(DefinitionRefused, match="Only a daily figure leaves days out"):
        save_indicator(definition={"code": "monthly", "calendar": Calendar.WORKING_DAYS}, now=build.LATER)


def test_a_day_for_which_nothing_is_asked_says_so(clinic: Unit, client: Client) -> None:
    visits(clinic)
    client.force_login(build.person_with(RoleName.LEAD, clinic))

    page = client.get("/enter/?period=2026-10-10").content.decode()

    assert "Nothing is asked of you for this period." in page


def test_old_days_keep_the_calendar_that_they_had(clinic: Unit) -> None:
    found = visits(clinic)

    ask_every_day(dt.date(2026, 10, 17))
    drain_rollups(now=build.LATER)
    found.refresh_from_db()
    month = Value.objects.get(indicator=found, unit=clinic, period__code="2026-10")
    [drawn] = series([Wanted(found.pk, clinic.pk, Frequency.DAY)], today=MONDAY)
    before, after = (
        why(indicator=found, unit=clinic, period=build.period(f"2026-10-{day}"), today=MONDAY) for day in (10, 17)
    )

    # Up to the 16th 11 days were worked; then come 15 days of which none is off.
    assert (found.calendar_turns_on, month.reporting, month.expected) == ([dt.date(2026, 10, 17)], 9, 2 * (11 + 15))
    assert [one.period.code for one in drawn.points][-6:] == [
        "2026-10-14", "2026-10-15", "2026-10-16", "2026-10-17", "2026-10-18", "2026-10-19",
    ]  # fmt: skip
    assert "2026-10-10" not in {one.period.code for one in drawn.points}
    assert (before.status, before.expected, after.status, after.expected) == ("n/a", 0, "no data", 2)
    assert why(indicator=found, unit=clinic, period=build.period("2026-10"), today=MONDAY).expected == 52
    assert versions_of(found)[0].summary == "Calendar: Monday to Friday, without holidays → Every day"
    assert check_rollups().different == 0
    assert rebuild_values(now=build.LATER) == 0


def test_a_restatement_reads_old_days_by_the_new_calendar(clinic: Unit) -> None:
    found = visits(clinic)
    ask_every_day(dt.date(2026, 10, 17))
    drain_rollups(now=build.LATER)
    admin = build.person(is_superuser=True)

    restate(indicator=found, since=dt.date(2026, 10, 1), by=admin, reason="asked daily", today=MONDAY, now=build.LATER)
    drain_rollups(now=build.LATER)
    found.refresh_from_db()

    assert found.calendar_turns_on == [dt.date(2026, 10, 1)]
    assert Value.objects.get(indicator=found, unit=clinic, period__code="2026-10").expected == 62
    assert check_rollups().different == 0


def test_grace_is_counted_by_the_calendar_of_the_period(clinic: Unit) -> None:
    found = visits(clinic)
    ask_every_day(dt.date(2026, 10, 23))
    found.refresh_from_db()
    rules = rules_of([found])

    in_time = [
        last_day_in_time(rule, build.period(f"2026-10-{day}"))
        for day in (16, 23)
        for rule in (found, rules.rule(found, dt.date(2026, 10, day)))
    ]

    # Both Fridays.
    assert in_time == [MONDAY, MONDAY, dt.date(2026, 10, 24), dt.date(2026, 10, 24)]


def test_the_grid_asks_by_the_calendar_of_the_day(clinic: Unit) -> None:
    visits(clinic)
    ask_every_day(dt.date(2026, 10, 17))
    lead = build.person_with(RoleName.LEAD, clinic)

    asked = [
        len(entry_grid(lead, today=MONDAY, period=build.period(f"2026-10-{day}")).rows) for day in (10, 11, 17, 18)
    ]

    assert asked == [0, 0, 2, 2]
