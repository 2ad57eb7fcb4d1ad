"""A refresh writes what the events say now, no more and no less, at every level."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.imports import ImportReport
from core.sentences import told
from indicators.models import Indicator, Observation, Value
from indicators.queries import Wanted, series
from organisation.models import Unit
from tests import build
from tests.trajectories.logs import LINES, NOW, add, trajectory
from trajectories.models import Event, Refresh, Trajectory
from trajectories.operations import refresh, refresh_due, save_trajectory
from trajectories.operations.refreshing.failures import keep_failure
from trajectories.operations.refreshing.refresh import REST
from trajectories.queries import flow

MEASURES = {
    "delay": ("duration", "access_delay", {}),
    "waiting": ("stock", "waiting_list", {}),
    "starts": ("count", "starts", {}),
    "passed": ("count", "handoffs", {}),
    "within": ("ratio", "within_priority_target", {"targets": {"P1": 10, "P3": 30}}),
}


def place() -> list[Unit]:
    """A centre with two teams."""
    centre = build.unit("centre")
    return [centre, *build.units("north", "south", parent=centre)]


def bind(code: str = "youths") -> Trajectory:
    """A trajectory with every measure above bound to an indicator of its own."""
    made = trajectory(code)
    for name, (kind, measure, params) in MEASURES.items():
        fields = {"statistic": "median"} if kind == "duration" else {"factor": 100} if kind == "ratio" else {}
        made.measures.create(
            indicator=build.indicator(f"{code}-{name}", kind=kind, **fields), measure=measure, params=params
        )
    return made


def figures(model: type[Observation | Value], name: str) -> dict[tuple[str, str], tuple[object, ...]]:
    rows = model._default_manager.filter(indicator__code=name).values_list(
        "unit__code", "period__code", "numerator", "denominator", "days", "cases"
    )
    return {row[:2]: row[2:] for row in rows}


@pytest.mark.django_db
def test_each_case_counts_at_its_team_and_all_above() -> None:
    place()
    youths = bind()
    add(youths)

    row = refresh(youths, now=NOW)

    assert row is not None
    assert row.error == ""
    assert figures(Value, "youths-delay") == {
        ("north", "2024-01"): (None, None, [10], [1]),
        ("south", "2024-02"): (None, None, [40], [1]),
        ("centre", "2024-01"): (None, None, [10], [1]),
        ("centre", "2024-02"): (None, None, [40], [1]),
    }
    assert figures(Value, "youths-within")["centre", "2024-01"][:2] == (Decimal(1), Decimal(1))


@pytest.mark.django_db
def test_the_list_carries_its_waits_and_falls_to_zero() -> None:
    place()
    youths = bind()
    add(youths)

    refresh(youths, now=NOW)

    assert figures(Observation, "youths-waiting") == {
        ("north", "2024-01"): (Decimal(1), None, [29], [1]),
        ("north", "2024-02"): (Decimal(0), None, [], []),
        ("north", "2024-03"): (Decimal(0), None, [], []),
        ("south", "2024-01"): (Decimal(1), None, [21], [1]),
        ("south", "2024-02"): (Decimal(1), None, [50], [1]),
        ("south", "2024-03"): (Decimal(1), None, [63], [1]),
    }


@pytest.mark.django_db
def test_a_handoff_inside_a_unit_is_none_of_the_unit() -> None:
    place()
    youths = bind()
    add(youths)

    refresh(youths, now=NOW)

    assert figures(Value, "youths-passed")["south", "2024-02"][0] == 1
    assert figures(Value, "youths-passed")["centre", "2024-02"][0] == 0


@pytest.mark.django_db
def test_nothing_new_writes_nothing() -> None:
    place()
    youths = bind()
    add(youths)
    refresh(youths, now=NOW)

    again = refresh(youths, now=NOW)

    assert again is not None
    assert again.observations_changed == 0


@pytest.mark.django_db
def test_units_that_come_after_the_events_are_found() -> None:
    youths = bind()
    add(youths)
    first = refresh_due(now=NOW)
    place()

    second = refresh_due(now=NOW)

    assert [row.left_out["teams"] for row in (*first, *second)] == [2, 0]
    assert figures(Value, "youths-delay")["centre", "2024-01"] == (None, None, [10], [1])
    assert refresh_due(now=NOW) == []


@pytest.mark.django_db
def test_one_measure_that_fails_stops_no_other_and_is_told_of() -> None:
    place()
    youths = bind()
    youths.measures.filter(measure="starts").update(params={"start": 7})
    add(youths)

    row = refresh(youths, now=NOW)

    assert row is not None
    assert row.error == "youths-starts: “start” must be a list of activities."
    assert figures(Observation, "youths-delay") != {}


@pytest.mark.django_db
def test_one_trajectory_that_fails_stops_no_other_and_its_figures_are_late_with_the_reason() -> None:
    place()
    youths, elders = bind(), bind("elders")
    for one in (youths, elders):
        add(one)
        refresh(one, now=NOW)
    Trajectory.objects.filter(pk=youths.pk).update(timezone="No/Where")
    later = NOW + dt.timedelta(days=2)

    rows = refresh_due(now=later)

    wanted = [
        Wanted(Indicator.objects.get(code=code).pk, Unit.objects.get(code="south").pk, "month")
        for code in ("youths-waiting", "elders-waiting")
    ]
    late, fresh = series(wanted, today=later.date())
    assert [(row.trajectory.code, row.error != "") for row in rows] == [("elders", False), ("youths", True)]
    assert (late.status, fresh.status) == ("late", "no target")
    assert "No/Where" in late.indicator.fault
    assert refresh_due(now=later) == []


def break_off_roll_ups() -> None:
    """Let the database break off whatever writes a value, as it does when it is shut down."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN RAISE EXCEPTION 'shut down' USING ERRCODE = '57P01'; END$$;
            CREATE TRIGGER break_off BEFORE INSERT ON indicators_value EXECUTE FUNCTION break_off();
            """
        )


@pytest.mark.django_db
def test_what_was_measured_before_the_database_broke_off_is_tried_again_by_itself() -> None:
    place()
    youths = bind()
    add(youths)
    break_off_roll_ups()
    broken = refresh(youths, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER break_off ON indicators_value")

    soon, later = refresh_due(now=NOW + REST / 2), refresh_due(now=NOW + REST)

    assert broken is not None
    assert broken.error == "The database broke off. It is tried again by itself."
    assert (soon, [row.error for row in later]) == ([], [""])
    assert Indicator.objects.exclude(fault="").count() == 0
    assert figures(Value, "youths-starts")["centre", "2024-01"][0] == 4


def ends_in_roll_up(execute: Callable[..., object], statement: str, *rest: object) -> object:
    """Let whoever brings values to what is measured end there, as a process does that is told to."""
    if "DELETE FROM indicators_stalevalue" in str(statement):
        raise KeyboardInterrupt
    return execute(statement, *rest)


@pytest.mark.django_db
def test_what_was_measured_is_told_of_where_the_process_ends_while_values_follow() -> None:
    place()
    youths = bind()
    add(youths)

    with connection.execute_wrapper(ends_in_roll_up), pytest.raises(KeyboardInterrupt):
        refresh(youths, now=NOW)

    (row,) = Refresh.objects.all()
    assert (row.error, row.finished_at is not None, row.events) == ("", True, Event.objects.count())
    assert Trajectory.objects.get().stale_since is None


@pytest.mark.django_db
def test_why_a_refresh_failed_is_told_in_the_language_of_its_reader() -> None:
    place()
    youths = bind()
    add(youths)
    Trajectory.objects.filter(pk=youths.pk).update(timezone="No/Where")

    row = refresh(youths, now=NOW)

    assert row is not None
    assert row.error == "“No/Where” is no time zone such as America/Toronto."
    with translation.override("fr"):
        assert row.fault == "«\u00a0No/Where\u00a0» n’est pas un fuseau horaire comme America/Toronto."


@pytest.mark.django_db
def test_what_was_not_foreseen_is_told_without_its_words_and_to_administrators_with_its_place() -> None:
    def fails() -> None:
        raise KeyError("Jean Tremblay")

    row = Refresh(trajectory=bind())
    try:
        fails()
    except KeyError as error:
        words = keep_failure(row, error)

    assert words == row.error == "Something went wrong that was not foreseen. An administrator can see where."
    assert re.fullmatch(r"KeyError, tests/trajectories/test_refresh\.py:\d+ \(fails\)", row.detail)


@pytest.mark.django_db
def test_figures_are_late_no_more_once_they_are_measured_again() -> None:
    place()
    youths = bind()
    youths.measures.filter(measure="starts").update(params={"start": 7})
    add(youths)
    refresh(youths, now=NOW)
    failing = Indicator.objects.get(code="youths-starts")
    before = failing.fault
    with translation.override("fr"):
        in_french = told(failing.fault_why or "")

    youths.measures.filter(measure="starts").update(params={})
    refresh(youths, now=NOW)

    assert before == "youths-starts: “start” must be a list of activities."
    assert in_french == "youths-starts\u00a0: «\u00a0start\u00a0» doit être une liste d’activités."
    assert Indicator.objects.exclude(fault="", fault_why=None).count() == 0
    assert figures(Value, "youths-starts")["centre", "2024-01"][0] == 4


@pytest.mark.django_db
def test_people_stand_in_the_last_step_they_entered() -> None:
    place()
    steps = [
        {"code": name.lower(), "name_en": name.title(), "name_fr": "", "activities": [name]}
        for name in ("REFERRAL", "SERVICE")
    ]
    youths = trajectory(steps=steps)
    add(youths)
    refresh(youths, now=NOW)

    kept = flow(youths)
    earlier = flow(youths, Unit.objects.get(code="north"), dt.datetime(2024, 1, 10, tzinfo=dt.UTC))

    assert [(step.code, step.people, step.waiting, step.longest_wait, step.median_delay) for step in kept.steps] == [
        ("referral", 1, 1, 81, None),
        ("service", 1, 0, None, 25.0),
    ]
    assert [(step.people, step.waiting, step.longest_wait) for step in earlier.steps] == [(2, 2, 8), (0, 0, None)]


@pytest.mark.django_db
def test_a_definition_is_kept_once_and_refuses_what_does_not_fit() -> None:
    build.indicator("starts")
    build.indicator("share", kind="ratio")
    build.indicator("half-seen", kind="duration", statistic="km_median")
    definition = {
        "code": "youths",
        "clock": {"start": "REFERRAL"},
        "measures": [
            {"indicator": "starts", "measure": "starts"},
            {"indicator": "nothing", "measure": "starts"},
            {"indicator": "share", "measure": "handoffs"},
            {"indicator": "share", "measure": "rework_rate"},
            {"indicator": "half-seen", "measure": "access_delay"},
        ],
    }
    first, again = ImportReport(), ImportReport()

    save_trajectory(definition=definition, report=first, now=NOW)
    save_trajectory(definition=definition, report=again, now=NOW)

    assert (first.new, first.refused, again.new, again.changed, again.unchanged) == (2, 4, 0, 0, 2)
    assert [refusal.reason for refusal in first.refusals] == [
        "measures[1].indicator: there is no indicator “nothing”.",
        "measures[2].measure: “handoffs” fits an indicator of kind count; “share” is of kind ratio.",
        "measures[3].measure: there is no measure “rework_rate”.",
        (
            "measures[4].measure: “half-seen” counts those still waiting, of whom “access_delay” does not tell: "
            "bind access_delay_kaplan_meier."
        ),
    ]


class TestAnyOrder(TestCase):
    """However events arrive, the observations are those of one refresh of them all."""

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(st.sampled_from(LINES.strip().splitlines()), min_size=1, max_size=12).flatmap(
            lambda lines: st.tuples(st.just(lines), st.integers(0, len(lines)))
        )
    )
    def test_late_and_repeated_events_give_the_same_figures(self, drawn: tuple[list[str], int]) -> None:
        lines, cut = drawn
        Refresh.objects.all().delete()
        place()
        piecewise, whole = bind("piecewise"), bind("whole")

        for part in (lines[:cut], lines[cut:], lines[:cut]):
            add(piecewise, "\n".join(dict.fromkeys(part)))
            refresh(piecewise, now=NOW)
        add(whole, "\n".join(dict.fromkeys(lines)))
        refresh(whole, now=NOW)

        for name in MEASURES:
            assert figures(Observation, f"piecewise-{name}") == figures(Observation, f"whole-{name}")
            assert figures(Value, f"piecewise-{name}") == figures(Value, f"whole-{name}")
