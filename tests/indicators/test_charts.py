"""The chart of a series: one calculation, what people mark on it, and what it doesn't say."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import pytest
from django.utils import timezone

from indicators.choices import Direction, MarkKind
from indicators.models import ChartMark, Indicator
from indicators.operations import drain_rollups
from indicators.operations.marks import MarkedAlready, MayNotMark, NotYet, ReasonMissing, mark_chart, undo_mark
from indicators.queries import Series, Wanted, series
from organisation.choices import RoleName
from organisation.models import Person, Unit
from tests import build

pytestmark = pytest.mark.django_db
NOW = build.LATER
TODAY = dt.date(2026, 11, 5)
#: Newest last: October 2026.
MONTHS = [f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13)][:34]


def reported(figures: Sequence[int]) -> tuple[Indicator, Unit]:
    """Report figures for the newest months."""
    team, wait = build.unit(), build.indicator(direction=Direction.DOWN)
    for month, figure in zip(MONTHS[-len(figures) :], figures, strict=True):
        build.observation(wait, team, month, figure)
    return wait, team


def drawn(wait: Indicator, team: Unit) -> Series:
    drain_rollups(now=NOW)
    (one,) = series([Wanted(wait.pk, team.pk, wait.frequency)], today=TODAY)
    return one


def marked(wait: Indicator, team: Unit, month: str, kind: MarkKind, *, by: Person | None = None) -> ChartMark:
    return mark_chart(
        indicator=wait,
        unit=team,
        period=build.period(month),
        kind=kind,
        reason="New intake team",
        by=by or build.person_with(RoleName.LEAD, at=team),
        now=NOW,
        today=TODAY,
    )


def test_twelve_figures_make_a_run_chart_without_limits_and_icons() -> None:
    wait, team = reported([9, 11] * 6)
    build.target(wait, team, target=20)

    chart = drawn(wait, team).chart

    assert (chart.lines.mean, chart.lines.upper) == (Decimal(10), None)
    assert (chart.variation, chart.assurance) == (None, None)


def test_the_target_of_the_latest_figure_decides_the_assurance() -> None:
    wait, team = reported([9, 11] * 8)
    build.target(wait, team, target=1, valid_to=dt.date(2026, 9, 30))
    build.target(wait, team, target=20, valid_from=dt.date(2026, 10, 1))

    assert drawn(wait, team).chart.assurance == "pass"


def test_a_rebase_begins_new_limits_at_its_period_and_can_be_undone() -> None:
    wait, team = reported([30, 32] * 8 + [9, 11] * 8)
    lead = build.person_with(RoleName.LEAD, at=team)

    rebase = marked(wait, team, MONTHS[-16], MarkKind.REBASE, by=lead)
    rebased = drawn(wait, team).chart
    undo_mark(mark=rebase, by=lead, now=NOW, today=TODAY)
    undone = drawn(wait, team).chart

    assert [(segment.first, segment.lines.mean) for segment in rebased.control.segments] == [
        (0, Decimal(31)),
        (16, Decimal(10)),
    ]
    assert rebased.variation == "common_cause"
    assert [(segment.first, segment.lines.mean) for segment in undone.control.segments] == [(0, Decimal("20.5"))]
    assert ChartMark.objects.get().undone_by == lead


def test_points_before_a_rebase_say_what_they_said_while_the_new_limits_are_waited_for() -> None:
    wait, team = reported([9, 11] * 7 + [60] + [30, 32] * 3)

    marked(wait, team, MONTHS[-6], MarkKind.REBASE)
    chart = drawn(wait, team).chart

    assert (chart.variation, chart.variation_at(20), chart.variation_at(14)) == (None, None, "concern_high")


def test_a_point_left_out_enters_neither_mean_nor_limits_and_its_neighbours_meet() -> None:
    wait, team = reported([9, 11] * 8)
    plain = drawn(wait, team).chart.lines
    spoiled, other = reported([9, 11] * 4 + [500] + [9, 11] * 4)

    marked(spoiled, other, MONTHS[-9], MarkKind.GHOST)
    chart = drawn(spoiled, other).chart

    assert chart.lines == plain
    assert chart.ghosts == {8}
    assert (chart.variation_at(8), chart.fired(8)) == (None, [])


def test_unusual_moving_ranges_widen_the_limits_only_where_the_indicator_says_so() -> None:
    wait, team = reported([9, 11] * 8 + [60] + [9, 11] * 8)
    screened = drawn(wait, team).chart.lines
    Indicator.objects.update(screens_outliers=False)
    whole = drawn(wait, team).chart.lines

    assert screened.mean == whole.mean
    assert screened.moving_range == 2
    assert whole.moving_range is not None
    assert whole.moving_range > 2


def test_a_mark_needs_a_lead_a_reason_and_a_period_that_has_ended_and_is_made_once() -> None:
    wait, team = reported([9])
    lead = build.person_with(RoleName.LEAD, at=team)
    marked(wait, team, MONTHS[-1], MarkKind.REBASE, by=lead)

    with pytest.raises(MayNotMark):
        marked(wait, team, MONTHS[-1], MarkKind.GHOST, by=build.person_with(RoleName.CONTRIBUTOR, at=team))
    with pytest.raises(NotYet):
        marked(wait, team, "2026-11", MarkKind.NOTE, by=lead)
    with pytest.raises(MarkedAlready):
        marked(wait, team, MONTHS[-1], MarkKind.REBASE, by=lead)
    with pytest.raises(ReasonMissing):
        mark_chart(
            indicator=wait, unit=team, period=build.period(MONTHS[-1]), kind=MarkKind.NOTE, reason=" ", by=lead,
            now=timezone.now(), today=TODAY,
        )  # fmt: skip
