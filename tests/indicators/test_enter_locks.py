"""A locked period refuses change, whoever asks: by hand, from a file, by program, from a job."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from indicators.calculations import Parts
from indicators.models import Indicator, Observation, PeriodLock
from indicators.operations import Row, record_observations, withdraw_observation
from indicators.operations.refusals import MayNotLock, PeriodLocked, PeriodStillOpen
from indicators.operations.reporting.locks import lock_period, unlock_period
from organisation.models import Person, Unit
from tests import build
from tests.indicators.entering import Programme, days_after, programme, signed_in

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.fixture
def youth() -> Programme:
    return programme()


def lock(youth: Programme, unit: Unit, by: Person | None = None, indicator: Indicator | None = None) -> PeriodLock:
    return lock_period(
        unit=unit,
        period=youth.month,
        by=by or youth.lead,
        now=NOW,
        today=days_after(youth.month, 3),
        indicator=indicator,
    )


def test_a_locked_figure_refuses_change_with_the_name_of_who_locked_it(youth: Programme) -> None:
    build.observation(youth.referrals, youth.north, youth.month.code, 34)
    lock(youth, youth.programme)

    with pytest.raises(PeriodLocked, match=f"{youth.month} was locked by Marie Bouchard; a lead can unlock it."):
        build.observation(youth.referrals, youth.north, youth.month.code, 35)
    with pytest.raises(PeriodLocked):
        build.observation(youth.referrals, youth.south, youth.month.code, 1)
    with pytest.raises(PeriodLocked):
        withdraw_observation(indicator=youth.referrals, unit=youth.north, period=youth.month, now=NOW)
    assert Observation.objects.get().numerator == 34


def test_saying_again_what_stands_is_no_change(youth: Programme) -> None:
    build.observation(youth.referrals, youth.north, youth.month.code, 34)
    lock(youth, youth.programme)

    build.observation(youth.referrals, youth.north, youth.month.code, 34)

    assert Observation.objects.get().revision == 1


def test_a_lock_holds_below_its_unit_for_its_indicator_and_for_periods_within_its_own(youth: Programme) -> None:
    daily = build.indicator("daily", frequency="day")
    day = youth.month.ends_on.isoformat()
    lock(youth, youth.north, indicator=youth.referrals)
    lock(youth, youth.south)

    build.observation(youth.seen, youth.north, youth.month.code, 18, 21)
    build.observation(daily, youth.north, day, 3)
    for indicator, unit, during in (
        (youth.referrals, youth.north, youth.month.code),
        (youth.referrals, youth.south, youth.month.code),
        (daily, youth.south, day),
    ):
        with pytest.raises(PeriodLocked):
            build.observation(indicator, unit, during, 3)


def test_after_the_unlocking_figures_change_again_and_the_lock_is_remembered(youth: Programme) -> None:
    held = lock(youth, youth.programme)

    unlock_period(lock=held, by=youth.lead, now=NOW, today=days_after(youth.month, 4))
    build.observation(youth.referrals, youth.north, youth.month.code, 35)

    held.refresh_from_db()
    assert (held.locked_by, held.unlocked_by, held.unlocked_at) == (youth.lead, youth.lead, NOW)
    assert lock(youth, youth.programme).pk != held.pk


def test_only_a_lead_locks_and_no_period_that_is_still_open(youth: Programme) -> None:
    held = lock(youth, youth.programme)

    with pytest.raises(MayNotLock):
        lock(youth, youth.north, by=youth.contributor)
    with pytest.raises(MayNotLock):
        unlock_period(lock=held, by=youth.contributor, now=NOW, today=days_after(youth.month, 3))
    with pytest.raises(PeriodStillOpen):
        lock_period(unit=youth.north, period=youth.month, by=youth.lead, now=NOW, today=youth.month.ends_on)
    assert lock(youth, youth.programme) == held


def test_jobs_and_files_leave_locked_figures_as_they_are_and_count_them(youth: Programme) -> None:
    build.observation(youth.referrals, youth.north, youth.month.code, 34)
    lock(youth, youth.north)
    units = (youth.north, youth.south)
    rows = [Row(youth.referrals.pk, unit.pk, youth.month.pk, Parts(Decimal(9))) for unit in units]

    tally = record_observations(rows=rows, source="measured", by=None, now=timezone.now())

    assert (tally.new, tally.changed, tally.unchanged, tally.locked) == (1, 0, 0, 1)
    assert dict(Observation.objects.values_list("unit__code", "numerator")) == {"north": 34, "south": 9}


def test_a_file_is_told_line_by_line_what_is_locked(youth: Programme, tmp_path: Path) -> None:
    build.observation(youth.referrals, youth.north, youth.month.code, 34)
    lock(youth, youth.programme)
    file = tmp_path / "figures.csv"
    month = youth.month.code
    file.write_text(f"indicator,unit,period,value\nreferrals,north,{month},34\nreferrals,south,{month},7\n")

    with pytest.raises(CommandError, match="1 row was refused"):
        call_command("import_observations", str(file))

    assert (tmp_path / "figures.csv.refused.csv").read_text().splitlines()[1].startswith("3,period,")


def test_a_lead_locks_on_the_page_and_the_cells_say_so(youth: Programme) -> None:
    build.observation(youth.referrals, youth.north, youth.month.code, 34)
    lead, contributor = signed_in(youth.lead), signed_in(youth.contributor)

    lead.post("/enter/locks/", {"unit": "youth", "period": youth.month.code})

    page = contributor.get("/enter/", {"period": youth.month.code}).content.decode()
    assert page.count('data-state="is-locked"') == 4
    assert "Unlock" not in page
    lead.post(f"/enter/locks/{PeriodLock.objects.get().pk}/lift/")
    assert not PeriodLock.objects.in_force().exists()


def test_a_program_is_told_by_code_that_a_period_is_locked(youth: Programme) -> None:
    lock(youth, youth.programme)
    row = {"indicator": "referrals", "unit": "north", "period": youth.month.code, "value": 3}

    answer = signed_in(youth.contributor).post("/api/v1/observations/", row, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (422, "period_locked")
