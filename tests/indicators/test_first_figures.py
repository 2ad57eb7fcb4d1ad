"""The first figures of whole periods are copied as they are, and their values written without looking for others."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.db import connection

from indicators.choices import Kind, Source
from indicators.models import Indicator, Observation, PeriodLock, StaleValue, ValidationRule, Value
from indicators.operations import drain_rollups, rebuild_values, record_first_observations
from indicators.operations.rollup.writing import write_first_values
from indicators.queries import check_rollups
from indicators.queries.rollup.statement import SCOPE_TABLES, shape_of
from live.models import Change
from organisation.choices import Frequency
from organisation.models import Period, Unit
from tests import build

pytestmark = pytest.mark.django_db
NOW = build.LATER
MONTHS = ("2026-08", "2026-09")


def programme() -> tuple[Unit, list[Unit]]:
    above = build.unit("programme")
    return above, build.units("team-a", "team-b", parent=above)


def text(indicator: Indicator, teams: list[Unit]) -> io.BytesIO:
    """Two people waited one day and one waited five, at each team in each month."""
    lines = [
        f"{indicator.pk},{team.pk},{Period.objects.get(code=month).pk},3.000000,,"
        f'"{{1,5}}","{{2,1}}","",{Source.MEASURED},{NOW.isoformat()},1\n'
        for month in MONTHS
        for team in teams
    ]
    return io.BytesIO("".join(lines).encode())


def record(indicator: Indicator, teams: list[Unit]) -> int | None:
    periods = list(Period.objects.filter(code__in=MONTHS).values_list("pk", flat=True))
    return record_first_observations(indicator=indicator, periods=periods, texts=[text(indicator, teams)], now=NOW)


def test_first_figures_are_copied_and_roll_up_like_any_others() -> None:
    above, teams = programme()
    waiting = build.indicator(kind=Kind.STOCK, also_at=[Frequency.QUARTER])

    written = record(waiting, teams)
    drain_rollups(now=NOW)

    assert written == 4
    one = Observation.objects.get(unit=teams[0], period__code="2026-09")
    assert (one.numerator, one.days, one.cases) == (Decimal(3), [1, 5], [2, 1])
    assert (one.source, one.entered_by, one.entered_at, one.revision, one.note) == (Source.MEASURED, None, NOW, 1, "")
    top = Value.objects.get(unit=above, period__code="2026-Q3")
    assert (top.numerator, top.days, top.cases, top.reporting) == (Decimal(6), [1, 5], [4, 2], 4)
    assert check_rollups().different == 0
    assert StaleValue.objects.count() == 0


def test_whoever_is_computed_from_first_values_follows_and_pages_are_told_once() -> None:
    above, teams = programme()
    waiting = build.indicator("waiting", kind=Kind.STOCK)
    build.formula("double", "2 * waiting")

    record(waiting, teams)
    StaleValue.objects.all().delete()
    rebuild_values(indicators=[waiting.pk], now=NOW)
    drain_rollups(now=NOW)

    double = Value.objects.get(indicator__code="double", unit=above, period__code="2026-09")
    assert double.numerator == Decimal(12)
    told = Change.objects.filter(topic="value", what={"indicator": "waiting"}, unit_id=None)
    assert told.count() == 1


@pytest.mark.parametrize("meanwhile", ["a figure", "a lock", "a rule"])
def test_nothing_is_copied_where_there_is_more_to_do_than_to_write(meanwhile: str) -> None:
    _above, teams = programme()
    waiting = build.indicator(kind=Kind.STOCK)
    if meanwhile == "a figure":
        build.observation(waiting, teams[0], "2026-09", 7)
    elif meanwhile == "a lock":
        PeriodLock.objects.create(unit=teams[0], period=Period.objects.get(code="2026-Q3"), locked_at=NOW)
    else:
        ValidationRule.objects.create(indicator=waiting, kind="range", low=0, made_at=NOW)
    before = Observation.objects.count()

    written = record(waiting, teams)

    assert written is None
    assert Observation.objects.count() == before


def test_two_rows_for_one_figure_leave_nothing_half_written() -> None:
    _above, teams = programme()
    waiting = build.indicator(kind=Kind.STOCK)

    written = record(waiting, [*teams, teams[0]])

    assert written is None
    assert Observation.objects.count() == StaleValue.objects.count() == 0


def test_a_value_that_another_wrote_meanwhile_is_corrected() -> None:
    above, teams = programme()
    waiting = build.indicator(kind=Kind.STOCK)
    record(waiting, teams)
    september = Period.objects.get(code="2026-09")
    Value.objects.create(indicator=waiting, unit=above, period=september, numerator=3, reporting=1, computed_at=NOW)
    shape = shape_of(waiting, is_longer=False, has_reporters=False, has_left_out=False)

    with connection.cursor() as cursor:
        cursor.execute(SCOPE_TABLES, {"periods": [september.pk], "as_of": None})
        written = write_first_values(cursor, waiting, shape, deepest=1, now=NOW)

    assert written == 3
    top = Value.objects.get(unit=above)
    assert (top.numerator, top.days, top.cases, top.reporting) == (Decimal(6), [1, 5], [4, 2], 2)


def test_values_written_first_are_those_that_a_second_look_finds() -> None:
    above, teams = programme()
    count = build.indicator(kind=Kind.COUNT)
    for team in teams:
        build.observation(count, team, "2026-09", 2)
    StaleValue.objects.all().delete()

    rebuild_values(indicators=[count.pk], now=NOW)
    again = rebuild_values(indicators=[count.pk], now=NOW + dt.timedelta(minutes=1))

    assert Value.objects.get(unit=above, period__code="2026-09").numerator == Decimal(4)
    assert again == 0
