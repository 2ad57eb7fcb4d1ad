"""Figures are recorded, corrected and withdrawn; what can be no figure is refused, with a name."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicators.calculations import Parts
from indicators.choices import IndicatorStatus, Kind, Source
from indicators.models import EarlierEntry, Indicator, Observation, StaleValue, Value
from indicators.operations import (
    Row,
    Tally,
    drain_rollups,
    enter_figure,
    record_observation,
    record_observations,
    refusals,
    withdraw_figure,
)
from live.models import Change
from organisation.choices import Frequency, RoleName
from organisation.models import Unit
from tests import build

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
TODAY = NOW.date()


def record(indicator: Indicator, unit: Unit, parts: Parts, *, period: str = "2026-10", **more: object) -> object:
    given: dict[str, object] = {"source": Source.ENTERED, "by": None, "now": NOW, "today": TODAY} | more
    return record_observation(indicator=indicator, unit=unit, period=build.period(period), parts=parts, **given)  # type: ignore[arg-type]  # each test says its own


@pytest.mark.parametrize(
    ("kind", "parts", "refusal"),
    [
        (Kind.COUNT, Parts(), refusals.PartMissing),
        (Kind.COUNT, Parts(Decimal(1), Decimal(2)), refusals.PartUnexpected),
        (Kind.COUNT, Parts(Decimal(-1)), refusals.Negative),
        (Kind.COUNT, Parts(Decimal("NaN")), refusals.NotANumber),
        (Kind.COUNT, Parts(Decimal("Infinity")), refusals.NotANumber),
        (Kind.COUNT, Parts(Decimal(10) ** 18), refusals.TooManyDigits),
        (Kind.COUNT, Parts(Decimal("0.0000001")), refusals.TooManyDigits),
        (Kind.COUNT, Parts(Decimal("1e999999")), refusals.TooManyDigits),
        (Kind.RATIO, Parts(Decimal(1)), refusals.PartMissing),
        (Kind.RATIO, Parts(Decimal(1), Decimal(-2)), refusals.Negative),
        (Kind.MEAN, Parts(Decimal(1), Decimal(-2)), refusals.Negative),
        (Kind.DURATION, Parts(Decimal(1)), refusals.PartMissing),
        (Kind.DURATION, Parts(days=(3, 1), cases=(1, 1)), refusals.BadHistogram),
        (Kind.DURATION, Parts(days=(1,), cases=(0,)), refusals.BadHistogram),
        (Kind.DURATION, Parts(days=(-1,), cases=(1,)), refusals.BadHistogram),
        (Kind.STOCK, Parts(Decimal(3), None, (1,), (2,)), refusals.BadHistogram),
    ],
)
def test_parts_that_can_be_no_figure_are_refused(
    kind: Kind, parts: Parts, refusal: type[refusals.ObservationRefused]
) -> None:
    indicator, unit = build.indicator(kind=kind), build.unit()

    with pytest.raises(refusal):
        record(indicator, unit, parts)

    assert Observation.objects.count() == StaleValue.objects.count() == 0


def test_a_wrong_period_a_closed_unit_and_a_suspended_indicator_are_refused() -> None:
    indicator = build.indicator()
    unit, one = build.unit(), Parts(Decimal(1))
    closed = build.unit(closes_on=dt.date(2026, 9, 30))

    with pytest.raises(refusals.WrongFrequency):
        record(indicator, unit, one, period="2026-W40")
    with pytest.raises(refusals.PeriodInFuture):
        record(indicator, unit, one, period="2026-12")
    with pytest.raises(refusals.UnitNotOpen):
        record(indicator, closed, one)
    indicator.status = IndicatorStatus.SUSPENDED
    with pytest.raises(refusals.IndicatorNotActive):
        record(indicator, unit, one)


def test_a_correction_keeps_the_figure_before_and_the_same_again_is_nothing_new() -> None:
    indicator, unit = build.indicator(), build.unit()
    marie = build.person(name="Marie")

    outcomes = [
        record(indicator, unit, Parts(Decimal(1)), by=marie, note="first"),
        record(indicator, unit, Parts(Decimal("1.0")), note="first"),
        record(indicator, unit, Parts(Decimal(2))),
    ]

    assert [(one.outcome, one.revision) for one in outcomes] == [("new", 1), ("unchanged", 1), ("changed", 2)]  # type: ignore[attr-defined]  # Recorded
    earlier = EarlierEntry.objects.get()
    assert (earlier.numerator, earlier.entered_by, earlier.note, earlier.revision) == (Decimal(1), marie, "first", 1)
    assert StaleValue.objects.count() == 2


def test_nobody_writes_over_what_they_have_not_seen() -> None:
    indicator, unit = build.indicator(), build.unit()
    record(indicator, unit, Parts(Decimal(1)), expected_revision=0)

    with pytest.raises(refusals.ChangedMeanwhile):
        record(indicator, unit, Parts(Decimal(2)), expected_revision=0)
    with pytest.raises(refusals.ChangedMeanwhile):
        record(indicator, unit, Parts(Decimal(2)), expected_revision=7)
    record(indicator, unit, Parts(Decimal(2)), expected_revision=1)

    assert Observation.objects.get().numerator == 2


def test_a_figure_entered_is_rolled_up_at_once_and_announced_at_every_level() -> None:
    hospital = build.unit("h")
    team = build.unit("t", parent=hospital)
    indicator = build.indicator("i", also_at=[Frequency.QUARTER])
    by = build.person_with(RoleName.CONTRIBUTOR, team)

    enter_figure(
        indicator=indicator,
        unit=team,
        period=build.period("2026-10"),
        parts=Parts(Decimal(3)),
        source=Source.ENTERED,
        by=by,
        now=NOW,
        today=TODAY,
    )

    assert StaleValue.objects.count() == 0
    assert Value.objects.filter(unit=hospital, numerator=3).count() == 2
    heard = {(change.unit_id, change.what["unit"], change.what["period"]) for change in Change.objects.all()}
    assert heard == {(unit.pk, unit.code, period) for unit in (hospital, team) for period in ("2026-10", "2026-Q4")}


def test_who_may_not_enter_figures_at_a_unit_changes_nothing() -> None:
    team = build.unit()
    indicator = build.indicator()
    viewer = build.person_with(RoleName.VIEWER, team)
    october = build.period("2026-10")
    build.observation(indicator, team, "2026-10", 1, now=NOW)

    with pytest.raises(refusals.MayNotEnter):
        enter_figure(
            indicator=indicator,
            unit=team,
            period=october,
            parts=Parts(Decimal(3)),
            source=Source.ENTERED,
            by=viewer,
            now=NOW,
            today=TODAY,
        )
    with pytest.raises(refusals.MayNotEnter):
        withdraw_figure(indicator=indicator, unit=team, period=october, by=viewer, now=NOW, today=TODAY)

    assert Observation.objects.get().numerator == 1


def test_many_rows_write_only_what_differs() -> None:
    unit, other = build.units("a", "b")
    count, delay = build.indicator(), build.indicator(kind=Kind.DURATION)
    october, september = build.period("2026-10"), build.period("2026-09")
    rows = [
        Row(count.pk, unit.pk, october.pk, Parts(Decimal(1)), 'a, "quoted" note'),
        Row(count.pk, other.pk, october.pk, Parts(Decimal(2))),
        Row(delay.pk, unit.pk, october.pk, Parts.of_histogram({1: 2, 5: 1})),
        Row(delay.pk, unit.pk, september.pk, Parts.of_histogram({})),
    ]
    first = record_observations(rows=rows, source=Source.MEASURED, by=None, now=NOW)
    rows[1] = Row(count.pk, other.pk, october.pk, None)
    rows[2] = Row(delay.pk, unit.pk, october.pk, Parts.of_histogram({1: 2, 5: 2}))

    second = record_observations(rows=rows, source=Source.MEASURED, by=None, now=NOW)
    third = record_observations(rows=rows, source=Source.MEASURED, by=None, now=NOW)
    drain_rollups(now=NOW)

    assert (first, second, third) == (Tally(4, 0, 0), Tally(0, 2, 2), Tally(0, 0, 4))
    assert EarlierEntry.objects.count() == 2
    assert Observation.objects.get(indicator=count).note == 'a, "quoted" note'
    assert Value.objects.get(indicator=delay, period=october).cases == [2, 2]
    assert Value.objects.get(indicator=delay, period=september).days == []
    assert not Value.objects.filter(unit=other).exists()


def test_the_last_of_several_rows_for_a_figure_counts() -> None:
    unit, count, october = build.unit(), build.indicator(), build.period("2026-10")

    record_observations(
        rows=[Row(count.pk, unit.pk, october.pk, Parts(Decimal(n))) for n in (3, 1, 2)],
        source=Source.MEASURED,
        by=None,
        now=NOW,
    )

    assert Observation.objects.get().numerator == 2


def test_one_figure_takes_the_same_statements_among_few_and_among_many() -> None:
    hospital = build.unit()
    teams = build.units(*"abcdefgh", parent=hospital)
    count = build.indicator()
    by = build.person(is_superuser=True)
    october = build.period("2026-10")
    spent = []

    for team in teams:
        with CaptureQueriesContext(connection) as asked:
            enter_figure(
                indicator=count,
                unit=team,
                period=october,
                parts=Parts(Decimal(3)),
                source=Source.ENTERED,
                by=by,
                now=NOW,
                today=TODAY,
            )
        spent.append(len(asked))

    # Two of them ask for validation rules: whose turn it is, and what they say. One asks for what is computed from it.
    assert set(spent) == {16}
