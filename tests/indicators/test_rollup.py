"""Values follow observations: up the tree of the period, exactly, and away again."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection

from indicators.calculations import Parts
from indicators.choices import Kind, Source
from indicators.models import Indicator, StaleValue, Value
from indicators.operations import (
    Row,
    drain_rollups,
    follow_tree,
    rebuild_values,
    record_observations,
    set_reporters,
    withdraw_observation,
)
from indicators.queries import check_rollups
from organisation.choices import Frequency
from organisation.models import Period, Unit
from tests import build

pytestmark = pytest.mark.django_db
NOW = build.LATER


def kept(indicator: Indicator, unit: Unit, period: str) -> Parts | None:
    value = Value.objects.filter(indicator=indicator, unit=unit, period__code=period).first()
    if value is None:
        return None
    days = None if value.days is None else tuple(value.days)
    cases = None if value.cases is None else tuple(value.cases)
    return Parts(value.numerator, value.denominator, days, cases)


def coverage(indicator: Indicator, unit: Unit, period: str) -> tuple[int, int | None]:
    return Value.objects.values_list("reporting", "expected").get(indicator=indicator, unit=unit, period__code=period)


def three_levels() -> tuple[Unit, Unit, Unit, Unit]:
    hospital = build.unit("hospital")
    programme = build.unit("programme", parent=hospital)
    return hospital, programme, build.unit("team-a", parent=programme), build.unit("team-b", parent=programme)


def test_a_ratio_adds_its_parts_and_never_averages() -> None:
    hospital, programme, team_a, team_b = three_levels()
    ratio = build.indicator(kind=Kind.RATIO)

    build.observation(ratio, team_a, "2026-10", 90, 100)
    build.observation(ratio, team_b, "2026-10", 60, 80)
    drain_rollups(now=NOW)

    assert kept(ratio, hospital, "2026-10") == kept(ratio, programme, "2026-10") == Parts(Decimal(150), Decimal(180))
    assert coverage(ratio, hospital, "2026-10") == (2, None)
    assert StaleValue.objects.count() == 0


def test_a_parent_that_reports_adds_its_own_part_once() -> None:
    hospital, programme, team_a, _ = three_levels()
    count = build.indicator()

    build.observation(count, programme, "2026-10", 5)
    drain_rollups(now=NOW)
    build.observation(count, team_a, "2026-10", 7)
    drain_rollups(now=NOW)

    assert kept(count, programme, "2026-10") == Parts(Decimal(12))
    assert kept(count, hospital, "2026-10") == Parts(Decimal(12))


def test_histograms_merge_day_by_day_and_an_empty_one_is_a_report() -> None:
    hospital, _, team_a, team_b = three_levels()
    delay = build.indicator(kind=Kind.DURATION)

    build.observation(delay, team_a, "2026-10", histogram={3: 2, 10: 1})
    build.observation(delay, team_b, "2026-10", histogram={1: 1, 3: 4})
    build.observation(delay, team_b, "2026-09", histogram={})
    drain_rollups(now=NOW)

    assert kept(delay, hospital, "2026-10") == Parts.of_histogram({1: 1, 3: 6, 10: 1})
    assert kept(delay, hospital, "2026-09") == Parts.of_histogram({})


def test_values_vanish_with_their_observations() -> None:
    hospital, _, team_a, team_b = three_levels()
    count = build.indicator()
    build.observation(count, team_a, "2026-10", 5)
    build.observation(count, team_b, "2026-10", 6)
    drain_rollups(now=NOW)

    withdraw_observation(indicator=count, unit=team_a, period=build.period("2026-10"), now=NOW)
    drain_rollups(now=NOW)
    left = kept(count, hospital, "2026-10")
    withdraw_observation(indicator=count, unit=team_b, period=build.period("2026-10"), now=NOW)
    drain_rollups(now=NOW)

    assert left == Parts(Decimal(6))
    assert Value.objects.count() == 0


def test_a_count_adds_over_time_and_a_stock_keeps_its_last() -> None:
    hospital, _, team_a, team_b = three_levels()
    count = build.indicator(also_at=[Frequency.QUARTER])
    stock = build.indicator(kind=Kind.STOCK, also_at=[Frequency.QUARTER])

    for indicator in (count, stock):
        build.observation(indicator, team_a, "2026-07", 5)
        build.observation(indicator, team_a, "2026-08", 3)
        build.observation(indicator, team_b, "2026-07", 10)
        drain_rollups(now=NOW)

    assert kept(count, hospital, "2026-Q3") == Parts(Decimal(18))
    assert kept(stock, team_a, "2026-Q3") == Parts(Decimal(3))
    assert kept(stock, hospital, "2026-Q3") == Parts(Decimal(13))
    assert coverage(count, hospital, "2026-Q3") == (3, None)


def test_a_figure_belongs_to_the_tree_of_its_period() -> None:
    hospital, programme, team_a, _ = three_levels()
    other = build.unit("other", parent=hospital)
    count = build.indicator()
    build.observation(count, team_a, "2026-09", 5)
    build.observation(count, team_a, "2026-10", 7)

    build.move(team_a, to=other, on=dt.date(2026, 10, 1))
    drain_rollups(now=NOW)

    assert (kept(count, programme, "2026-09"), kept(count, other, "2026-09")) == (Parts(Decimal(5)), None)
    assert (kept(count, programme, "2026-10"), kept(count, other, "2026-10")) == (None, Parts(Decimal(7)))


def test_a_move_in_the_past_is_followed() -> None:
    hospital, programme, team_a, _ = three_levels()
    other = build.unit("other", parent=hospital)
    count = build.indicator()
    build.observation(count, team_a, "2026-10", 7)
    follow_tree(now=NOW)
    drain_rollups(now=NOW)

    build.move(team_a, to=other, on=dt.date(2026, 10, 31))
    is_other = follow_tree(now=NOW)
    drain_rollups(now=NOW)

    assert is_other
    assert not follow_tree(now=NOW)
    assert kept(count, programme, "2026-10") is None
    assert kept(count, other, "2026-10") == kept(count, hospital, "2026-10") == Parts(Decimal(7))
    assert check_rollups().different == 0


def test_a_unit_that_closed_within_a_period_still_counts_in_it() -> None:
    hospital, programme, team_a, _ = three_levels()
    closing = build.unit("closing", parent=programme, closes_on=dt.date(2026, 10, 10))
    count = build.indicator()

    build.observation(count, team_a, "2026-10", 1)
    build.observation(count, closing, "2026-10", 2)
    drain_rollups(now=NOW)

    assert kept(count, hospital, "2026-10") == Parts(Decimal(3))
    assert check_rollups().different == 0


def test_of_a_unit_that_closed_no_stock_is_left_at_the_end_of_the_quarter() -> None:
    hospital, programme, team_a, _ = three_levels()
    closing = build.unit("closing", parent=programme, closes_on=dt.date(2026, 8, 31))
    stock = build.indicator(kind=Kind.STOCK, also_at=[Frequency.QUARTER])

    build.observation(stock, closing, "2026-08", 7)
    build.observation(stock, team_a, "2026-08", 10)
    build.observation(stock, team_a, "2026-09", 17)
    drain_rollups(now=NOW)

    assert kept(stock, hospital, "2026-08") == Parts(Decimal(17))
    assert kept(stock, hospital, "2026-Q3") == Parts(Decimal(17))
    assert kept(stock, closing, "2026-Q3") == Parts()
    assert check_rollups().different == 0


def test_coverage_counts_the_expected_whether_or_not_they_report() -> None:
    hospital, _, team_a, team_b = three_levels()
    count = build.indicator(also_at=[Frequency.QUARTER])
    set_reporters(indicator=count, units=[team_a, team_b], valid_from=dt.date(2026, 1, 1), now=NOW)

    build.observation(count, team_a, "2026-10", 4)
    drain_rollups(now=NOW)
    drained = coverage(count, hospital, "2026-10"), coverage(count, hospital, "2026-Q4")
    rebuild_values(now=NOW)

    assert drained == ((1, 2), (1, 6))
    assert (coverage(count, hospital, "2026-10"), coverage(count, hospital, "2026-Q4")) == drained
    assert coverage(count, team_a, "2026-10") == (1, 1)
    assert check_rollups().different == 0


def test_who_reports_unasked_counts_in_the_figure_but_covers_for_nobody() -> None:
    hospital, _, team_a, team_b = three_levels()
    count = build.indicator()
    set_reporters(indicator=count, units=[team_a], valid_from=dt.date(2026, 1, 1), now=NOW)

    build.observation(count, team_b, "2026-10", 4)
    drain_rollups(now=NOW)

    assert kept(count, hospital, "2026-10") == Parts(Decimal(4))
    assert coverage(count, hospital, "2026-10") == (0, 1)
    assert check_rollups().different == 0


def test_a_long_first_queue_is_drained_rightly_with_the_tables_looked_at() -> None:
    centre = build.unit("centre")
    teams = build.units(*(f"team-{number}" for number in range(12)), parent=centre)
    falls = build.indicator("falls", frequency=Frequency.DAY)
    set_reporters(indicator=falls, units=teams, valid_from=dt.date(2026, 1, 1), now=NOW)
    drain_rollups(now=NOW)
    days = Period.objects.filter(frequency=Frequency.DAY, starts_on__year=2026).values_list("pk", flat=True)[:100]
    rows = [Row(falls.pk, team.pk, day, Parts(Decimal(1))) for team in teams for day in days]
    record_observations(rows=rows, source=Source.IMPORTED, by=None, now=NOW)

    drained = drain_rollups(now=NOW)

    assert drained == len(rows)
    assert set(Value.objects.filter(unit=centre).values_list("numerator", "reporting", "expected")) == {
        (Decimal(12), 12, 12)
    }
    assert check_rollups().different == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_stats WHERE tablename = 'indicators_observation')")
        assert cursor.fetchall() == [(True,)]
