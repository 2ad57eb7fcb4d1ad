"""Two workers, and people who enter meanwhile: nothing is lost, nothing is counted twice."""

import pytest
from django.db import connection, transaction

from indicators.models import Indicator, StaleValue
from indicators.operations import drain_rollups, rebuild_values
from indicators.operations.leaving_out import leave_out, take_in_again
from indicators.operations.writing import lock
from indicators.queries import check_rollups
from organisation.choices import Frequency
from organisation.models import Unit
from tests import build
from tests.indicators.at_once import at_once, enter

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
