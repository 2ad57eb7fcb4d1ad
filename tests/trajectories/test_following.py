"""What a refresh makes of what changed is what computing everything anew makes of it, to the digit."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.imports import ImportReport
from indicators.models import Observation, PeriodLock, Value
from indicators.queries.rollup.checks import check_rollups
from organisation.models import Unit
from tests import build
from tests.trajectories.logs import CLOCK, NOW
from trajectories.models import (
    AwaitedEvent,
    BoundMeasure,
    Event,
    EventBatch,
    FirstCell,
    GoingStay,
    HeldCell,
    LogDay,
    Trajectory,
)
from trajectories.operations import mark_stale, refresh, refresh_due, save_trajectory
from trajectories.queries.definitions import sheet

#: Of each pair of measure and kind that is computed in a way of its own; some by the day.
MEASURES: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "delay": ("duration", "month", "access_delay", {}),
    "minutes": ("mean", "month", "access_delay", {"unit": "minutes"}),
    "half-seen": ("duration", "month", "access_delay_kaplan_meier", {"censored_by": ["CLOSURE", "DROPOUT"]}),
    "waiting": ("stock", "month", "waiting_list", {}),
    "waiting-daily": ("stock", "day", "waiting_list", {}),
    "waited": ("duration", "week", "waiting_list", {}),
    "overdue": ("ratio", "month", "waiting_list", {"target": 5}),
    "within-overdue": ("ratio", "month", "within_target_counting_overdue_open", {"target": 5}),
    "caseload": ("stock", "week", "open_caseload", {}),
    "starts": ("count", "month", "starts", {}),
    "starts-daily": ("count", "day", "starts", {}),
    "passed": ("count", "month", "handoffs", {}),
    "passed-back": ("count", "month", "ping_pong", {}),
    "silent": ("stock", "week", "open_cases_silent_over_N", {"N": 7}),
    "kept-to": ("ratio", "month", "conformance_rules", {"rules": [["precedence", "REFERRAL", "SERVICE"]]}),
    "in-order": ("ratio", "month", "pathway_order", {"steps": ["REFERRAL", "SERVICE"], "skipping": "allowed"}),
    "days-with": ("count", "month", "team_days", {}),
    "paused": ("mean", "month", "net_of_pauses", {"pause_lifecycles": ["suspend"]}),
    "within": ("ratio", "month", "within_priority_target", {"targets": {"P1": 5, "P2": 20}}),
    "back": ("ratio", "month", "return_within_N", {"N": 20, "key": "person", "back": ["REFERRAL"]}),
    "same": ("mean", "month", "continuity", {"index": "coc"}),
    "silences": ("count", "month", "gaps", {"N": 10}),
    "stay": ("ratio", "month", "length_of_stay", {"target": 15}),
    "again": ("count", "month", "rework", {}),
    "dropped": ("ratio", "month", "dropouts", {}),
    "seen": ("distinct", "month", "contacts", {}),
    "seen-weekly": ("distinct", "week", "contacts", {"activities": ["SERVICE", "CONTACT"]}),
    "workers": ("distinct", "month", "workload", {}),
}
FIRST = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
TEAMS = ("north", "south", "east", "closed", "nowhere", "")
ACTIVITIES = ("REFERRAL", "SERVICE", "CONTACT", "PAUSE", "RESUME", "CLOSURE", "DROPOUT")


@dataclass(frozen=True)
class Happening:
    """An event as it may come: of a few cases and people, in the first three months of a year."""

    case: int
    person: int | None
    hours: int
    activity: str
    team: str
    worker: int | None
    priority: str


happenings = st.builds(
    Happening,
    case=st.integers(0, 4),
    person=st.none() | st.integers(0, 2),
    hours=st.integers(0, 24 * 90),
    activity=st.sampled_from(ACTIVITIES),
    team=st.sampled_from(TEAMS),
    worker=st.none() | st.integers(0, 2),
    priority=st.sampled_from(("", "P1", "P2")),
)
#: Other clocks that a definition may come to have.
CLOCKS: tuple[dict[str, list[str]], ...] = (
    CLOCK,
    CLOCK | {"stop": ["SERVICE", "CONTACT"]},
    CLOCK | {"start": ["CONTACT"], "close": ["CLOSURE", "PAUSE"]},
)
#: What may come to pass between two refreshes: news, corrections and withdrawals by place among those in force, an
#: import taken back, days that pass, a locked month and its unlocking, another clock so many days from now or before.
turns = st.fixed_dictionaries(
    {
        "news": st.lists(happenings, max_size=6),
        "corrected": st.lists(st.tuples(st.integers(0, 40), happenings), max_size=2),
        "withdrawn": st.lists(st.integers(0, 40), max_size=3),
        "days": st.integers(0, 40),
        "undone": st.integers(0, 9),
        "lock": st.sampled_from(("", "", "lock", "unlock")),
        "clock": st.none() | st.none() | st.tuples(st.sampled_from(CLOCKS), st.integers(-70, 40)),
    }
)


def place() -> Unit:
    """A centre with two sides, four teams, of which one closes."""
    centre = build.unit("centre")
    left, right = build.units("left", "right", parent=centre)
    build.units("north", "south", parent=left)
    build.units("east", parent=right)
    closed = build.unit("closed", parent=right)
    Unit.objects.filter(pk=closed.pk).update(closes_on=dt.date(2024, 2, 10))
    return centre


def bind(names: Sequence[str] = tuple(MEASURES), code: str = "youths") -> Trajectory:
    """A trajectory with measures of those above, each bound to an indicator of its own."""
    made = Trajectory.objects.create(code=code, name_en=code, clock=CLOCK)
    for name in names:
        kind, frequency, measure, params = MEASURES[name]
        fields = {"statistic": "median"} if kind == "duration" else {"factor": 100} if kind == "ratio" else {}
        own = name if code == "youths" else f"{code}-{name}"
        indicator = build.indicator(own, kind=kind, frequency=frequency, **fields)
        made.measures.create(indicator=indicator, measure=measure, params=params)
    return made


def batch(of: Trajectory, now: dt.datetime) -> EventBatch:
    mark_stale(of, now=now)
    return EventBatch.objects.create(trajectory=of, name="news", imported_at=now, finished_at=now)


def add(of: Trajectory, news: Sequence[Happening], arrived: EventBatch) -> None:
    Event.objects.bulk_create(
        Event(
            trajectory=of,
            batch=arrived,
            fingerprint=uuid.uuid4(),
            case=uuid.UUID(int=one.case << 125),
            person=None if one.person is None else uuid.UUID(int=one.person),
            worker=None if one.worker is None else uuid.UUID(int=one.worker),
            activity=one.activity,
            wall=FIRST + dt.timedelta(hours=one.hours),
            order=number,
            team=one.team,
            priority=one.priority,
            recorded_at=arrived.imported_at,
        )
        for number, one in enumerate(news)
    )


def leave_force(events: Sequence[int], by: EventBatch) -> None:
    Event.objects.filter(pk__in=events).update(superseded_by=by, superseded_at=by.imported_at)


def pass_turn(of: Trajectory, turn: dict[str, Any], now: dt.datetime) -> None:
    """Have everything of a turn happen, each in an import of its own."""
    if turn["news"]:
        add(of, turn["news"], batch(of, now))
    here = list(Event.objects.in_force().filter(trajectory=of).order_by("pk").values_list("pk", flat=True))
    gone = {here[place] for place in turn["withdrawn"] if place < len(here)}
    corrected = {here[place]: to for place, to in turn["corrected"] if place < len(here) and here[place] not in gone}
    if gone or corrected:
        changing = batch(of, now)
        leave_force([*gone, *corrected], changing)
        add(of, list(corrected.values()), changing)
    for undone in EventBatch.objects.filter(trajectory=of, undone_at=None, superseded=None).order_by("pk")[:1]:
        if turn["undone"] == 0:
            leave_force(list(undone.events.in_force().values_list("pk", flat=True)), undone)
            EventBatch.objects.filter(pk=undone.pk).update(undone_at=now, measured_at=None)
            mark_stale(of, now=now)
    if turn["lock"] == "lock" and not PeriodLock.objects.in_force().exists():
        PeriodLock.objects.create(unit=Unit.objects.get(code="left"), period=build.period("2024-01"), locked_at=now)
    if turn["lock"] == "unlock":
        PeriodLock.objects.update(unlocked_at=now)
    if turn["clock"] is not None:
        clock, days = turn["clock"]
        change_clock(of, clock, now.date() + dt.timedelta(days=days), now)


def change_clock(of: Trajectory, clock: dict[str, list[str]], day: dt.date, now: dt.datetime) -> None:
    """Let another clock take effect on a day, which may be past."""
    wanted = sheet(Trajectory.objects.get(pk=of.pk)) | {"clock": clock}
    save_trajectory(definition=wanted, report=ImportReport(), now=now, reason="another clock", takes_effect_on=day)


def kept() -> dict[str, object]:
    """All that a refresh keeps, without the keys of rows."""
    parts = ("numerator", "denominator", "days", "cases", "members")
    cell = ("unit__code", "period__code", *parts)
    return {
        "observations": sorted(Observation.objects.values_list("indicator__code", *cell), key=str),
        "values": sorted(Value.objects.values_list("indicator__code", *cell, "reporting"), key=str),
        "held": sorted(HeldCell.objects.values_list("measure__indicator__code", *cell, "is_withdrawn"), key=str),
        "going": sorted(
            GoingStay.objects.values_list("measure__indicator__code", "rule", "unit__code", "day", "cases")
        ),
        "firsts": sorted(FirstCell.objects.values_list("measure__indicator__code", "unit__code", "period__code")),
        "days": sorted(LogDay.objects.values_list("day", "events")),
        "awaited": sorted(AwaitedEvent.objects.values_list("case", "wall")),
        "left out": sorted(BoundMeasure.objects.values_list("indicator__code", "left_out"), key=str),
    }


class TestFollowing(TestCase):
    """However events come, are corrected and leave, and however the days pass."""

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(st.sampled_from(sorted(MEASURES)), min_size=1, max_size=5, unique=True),
        st.lists(happenings, max_size=25),
        st.lists(turns, min_size=1, max_size=4),
    )
    def test_what_changed_followed_is_everything_computed(
        self, names: list[str], start: list[Happening], turned: list[dict[str, Any]]
    ) -> None:
        place()
        youths, now = bind(names), FIRST + dt.timedelta(days=20, hours=12)
        add(youths, start, batch(youths, now))
        first = refresh(youths, now=now)

        rows = []
        for turn in turned:
            now += dt.timedelta(days=turn["days"])
            pass_turn(youths, turn, now)
            rows.append(refresh(youths, now=now))
        followed = kept()
        checked = refresh(youths, now=now, full=True)

        assert [row.error for row in (first, *rows, checked) if row is not None] == [""] * (2 + len(turned))
        assert checked is not None
        assert checked.differences == 0
        assert kept() == followed
        assert check_rollups().different == 0


class TestRules(TestCase):
    """A definition that changes on a day."""

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(st.sampled_from(sorted(MEASURES)), min_size=1, max_size=4, unique=True),
        st.lists(happenings, min_size=1, max_size=25),
        st.integers(-5, 100),
        st.lists(happenings, max_size=5),
    )
    def test_each_period_is_measured_by_the_rule_that_held_for_it(
        self, names: list[str], start: list[Happening], days: int, late: list[Happening]
    ) -> None:
        place()
        old, new, changed = (bind(names, code) for code in ("old", "new", "changed"))
        Trajectory.objects.filter(pk=new.pk).update(clock=CLOCKS[1])
        now, day = FIRST + dt.timedelta(days=60), (FIRST + dt.timedelta(days=days)).date()
        for one in (old, new, changed):
            add(one, start, batch(one, now))
            refresh(one, now=now)
        change_clock(changed, CLOCKS[1], day, now)
        later = now + dt.timedelta(days=20)
        for one in (old, new, changed):
            add(one, late, batch(one, later))
            refresh(one, now=later)

        found = {code: figures(code) for code in ("old", "new", "changed")}

        expected = {key: cell for key, cell in found["old"].items() if key[2] < day}
        expected |= {key: cell for key, cell in found["new"].items() if key[2] >= day}
        assert found["changed"] == expected


def figures(code: str) -> dict[tuple[str, str, dt.date], tuple[object, ...]]:
    """The cells of a trajectory that are not zero, by measure, unit and last day of the period."""
    rows = Observation.objects.filter(indicator__bound_measure__trajectory__code=code).exclude(numerator=0, days=None)
    rows = rows.exclude(numerator=0, days=[])
    return {
        (row.indicator.code.removeprefix(f"{code}-"), row.unit.code, row.period.ends_on): (
            row.numerator,
            row.denominator,
            row.days,
            row.cases,
        )
        for row in rows.select_related("indicator", "unit", "period")
    }


@pytest.mark.django_db
def test_what_a_lock_keeps_from_leaving_is_held_alike_when_all_is_computed() -> None:
    place()
    youths, now = bind(["starts-daily"]), FIRST + dt.timedelta(days=20)
    add(youths, [Happening(0, None, 24 * day, "REFERRAL", "north", None, "") for day in (9, 12)], batch(youths, now))
    refresh(youths, now=now)
    first = Event.objects.order_by("wall").values_list("pk", flat=True)[0]
    leave_force([first], batch(youths, now))
    PeriodLock.objects.create(unit=Unit.objects.get(code="left"), period=build.period("2024-01"), locked_at=now)

    refresh(youths, now=now)
    followed = kept()
    refresh(youths, now=now, full=True)

    assert kept() == followed
    assert HeldCell.objects.filter(is_withdrawn=True).count() == 3


@pytest.mark.django_db
def test_only_the_cases_that_news_touches_are_computed_again() -> None:
    place()
    youths = bind()
    add(
        youths,
        [Happening(case, None, 24 * case, "REFERRAL", "north", None, "") for case in range(5)],
        batch(youths, NOW),
    )
    first = refresh(youths, now=NOW)
    add(youths, [Happening(2, None, 24 * 9, "SERVICE", "south", None, "")], batch(youths, NOW))

    second = refresh(youths, now=NOW)

    assert first is not None
    assert second is not None
    assert (first.is_full, second.is_full) == (True, False)
    assert (second.events, second.events_touched, second.cases) == (6, 1, 1)


@pytest.mark.django_db
def test_another_day_is_followed_without_reading_a_case() -> None:
    place()
    youths = bind()
    add(youths, [Happening(1, None, 0, "REFERRAL", "north", None, "")], batch(youths, FIRST))
    refresh(youths, now=FIRST + dt.timedelta(hours=12))

    [row] = refresh_due(now=FIRST + dt.timedelta(days=1, hours=12))

    assert (row.is_full, row.cases, row.error) == (False, 0, "")
    waiting = Observation.objects.get(indicator__code="waiting-daily", period__code="2024-01-02")
    assert (waiting.days, waiting.cases) == ([1], [1])


@pytest.mark.django_db
def test_an_event_of_a_coming_day_counts_when_its_day_has_come() -> None:
    place()
    youths = bind()
    add(youths, [Happening(1, None, 24 * 2, "REFERRAL", "north", None, "")], batch(youths, FIRST))
    refresh(youths, now=FIRST)
    before = Observation.objects.count()

    refresh_due(now=FIRST + dt.timedelta(days=3))

    assert before == 0
    assert Observation.objects.get(indicator__code="starts").numerator == 1


@pytest.mark.django_db
def test_a_tree_or_a_definition_that_changed_is_computed_whole() -> None:
    centre = place()
    youths = bind()
    add(youths, [Happening(1, None, 0, "REFERRAL", "north", None, "")], batch(youths, NOW))
    refresh(youths, now=NOW)

    build.unit("new", parent=centre)
    [tree] = refresh_due(now=NOW)
    youths.measures.filter(measure="gaps").update(params={"N": 5})
    definition = refresh(youths, now=NOW)
    nothing = refresh(youths, now=NOW)

    assert tree.is_full
    assert definition is not None
    assert definition.is_full
    assert nothing is not None
    assert not nothing.is_full
