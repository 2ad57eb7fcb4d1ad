"""What a tile is told: figure, target in force, status, coverage, lines; in the same number of queries for twenty."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicators.choices import Direction, IndicatorStatus, Kind
from indicators.models import Indicator
from indicators.operations import drain_rollups, set_reporters
from indicators.queries import Series, Wanted, series
from organisation.choices import Frequency
from organisation.models import Unit
from tests import build

pytestmark = pytest.mark.django_db
NOW = build.LATER
#: November is open; October has ended, and is in its days of grace.
TODAY = dt.date(2026, 11, 5)


def drawn(indicator: Indicator, unit: Unit, *, today: dt.date = TODAY, periods: int = 3) -> Series:
    drain_rollups(now=NOW)
    (one,) = series([Wanted(indicator.pk, unit.pk, indicator.frequency)], today=today, periods=periods)
    return one


def test_a_tile_shows_the_newest_period_that_has_ended() -> None:
    team = build.unit()
    ratio = build.indicator(kind=Kind.RATIO, direction=Direction.UP)
    build.target(ratio, team, target=80, threshold=60)
    build.observation(ratio, team, "2026-10", 18, 25)
    build.observation(ratio, team, "2026-09", 9, 10)

    one = drawn(ratio, team)

    assert [point.period.code for point in one.points] == ["2026-08", "2026-09", "2026-10", "2026-11"]
    assert [point.figure for point in one.points] == [None, Decimal(90), Decimal(72), None]
    assert [point.status for point in one.points] == ["no data", "on target", "watch", "not due"]
    assert (one.status, one.due, one.last) == ("watch", one.points[2], one.points[2])
    assert one.due_on == dt.date(2026, 12, 7)


def test_a_missing_figure_is_pending_then_late_and_the_last_one_stays() -> None:
    team = build.unit()
    count = build.indicator(grace_days=7)
    build.observation(count, team, "2026-09", 4)

    pending = drawn(count, team, today=dt.date(2026, 11, 7))
    late = drawn(count, team, today=dt.date(2026, 11, 8))

    assert (pending.status, pending.due_on) == ("pending", dt.date(2026, 11, 7))
    assert late.status == "late"
    assert late.last is not None
    assert late.last.figure == 4


def test_a_parent_waits_for_those_who_have_not_reported() -> None:
    hospital = build.unit()
    teams = build.units("a", "b", "c", parent=hospital)
    count = build.indicator(direction=Direction.UP, minimum_coverage=Decimal("0.5"))
    set_reporters(indicator=count, units=teams, valid_from=build.LONG_AGO, now=NOW)
    build.target(count, hospital, target=1)
    build.observation(count, teams[0], "2026-10", 4)

    in_grace = drawn(count, hospital, today=dt.date(2026, 11, 7))
    too_few = drawn(count, hospital, today=dt.date(2026, 11, 8))
    build.observation(count, teams[1], "2026-10", 4)
    enough = drawn(count, hospital, today=dt.date(2026, 11, 8))

    assert [one.status for one in (in_grace, too_few, enough)] == ["pending", "no data", "on target"]
    assert enough.due is not None
    assert (enough.due.reporting, enough.due.expected) == (2, 3)


def test_a_chart_has_a_gap_where_too_few_reported_and_while_someone_is_awaited() -> None:
    """Two of three teams, and one of three, are no improvement of a count that is to go down."""
    hospital = build.unit()
    teams = build.units("a", "b", "c", parent=hospital)
    count = build.indicator(direction=Direction.DOWN, minimum_coverage=Decimal("0.5"))
    set_reporters(indicator=count, units=teams, valid_from=build.LONG_AGO, now=NOW)
    for month, reporting in (("2026-08", teams), ("2026-09", teams[:1]), ("2026-10", teams[:2])):
        for team in reporting:
            build.observation(count, team, month, 4)

    in_grace = drawn(count, hospital, today=dt.date(2026, 11, 7))
    after = drawn(count, hospital, today=dt.date(2026, 11, 8))

    assert [point.figure for point in in_grace.points] == [12, None, 8, None]
    assert in_grace.chart.values == (Decimal(12), None, None)
    assert after.chart.values == (Decimal(12), None, Decimal(8))


def test_what_nobody_has_reported_still_says_how_many_are_expected() -> None:
    hospital = build.unit()
    teams = build.units("a", "b", "c", parent=hospital)
    count = build.indicator()
    set_reporters(indicator=count, units=teams[:2], valid_from=build.LONG_AGO, now=NOW)

    due = drawn(count, hospital).due
    elsewhere = drawn(count, teams[2])

    assert due is not None
    assert (due.reporting, due.expected, due.status) == (0, 2, "pending")
    assert elsewhere.status == "n/a"


def test_a_target_is_inherited_from_the_nearest_unit_above_and_holds_from_its_day() -> None:
    hospital = build.unit()
    programme = build.unit(parent=hospital)
    team = build.unit(parent=programme)
    count = build.indicator(direction=Direction.DOWN)
    build.target(count, hospital, target=10, threshold=20)
    build.target(count, programme, target=5, threshold=8, valid_from=dt.date(2026, 10, 1))
    for month in ("2026-09", "2026-10"):
        build.observation(count, team, month, 9)

    one = drawn(count, team)

    assert [point.target.target if point.target else None for point in one.points] == [10, 10, 5, 5]
    assert [point.target.distance if point.target else None for point in one.points] == [2, 2, 1, 1]
    assert [point.status for point in one.points] == ["no data", "on target", "act", "not due"]


def test_a_suspended_indicator_says_so_whatever_its_figure() -> None:
    team = build.unit()
    count = build.indicator(direction=Direction.UP)
    build.target(count, team, target=1)
    build.observation(count, team, "2026-10", 4)
    Indicator.objects.update(status=IndicatorStatus.SUSPENDED)

    assert drawn(count, team).status == "suspended"


def test_a_tile_names_who_entered_the_figure() -> None:
    team = build.unit()
    count = build.indicator()
    build.observation(count, team, "2026-10", 4, by=build.person(name="Marie Bouchard"))

    entry = drawn(count, team).entry

    assert entry is not None
    assert (entry.person, entry.initials, entry.source) == ("Marie Bouchard", "MB", "entered")


def test_of_several_entries_of_a_unit_the_newest_is_named_whatever_its_period() -> None:
    team, neighbour = build.units("a", "b", parent=build.unit())
    count = build.indicator()
    marie, jean = build.person(name="Marie Bouchard"), build.person(name="Jean Roy")
    build.observation(count, team, "2026-10", 4, by=marie, now=NOW)
    build.observation(count, team, "2026-09", 3, by=jean, now=NOW + dt.timedelta(hours=1))
    build.observation(count, neighbour, "2026-10", 9, by=marie, now=NOW + dt.timedelta(hours=2))

    entry = drawn(count, team).entry

    assert entry is not None
    assert (entry.person, entry.entered_at) == ("Jean Roy", NOW + dt.timedelta(hours=1))


@pytest.mark.parametrize("tiles", [1, 20])
def test_series_need_the_same_queries_for_one_and_for_twenty(tiles: int) -> None:
    hospital = build.unit()
    team = build.unit(parent=hospital)
    wanted = []
    for number in range(tiles):
        count = build.indicator(also_at=[Frequency.QUARTER] if number % 2 else [])
        build.observation(count, team, "2026-09", number)
        build.observation(count, team, "2026-10", number)
        build.target(count, hospital, target=1)
        wanted.append(Wanted(count.pk, hospital.pk, Frequency.QUARTER if number % 2 else Frequency.MONTH))
    drain_rollups(now=NOW)

    with CaptureQueriesContext(connection) as asked:
        drawn_ones = series(wanted, today=TODAY)
    with CaptureQueriesContext(connection) as asked_of_late_ones:
        series(wanted, today=dt.date(2027, 1, 2))

    assert len(drawn_ones) == tiles
    assert (len(asked), len(asked_of_late_ones)) == (8, 9)
