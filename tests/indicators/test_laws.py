"""Laws that hold whatever happens: the root holds the sum of all, drained equals rebuilt, order does not matter."""

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from indicators.calculations import NOTHING, Parts, Reading, add, figure, percentile, status
from indicators.calculations.members import KEPT
from indicators.choices import Kind
from indicators.models import Indicator, LeftOut, Observation, StaleValue, Value
from indicators.operations import drain_rollups, follow_tree, rebuild_values, set_reporters, withdraw_observation
from indicators.operations.definitions.leaving_out import LeavingOutRefused, leave_out, take_in_again
from indicators.operations.refusals import UnitNotOpen
from indicators.operations.reporting.validation import NEEDED
from indicators.queries import check_rollups
from indicators.queries.figures.judged import parts_of
from organisation.choices import Frequency
from organisation.models import Period, Placement, Unit
from tests import build

NOW = build.LATER
FIRST_DAY = dt.date(2026, 1, 1)
MONTHS = ["2026-01", "2026-02", "2026-03", "2026-04"]
#: The units of the small tree, each under the one named: two levels of programmes over four teams.
TREE = {"h": None, "p": "h", "q": "h", "s": "p", "a": "s", "b": "s", "c": "q", "d": "p"}
REPORTERS = ["a", "b", "c"]

#: More than are kept exactly, so that sets are cut.
MANY = 3 * KEPT
numbers = st.decimals(-(10**6), 10**6, places=3)
histograms = st.dictionaries(st.integers(0, 400), st.integers(1, 50), max_size=6)
sets = st.sets(st.integers(0, 99)).map(lambda few: {m * 10**16 for m in few}) | st.builds(
    range, st.integers(0, MANY), st.integers(0, MANY)
)
parts = st.one_of(
    st.builds(Parts, numbers, numbers),
    st.builds(Parts, numbers),
    histograms.map(Parts.of_histogram),
    st.just(NOTHING),
    sets.map(Parts.of_members),
)


@given(st.lists(parts, max_size=6), st.randoms())
def test_adding_in_another_order_changes_nothing(all_parts: list[Parts], chance: object) -> None:
    shuffled = sorted(all_parts, key=lambda _: chance.random())  # type: ignore[attr-defined]  # hypothesis' Random

    assert add(shuffled) == add(all_parts)
    assert add([*all_parts, NOTHING]) == add(all_parts)


@given(histograms)
def test_percentiles_of_a_histogram_are_those_of_its_cases(histogram: dict[int, int]) -> None:
    cases = sorted(day for day, n in histogram.items() for _ in range(n))
    median = percentile(Parts.of_histogram(histogram), Decimal("0.5"))

    if not cases:
        assert median is None
        return
    middle = len(cases) // 2
    plain = cases[middle] if len(cases) % 2 else Decimal(cases[middle - 1] + cases[middle]) / 2
    assert median == plain


limits = st.fixed_dictionaries(
    {name: st.one_of(st.none(), numbers) for name in ("target", "threshold", "band_low", "band_high")}
    | {"direction": st.sampled_from(["up", "down", "band", "none"]), "has_report": st.booleans()}
    | {"reporting": st.integers(0, 9), "expected": st.one_of(st.none(), st.integers(0, 9))}
)


@given(limits)
def test_a_figure_that_is_not_there_never_meets_a_threshold(limits: dict[str, Any]) -> None:
    reading = Reading(value=None, period_ends_on=dt.date(2026, 10, 31), today=dt.date(2026, 12, 1), **limits)

    assert status(reading) in {"late", "no data"}


@given(numbers, numbers)
def test_a_zero_denominator_is_no_figure(numerator: Decimal, factor: Decimal) -> None:
    assert figure("ratio", Parts(numerator, Decimal(0)), factor=factor) is None
    assert figure("mean", Parts(numerator, Decimal(0))) is None
    assert figure("duration", Parts.of_histogram({}), statistic="median") is None


one_step = st.one_of(
    st.tuples(st.just("record"), st.sampled_from(sorted(TREE)), st.sampled_from(MONTHS), st.integers(0, 99)),
    st.tuples(st.just("say n/a"), st.sampled_from(sorted(TREE)), st.sampled_from(MONTHS), st.just(0)),
    st.tuples(st.just("doubt"), st.sampled_from(sorted(TREE)), st.sampled_from(MONTHS), st.just(0)),
    st.tuples(st.just("withdraw"), st.sampled_from(sorted(TREE)), st.sampled_from(MONTHS), st.just(0)),
    st.tuples(st.just("move"), st.sampled_from(["a", "b", "c", "s"]), st.sampled_from(["p", "q"]), st.integers(1, 110)),
    st.tuples(st.just("close"), st.sampled_from(["a", "b", "c"]), st.just(""), st.integers(32, 119)),
    st.tuples(st.just("leave out"), st.sampled_from("abcspq"), st.sampled_from(["", "short"]), st.integers(0, 119)),
    st.tuples(st.just("take in"), st.just(""), st.just(""), st.integers(0, 119)),
    st.tuples(st.just("drain"), st.just(""), st.just(""), st.just(0)),
)


class AfterAnySequence(TestCase):
    """Entries, corrections, withdrawals, moves, closures, units left out and nothing to report, in any order."""

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(one_step, max_size=14), st.sampled_from(sorted(NEEDED)), st.sampled_from([(), REPORTERS]))
    def test_drained_values_equal_rebuilt_ones_and_the_root_holds_the_sum_of_all(
        self, steps: list[tuple[str, str, str, int]], kind: str, reporters: Sequence[str]
    ) -> None:
        units = small_tree()
        indicator = build.indicator(kind=kind, also_at=[Frequency.QUARTER])
        set_reporters(
            indicator=indicator, units=[units[code] for code in reporters], valid_from=build.LONG_AGO, now=NOW
        )

        take_steps(indicator, units, steps)

        drained = kept()
        assert check_rollups().differences == ()
        rebuild_values(now=NOW)
        assert kept() == drained
        for month in MONTHS:
            assert at_root(indicator, units["h"], month) == handed_up(indicator, month)

    @settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(one_step, max_size=10), st.sampled_from(sorted(NEEDED)))
    def test_what_does_not_add_up_stays_where_it_was_reported(
        self, steps: list[tuple[str, str, str, int]], kind: str
    ) -> None:
        units = small_tree()
        indicator = build.indicator(kind=kind, also_at=[Frequency.QUARTER], adds_up=False)

        take_steps(indicator, units, steps)

        drained = kept()
        assert check_rollups().differences == ()
        rebuild_values(now=NOW)
        assert kept() == drained
        assert {
            (row.unit_id, row.period_id, as_parts(row))
            for row in Value.objects.filter(period__frequency=Frequency.MONTH)
            if not as_parts(row).is_empty
        } == {(row.unit_id, row.period_id, as_parts(row)) for row in Observation.objects.filter(is_applicable=True)}


def small_tree() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for code, parent in TREE.items():
        units[code] = build.unit(code, parent=units[parent] if parent else None)
    return units


def take_steps(indicator: Indicator, units: dict[str, Unit], steps: list[tuple[str, str, str, int]]) -> None:
    for step in steps:
        take_step(indicator, units, step)
    follow_tree(now=NOW)
    drain_rollups(now=NOW)


def take_step(indicator: Indicator, units: dict[str, Unit], step: tuple[str, str, str, int]) -> None:
    verb, unit, where, number = step
    day = FIRST_DAY + dt.timedelta(days=number)
    if where in MONTHS:
        write(verb, indicator, Unit.objects.get(code=unit), build.period(where), number)
    elif verb == "leave out":
        until = day + dt.timedelta(days=40) if where else None
        with suppress(LeavingOutRefused):
            leave_out(indicator=indicator, unit=units[unit], valid_from=day, valid_to=until, reason="test", now=NOW)
    elif verb == "take in":
        for left_out in LeftOut.objects.all()[:1]:
            take_in_again(left_out=left_out, on=day, now=NOW)
    elif verb == "drain":
        drain_rollups(now=NOW)
    else:
        place(units[unit], where, day)


def write(verb: str, indicator: Indicator, unit: Unit, period: Period, number: int) -> None:
    if verb == "withdraw":
        withdraw_observation(indicator=indicator, unit=unit, period=period, now=NOW)
    elif verb == "doubt":
        doubt(indicator, unit, period)
    else:
        with suppress(UnitNotOpen):
            if verb == "record":
                record(indicator, unit, period.code, number)
            else:
                build.observation(indicator, unit, period.code, is_applicable=False)


def place(unit: Unit, where: str, day: dt.date) -> None:
    """Move a unit, or close it where no place is named; nothing happens to a closed one or before its last move."""
    is_closed = Unit.objects.get(pk=unit.pk).closes_on is not None
    if is_closed or Placement.objects.filter(unit=unit, valid_from__gte=day).exists():
        return
    if where:
        build.move(unit, to=Unit.objects.get(code=where), on=day)
    else:
        build.close(unit, on=day)


def doubt(indicator: Indicator, unit: Unit, period: Period) -> None:
    """Let a rule doubt a figure, as the validation rules do: the values follow."""
    seen = Observation.objects.filter(indicator=indicator, unit=unit, period=period, is_applicable=True)
    if seen.update(suspicions=["jump-1"]):
        StaleValue.objects.create(indicator=indicator, unit=unit, period=period, queued_at=NOW)


def record(indicator: Indicator, unit: Unit, month: str, number: int) -> None:
    if indicator.kind == Kind.DURATION:
        build.observation(indicator, unit, month, histogram={number: 1, number % 7: 2} if number else {})
    elif indicator.kind == Kind.DISTINCT:
        build.observation(indicator, unit, month, members={number, number % 7, number % 10})
    elif indicator.kind == Kind.YES_NO:
        build.observation(indicator, unit, month, number % 2, 1)
    elif indicator.kind in {Kind.RATIO, Kind.MEAN}:
        build.observation(indicator, unit, month, Decimal(number) / 8, number)
    else:
        build.observation(indicator, unit, month, number)


def kept() -> set[tuple[object, ...]]:
    columns = (
        "unit_id",
        "period_id",
        "numerator",
        "denominator",
        "days",
        "cases",
        "members",
        "reporting",
        "expected",
        "suspect",
    )
    return {
        tuple(tuple(cell) if isinstance(cell, list) else cell for cell in row)
        for row in Value.objects.values_list(*columns)
    }


def as_parts(row: Observation | Value) -> Parts:
    return replace(parts_of(row), is_applicable=True)


def handed_up(indicator: Indicator, month: str) -> Parts:
    """Add up what reaches the root, climbing from each observation by the placements alone."""
    day = build.period(month).ends_on
    rows = Observation.objects.filter(indicator=indicator, period__code=month).select_related("unit")
    return add(as_parts(row) for row in rows if reaches_root(indicator, row.unit, day))


def reaches_root(indicator: Indicator, unit: Unit, day: dt.date) -> bool:
    at: Unit | None = unit
    while at is not None:
        last = min(day, at.closes_on or day)
        if any(
            row.valid_from <= day and (row.valid_to is None or row.valid_to >= last)
            for row in LeftOut.objects.filter(indicator=indicator, unit=at)
        ):
            return False
        at = Placement.objects.filter(unit=at, valid_from__lte=day).latest("valid_from").parent
    return True


def at_root(indicator: Indicator, root: Unit, month: str) -> Parts:
    value = Value.objects.filter(indicator=indicator, unit=root, period__code=month).first()
    return as_parts(value) if value else NOTHING


@pytest.mark.django_db
def test_a_stock_never_adds_over_time() -> None:
    team = build.unit()
    stock = build.indicator(kind=Kind.STOCK, also_at=[Frequency.QUARTER, Frequency.YEAR])

    for month in MONTHS:
        build.observation(stock, team, month, 10)
    drain_rollups(now=NOW)

    longer = Value.objects.filter(period__code__in=["2026", "2026-Q1", "2026-Q2"])
    assert list(longer.values_list("numerator", flat=True)) == [10, 10, 10]
