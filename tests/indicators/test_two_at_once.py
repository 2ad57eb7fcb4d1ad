"""Two workers, and people who enter meanwhile: nothing is lost, nothing is counted twice."""

import threading
from decimal import Decimal

import pytest
from django.db import connection, transaction

from indicators.calculations import Parts
from indicators.choices import Source
from indicators.models import ImportBatch, Indicator, Observation, StaleValue
from indicators.operations import Row, drain_rollups, rebuild_values, record_observations, refusals
from indicators.operations.definitions.leaving_out import leave_out, take_in_again
from indicators.operations.doubts.rules import RuleGiven, set_rules
from indicators.operations.reporting.batches import import_batch, undo_batch
from indicators.operations.rollup.writing import lock
from indicators.queries import check_rollups
from organisation.choices import Frequency
from organisation.models import Unit
from tests import build
from tests.indicators.at_once import at_once, enter
from tests.locks import wait_until_waiting

NOW = build.LATER


def leave_out_and_take_in(indicator: Indicator, unit: Unit) -> None:
    for _again in range(3):
        left_out = leave_out(
            indicator=indicator, unit=unit, valid_from=build.LONG_AGO, valid_to=None, reason="test", now=NOW
        )
        drain_rollups(now=NOW)
        take_in_again(left_out=left_out, on=build.LONG_AGO, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_drainers_a_rebuild_and_people_at_the_same_figures_leave_no_difference() -> None:
    build.calendar()
    hospital = build.unit("h")
    teams = build.units("a", "b", "c", parent=hospital)
    count = build.indicator(also_at=[Frequency.QUARTER])
    admin = build.person(is_superuser=True)
    for team in teams:
        build.reporter(count, team)
        for month in range(1, 10):
            build.observation(count, team, f"2026-{month:02}", month)

    failed = at_once(
        lambda: drain_rollups(now=NOW, limit=2),
        lambda: drain_rollups(now=NOW, limit=3),
        lambda: rebuild_values(now=NOW),
        lambda: leave_out_and_take_in(count, teams[0]),
        *(
            lambda team=team, start=start: enter(count, team, admin, range(start, start + 8))
            for team in teams
            for start in (1, 100)
        ),
    )
    drain_rollups(now=NOW)

    assert failed == []
    assert StaleValue.objects.count() == 0
    assert check_rollups().differences == ()


@pytest.mark.django_db(transaction=True)
def test_a_job_that_cannot_wait_leaves_an_indicator_to_whoever_computes_it() -> None:
    build.calendar()
    team = build.unit("a")
    taken, free = build.indicator("taken"), build.indicator("free")
    for one in (taken, free):
        build.reporter(one, team)
        build.observation(one, team, "2026-10", 3)
    queued = StaleValue.objects.filter(indicator=taken).count()
    found = []

    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor, taken.pk)
        failed = at_once(lambda: found.append(drain_rollups(now=NOW, can_wait=False)))
    left = StaleValue.objects.filter(indicator=taken).count()
    after = drain_rollups(now=NOW, can_wait=False)

    assert failed == []
    assert (found, left, after) == ([queued], queued, queued)
    assert check_rollups().differences == ()


def import_figures(indicator: Indicator, unit: Unit, figures: dict[str, int]) -> ImportBatch:
    rows = [
        Row(indicator.pk, unit.pk, build.period(code).pk, Parts(Decimal(number))) for code, number in figures.items()
    ]
    return import_batch(file_name="", rows=rows, by=None, now=NOW)[0]


@pytest.mark.django_db(transaction=True)
def test_whoever_writes_many_figures_waits_for_the_other_and_neither_is_stopped() -> None:
    """What was new stands before what was changed, and an import takes February first, whose row was made first."""
    build.calendar()
    indicator, unit = build.indicator(), build.unit()
    build.observation(indicator, unit, "2026-02", 1)
    batch = import_figures(indicator, unit, {"2026-01": 2, "2026-02": 2})
    is_held = threading.Event()

    def hold_february() -> None:
        with transaction.atomic():
            Observation.objects.select_for_update().get(period__code="2026-02")
            is_held.set()
            wait_until_waiting(2)

    def import_both() -> None:
        is_held.wait()
        import_figures(indicator, unit, {"2026-01": 3, "2026-02": 3})

    def undo_the_first() -> None:
        is_held.wait()
        wait_until_waiting(1)
        undo_batch(batch=batch, by=None, may_enter=None, now=NOW)

    failed = at_once(hold_february, import_both, undo_the_first)

    assert [type(error) for error in failed] == [refusals.BatchChanged]
    assert list(Observation.objects.values_list("numerator", flat=True)) == [3, 3]


@pytest.mark.django_db(transaction=True)
def test_a_correction_that_clears_the_doubt_beside_it_waits_for_a_job_and_neither_is_stopped() -> None:
    """The job has seen those seen and comes to those referred; the correction of these would go the other way."""
    build.calendar()
    unit, admin = build.unit(), build.person(is_superuser=True)
    referred, seen = build.indicator("referred"), build.indicator("seen")
    set_rules(indicator=seen, given=[RuleGiven(kind="compare", other="referred")], by=None, now=NOW)
    enter(referred, unit, admin, range(4, 5))
    enter(seen, unit, admin, range(6, 7))
    is_held = threading.Event()

    def hold_those_seen() -> None:
        with transaction.atomic():
            Observation.objects.select_for_update().get(indicator=seen)
            is_held.set()
            wait_until_waiting(2)

    def write_both() -> None:
        is_held.wait()
        with transaction.atomic():
            for indicator in (seen, referred):
                row = Row(indicator.pk, unit.pk, build.period("2026-10").pk, Parts(Decimal(7)))
                record_observations(rows=[row], source=Source.MEASURED, by=None, now=NOW)

    def correct_those_referred() -> None:
        is_held.wait()
        wait_until_waiting(1)
        enter(referred, unit, admin, range(8, 9))

    failed = at_once(hold_those_seen, write_both, correct_those_referred)

    assert failed == []
    assert dict(Observation.objects.values_list("indicator__code", "numerator")) == {"seen": 7, "referred": 8}
