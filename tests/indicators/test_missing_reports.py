"""Reports that did not come: left out, taken as zero or leaving no figure; figures that do not add up; how exact it is."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from boards.drawing.tiles import Hanging, tile_face
from boards.pages.explaining import explained
from indicators.calculations import NOT_APPLICABLE, NOTHING, Exactness, Parts, exactness, figure, reported
from indicators.choices import Kind, Missing
from indicators.models import Indicator, Value
from indicators.operations import ObservationRefused, drain_rollups, follow_tree, save_indicator, withdraw_observation
from indicators.operations.refusals import DefinitionRefused
from indicators.queries import ValueFilter, check_rollups, series, values, why
from indicators.queries.charts.series_rows import Wanted
from organisation.choices import Frequency
from organisation.models import Unit
from tests import build

IN_GRACE, OVERDUE = dt.date(2026, 11, 5), dt.date(2026, 11, 20)
NOWHERE = Hanging(key="k", address="", place="", owner="", owner_name="", can_enter=False)


def taken(kind: str, parts: Parts | None, missing: str, **given: Any) -> tuple[Parts | None, int, int]:
    found = reported(kind, parts, missing=missing, **({"reporting": 1, "expected": 3, "is_overdue": True} | given))
    return found.parts, found.counted, found.taken_as_zero


@pytest.mark.parametrize(
    ("kind", "parts", "missing", "given", "expected"),
    [
        (Kind.COUNT, Parts(Decimal(4)), Missing.SKIP, {}, (Parts(Decimal(4)), 1, 0)),
        (Kind.COUNT, Parts(Decimal(4)), Missing.ZERO, {}, (Parts(Decimal(4)), 3, 2)),
        (Kind.COUNT, None, Missing.ZERO, {"reporting": 0}, (None, 0, 0)),
        (Kind.COUNT, None, Missing.ZERO, {"reporting": 0, "expected": None}, (None, 0, 0)),
        (Kind.COUNT, Parts(Decimal(4)), Missing.ZERO, {"is_overdue": False}, (Parts(Decimal(4)), 1, 0)),
        (Kind.COUNT, Parts(Decimal(4)), Missing.MISSING, {}, (None, 1, 0)),
        (Kind.COUNT, Parts(Decimal(4)), Missing.MISSING, {"reporting": 3}, (Parts(Decimal(4)), 3, 0)),
        (Kind.RATIO, Parts(Decimal(1), Decimal(2)), Missing.ZERO, {}, (Parts(Decimal(1), Decimal(2)), 3, 2)),
        (Kind.YES_NO, Parts(Decimal(1), Decimal(1)), Missing.ZERO, {}, (Parts(Decimal(1), Decimal(3)), 3, 2)),
        (Kind.DISTINCT, None, Missing.ZERO, {"reporting": 0}, (None, 0, 0)),
    ],
)
def test_what_becomes_of_reports_that_did_not_come(
    kind: str, parts: Parts | None, missing: str, given: dict[str, Any], expected: tuple[object, ...]
) -> None:
    assert taken(kind, parts, missing, **given) == expected


@pytest.mark.parametrize(
    ("parts", "given", "expected"),
    [
        (Parts(Decimal(4)), {}, Exactness("exact")),
        (None, {"has_report": False}, Exactness("exact")),
        (NOTHING, {"adds_up": False}, Exactness("not additive")),
        (Parts(Decimal(4)), {"adds_up": False}, Exactness("exact")),
        (NOTHING, {"adds_up": False, "has_report": False}, Exactness("exact")),
        (Parts(Decimal(4)), {"taken_as_zero": 2}, Exactness("approximate", "zeros")),
        (Parts(members=tuple(range(4097))), {}, Exactness("approximate", "estimated")),
    ],
)
def test_every_figure_says_how_exact_it_is(parts: Parts | None, given: dict[str, Any], expected: Exactness) -> None:
    assert exactness(parts, **given) == expected


def test_a_bare_figure_is_read_only_where_figures_do_not_add_up() -> None:
    bare = Parts(Decimal("85.7"))

    assert figure("ratio", bare, factor=100, adds_up=False) == Decimal("85.7")
    assert figure("ratio", bare, factor=100) is None
    assert figure("duration", bare, statistic="median", adds_up=False) == Decimal("85.7")
    assert figure("count", NOT_APPLICABLE) is None


def hospital_of_two(*, under: Unit | None = None, **fields: Any) -> tuple[Unit, Indicator]:
    """Two teams are expected; one has reported 4 (of 5, for a ratio) for October."""
    hospital = build.unit("hospital", parent=under)
    a, b = build.units("a", "b", parent=hospital)
    indicator = build.indicator("some", **{"kind": Kind.COUNT, "grace_days": 7, **fields})
    for team in (a, b):
        build.reporter(indicator, team)
    build.observation(indicator, a, "2026-10", 4)
    drain_rollups(now=build.LATER)
    return hospital, indicator


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("missing", "on", "expected"),
    [
        (Missing.SKIP, OVERDUE, ("4", "1 of 2 teams", "", "no target")),
        (Missing.ZERO, IN_GRACE, ("4", "1 of 2 teams", "", "pending")),
        (Missing.ZERO, OVERDUE, ("4", "1 of 2 teams", "approximate: 1 report taken as zero", "no target")),
        (Missing.MISSING, OVERDUE, ("—", "1 of 2 teams", "", "no data")),
    ],
)
def test_a_tile_says_how_many_have_reported_and_how_many_are_taken_as_zero(
    missing: str, on: dt.date, expected: tuple[str, ...]
) -> None:
    hospital, indicator = hospital_of_two(missing=missing)

    [one] = series([Wanted(indicator.pk, hospital.pk, Frequency.MONTH)], today=on)

    face = tile_face(one, NOWHERE, today=on)
    assert (face.figure, face.coverage, face.note, one.status) == expected


@pytest.mark.django_db
def test_a_period_that_nobody_has_reported_is_late_and_no_zero_wherever_it_is_read() -> None:
    hospital, indicator = hospital_of_two(missing=Missing.ZERO)
    team, later = Unit.objects.get(code="b"), dt.date(2026, 12, 20)

    tiles = series([Wanted(indicator.pk, unit.pk, Frequency.MONTH) for unit in (hospital, team)], today=later)
    answers = [
        why(indicator=indicator, unit=unit, period=build.period("2026-11"), today=later) for unit in (hospital, team)
    ]
    rows = list(values(ValueFilter(indicators=["some"], units=[hospital.code, team.code]), today=later))

    assert [(tile.status, tile.due.figure if tile.due else 0) for tile in tiles] == [("late", None)] * 2
    assert [tile.chart.values for tile in tiles] == [(Decimal(4), None), ()]
    assert [(answer.status, answer.figure, answer.taken_as_zero) for answer in answers] == [("late", None, 0)] * 2
    assert [(row.unit, row.period, row.value) for row in rows] == [(hospital.code, "2026-10", Decimal(4))]
    assert check_rollups().different == 0


@pytest.mark.django_db
def test_under_the_minimum_coverage_the_tile_has_the_count_alone() -> None:
    hospital, indicator = hospital_of_two(minimum_coverage=Decimal("0.8"))

    [one] = series([Wanted(indicator.pk, hospital.pk, Frequency.MONTH)], today=OVERDUE)

    assert (one.status, tile_face(one, NOWHERE, today=OVERDUE).coverage) == ("no data", "1 of 2 teams")


@pytest.mark.django_db
def test_under_the_minimum_coverage_why_shows_the_parts_and_no_figure_as_tile_and_values_do() -> None:
    top = build.unit("top")
    hospital, indicator = hospital_of_two(under=top, minimum_coverage=Decimal("0.8"))

    answer, above = (
        why(indicator=indicator, unit=unit, period=build.period("2026-10"), today=OVERDUE) for unit in (hospital, top)
    )

    kept = values(ValueFilter(indicators=["some"], units=[hospital.code]), today=OVERDUE)
    assert (answer.figure, answer.status, [row.value for row in kept]) == (None, "no data", [None])
    assert (answer.reporting, answer.expected, answer.parts is not None) == (1, 2, True)
    assert answer.equation == "sum = —"
    assert [(child.figure, child.parts is not None) for child in above.children] == [(None, True)]
    assert explained(answer, today=OVERDUE).figure == "—"


@pytest.mark.django_db
def test_figures_that_do_not_add_up_stand_alone_and_their_parents_know_who_has_reported() -> None:
    hospital, indicator = hospital_of_two(kind=Kind.RATIO, adds_up=False, also_at=[Frequency.QUARTER])

    told = {
        (row.unit, row.period): (row.value, row.reporting, row.expected, row.exactness)
        for row in values(ValueFilter(), today=OVERDUE)
    }
    [one] = series([Wanted(indicator.pk, hospital.pk, Frequency.MONTH)], today=OVERDUE)

    assert told == {
        ("a", "2026-10"): (4, 1, 1, "exact"),
        ("hospital", "2026-10"): (None, 1, 2, "not additive"),
        ("a", "2026-Q4"): (None, 1, 3, "not additive"),
        ("hospital", "2026-Q4"): (None, 1, 6, "not additive"),
    }
    assert tile_face(one, NOWHERE, today=OVERDUE).note == "not additive"
    assert check_rollups().different == 0


@pytest.mark.django_db
def test_bare_figures_cannot_be_made_to_add_up_afterwards() -> None:
    hospital_of_two(kind=Kind.RATIO, adds_up=False)

    with pytest.raises(DefinitionRefused) as refusal:
        save_indicator(definition={"code": "some", "adds_up": True}, now=build.LATER)

    assert refusal.value.field == "adds_up"


@pytest.mark.django_db
def test_a_bare_figure_is_refused_where_figures_add_up() -> None:
    with pytest.raises(ObservationRefused):
        hospital_of_two(kind=Kind.RATIO)


def counted() -> set[tuple[object, ...]]:
    return set(Value.objects.values_list("unit__code", "period__code", "numerator", "reporting", "expected"))


@pytest.mark.django_db
@pytest.mark.parametrize("last_day", [dt.date(2026, 8, 31), dt.date(2026, 9, 15)])
def test_who_has_closed_and_reported_is_one_of_those_who_report(last_day: dt.date) -> None:
    """Its figure stays in the total, so "2 of 2" over three children would not be true."""
    hospital = build.unit("hospital")
    count = build.indicator("some", also_at=[Frequency.QUARTER])
    teams = build.units("a", "b", "c", parent=hospital)
    for team in teams:
        build.reporter(count, team)
        build.observation(count, team, "2026-09", 10)
    build.close(teams[2], on=last_day)
    drain_rollups(now=build.LATER)
    follow_tree(now=build.LATER)
    drain_rollups(now=build.LATER)
    whole = [row for row in counted() if row[0] == "hospital"]
    told = why(indicator=count, unit=hospital, period=build.period("2026-09"), today=dt.date(2026, 11, 20))

    withdraw_observation(indicator=count, unit=teams[2], period=build.period("2026-09"), now=build.LATER)
    drain_rollups(now=build.LATER)

    assert [row.closed for row in explained(told, today=dt.date(2026, 11, 20)).children] == [
        "",
        "",
        f"closed on {last_day:%-d %b}; what it reported counts",
    ]
    assert sorted(whole) == [("hospital", "2026-09", 30, 3, 3), ("hospital", "2026-Q3", 30, 3, 9)]
    assert ("hospital", "2026-09", 20, 2, 2) in counted()
    assert check_rollups().differences == ()


@pytest.mark.django_db
def test_a_merger_leaves_past_totals_as_they_were_and_the_other_unit_takes_what_comes() -> None:
    hospital = build.unit("hospital")
    p, q = build.units("p", "q", parent=hospital)
    a, b = build.unit("a", parent=p), build.unit("b", parent=q)
    count = build.indicator("some", also_at=[Frequency.QUARTER])
    for team, n in ((a, 1), (b, 10)):
        build.reporter(count, team)
        for month in ("2026-08", "2026-09"):
            build.observation(count, team, month, n)
    drain_rollups(now=build.LATER)
    before = counted()

    build.close(a, on=dt.date(2026, 9, 30))
    build.close(p, on=dt.date(2026, 9, 30))
    build.observation(count, b, "2026-10", 11)
    drain_rollups(now=build.LATER)

    after = counted()
    assert before <= after
    assert after - before == {
        ("b", "2026-10", 11, 1, 1),
        ("q", "2026-10", 11, 1, 1),
        ("hospital", "2026-10", 11, 1, 1),
        ("b", "2026-Q4", 11, 1, 3),
        ("q", "2026-Q4", 11, 1, 3),
        ("hospital", "2026-Q4", 11, 1, 3),
    }
    assert check_rollups().different == 0
