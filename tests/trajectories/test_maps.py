"""The map of a trajectory: ways between steps, the gap between two units, drop-outs, and the paths people took."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imports import ImportReport
from organisation.models import Unit
from tests import build
from tests.trajectories.logs import NOW, add, asked, trajectory
from trajectories.calculations.asked import Asked
from trajectories.calculations.maps.drawn import EVERYONE, Tree, facts, pictures
from trajectories.calculations.maps.flow import with_steps
from trajectories.calculations.maps.handovers import gaps
from trajectories.calculations.maps.passages import compared, drop_outs, moves
from trajectories.calculations.maps.paths import FEWEST, Path, Rule, paths_of, pooled
from trajectories.calculations.maps.pictures import Picture, as_json, from_json, without_small_numbers
from trajectories.models import EventBatch, FlowMap, Trajectory, TrajectoryVersion
from trajectories.operations import Drawing, add_events, keep_maps, map_on, save_trajectory
from trajectories.operations.intake.undoing import undo_events
from trajectories.operations.maps import past as past_maps
from trajectories.queries import DrawnMap, kept_map, maps
from trajectories.queries.definitions import sheet
from trajectories.queries.maps import all_pictures, end_of
from trajectories.tasks import draw_past_map

STEPS = [
    {"code": "referral", "name_en": "Referral", "name_fr": "Demande", "activities": ["REFERRAL"]},
    {"code": "service", "name_en": "Service", "activities": ["SERVICE", "TAKEN"]},
    {"code": "transfer", "name_en": "Transfer", "activities": ["TRANSFER"]},
    {"code": "end", "name_en": "End", "activities": ["CLOSURE", "DROPOUT"]},
]
#: Ada goes from north to south after a gap of 6 days and ends, Bob is between the two, Cy waits, Dee drops out.
LINES = """
ada 2024-01-01 REFERRAL north
ada 2024-01-11 SERVICE north
ada 2024-01-20 TRANSFER north
ada 2024-01-26 TAKEN south
ada 2024-02-05 CLOSURE south
bob 2024-02-01 REFERRAL north
bob 2024-02-21 SERVICE north
bob 2024-03-01 TRANSFER north
cy 2024-03-10 REFERRAL south
dee 2024-03-01 REFERRAL south
dee 2024-03-05 DROPOUT south
"""
TODAY = dt.date(2024, 3, 31)
NORTH, SOUTH = 1, 2


def handing_over(lines: str = LINES) -> Asked:
    """Ask with a clock that knows what hands a person over."""
    question = asked(lines)
    return Asked(question.log, clock={**question.clock, "hand_over": ["TRANSFER"]})


def drawn(lines: str = LINES) -> dict[int, Picture]:
    above = pl.DataFrame(
        {"team": ["north", "south"], "key": [NORTH, SOUTH]}, schema={"team": pl.String, "key": pl.Int64}
    )
    tree = Tree(above, {NORTH: EVERYONE, SOUTH: EVERYONE})
    rules: list[Rule] = [("precedence", "SERVICE", "TRANSFER")]
    return pictures(facts(handing_over(lines), STEPS, rules, tree, TODAY), STEPS, rules, tree, TODAY)


def test_a_way_takes_the_days_from_entering_a_step_to_entering_the_next_one() -> None:
    found = moves(with_steps(asked(LINES).log, STEPS), ["DROPOUT"])

    assert sorted(found.select("source", "target", "team", "days").rows()) == [
        (0, 1, "north", 10),
        (0, 1, "north", 20),
        (1, 2, "north", 9),
        (1, 2, "north", 9),
        (1, 3, "south", 10),
        (2, 1, "south", 6),
    ]


def test_delays_are_compared_with_those_of_the_span_before() -> None:
    rows = pl.DataFrame(
        {
            "way": ["a"] * 4,
            "day": [
                TODAY,
                TODAY - dt.timedelta(days=89),
                TODAY - dt.timedelta(days=90),
                TODAY - dt.timedelta(days=180),
            ],
            "days": [10, 20, 7, 99],
        }
    )

    (row,) = compared(rows, ("way",), TODAY).rows(named=True)

    assert row == {
        "way": "a", "n": 2, "median": 15.0, "p90": 19.0, "n_before": 1, "median_before": 7.0, "p90_before": 7.0,
    }  # fmt: skip


def test_a_drop_out_counts_at_the_step_that_it_left() -> None:
    question = asked(LINES)

    found = drop_outs(question, with_steps(question.log, STEPS))

    assert found.rows() == [("south", dt.date(2024, 3, 5), 0)]


def test_nobody_owns_a_person_from_the_hand_over_to_the_first_act_of_another_unit() -> None:
    closed, still = gaps(handing_over())

    assert closed.rows() == [("south", dt.date(2024, 1, 26), 6)]
    assert still.rows() == [("north", dt.date(2024, 3, 1))]


def test_the_same_unit_that_goes_on_leaves_no_gap() -> None:
    closed, still = gaps(handing_over("ada 2024-01-01 TRANSFER north\nada 2024-01-09 TAKEN north"))

    assert (closed.height, still.height) == (0, 0)


def test_every_unit_has_its_own_map_and_the_root_holds_all() -> None:
    found = drawn()

    assert [(step.people, step.waiting, step.longest, step.dropped) for step in found[EVERYONE].steps] == [
        (1, 1, 21, 1), (0, 0, None, 0), (1, 0, None, 0), (0, 0, None, 0),
    ]  # fmt: skip
    assert [step.people for step in found[NORTH].steps] == [0, 0, 1, 0]
    assert [step.people for step in found[SOUTH].steps] == [1, 0, 0, 0]
    assert (found[EVERYONE].gap.now, found[EVERYONE].gap.longest, found[EVERYONE].gap.delay.median) == (1, 30, 6.0)
    assert (found[NORTH].gap.now, found[SOUTH].gap.delay.n) == (1, 1)


def test_a_picture_is_kept_and_read_back_as_it_was() -> None:
    picture = drawn(LINES + _many(6))[EVERYONE]

    assert from_json(as_json(picture)) == picture


def test_what_rests_on_few_is_gone_for_whoever_may_not_see_it() -> None:
    picture = without_small_numbers(drawn()[EVERYONE])

    assert [(step.people, step.waiting, step.longest, step.dropped) for step in picture.steps] == [
        (None, None, None, None), (0, 0, None, 0), (None, None, None, 0), (0, 0, None, 0),
    ]  # fmt: skip
    assert {link.delay.median for link in picture.links} == {None}
    assert (picture.gap.now, picture.gap.longest, picture.gap.delay.median) == (None, None, None)


def test_a_unit_is_hidden_beside_the_one_that_could_be_worked_out_from_it() -> None:
    waiting = "\n".join(f"n{n} 2024-03-20 REFERRAL north" for n in range(9))

    found = drawn(waiting + "\ns1 2024-03-20 REFERRAL south")

    assert [without_small_numbers(found[key]).steps[0].people for key in (EVERYONE, NORTH, SOUTH)] == [10, None, None]


def _many(people: int, prefix: str = "m") -> str:
    return "\n".join(
        f"{prefix}{n} 2024-01-02 REFERRAL north\n{prefix}{n} 2024-01-12 SERVICE north\n{prefix}{n} 2024-02-12 CLOSURE north"
        for n in range(people)
    )


def test_a_path_is_the_steps_in_the_order_they_came_without_repetitions() -> None:
    lines = LINES + "ada 2024-01-12 SERVICE north\n"

    found = paths_of(with_steps(asked(lines).log, STEPS))

    assert sorted(found["path"].to_list()) == ["0", "0 1 2", "0 1 2 1 3", "0 3"]


def test_a_path_of_fewer_than_five_is_pooled_and_rules_tell_who_left_the_pathway() -> None:
    picture = drawn(LINES + _many(6))[NORTH]

    assert [(path.steps, path.n, path.broken) for path in picture.paths.shown] == []
    assert (picture.paths.others, picture.paths.other_paths) == (7, 2)
    assert [(rule.word, rule.applicable, rule.kept) for rule in picture.rules] == [("precedence", 1, 1)]


def test_common_paths_are_shown_with_their_counts() -> None:
    picture = drawn(LINES + _many(12) + "\n" + _many(6, "x").replace("SERVICE", "OTHER"))[NORTH]

    assert [(path.steps, path.n) for path in picture.paths.shown] == [((0, 1, 3), 12)]
    assert (picture.paths.others, picture.paths.cases) == (7, 19)


@given(st.lists(st.integers(1, 30), max_size=30))
def test_no_path_and_no_remainder_tells_of_fewer_than_five(counts: list[int]) -> None:
    found = pooled([Path((place,), n) for place, n in enumerate(counts)])

    assert found.cases == sum(counts)
    assert all(path.n >= FEWEST for path in found.shown)
    assert found.others == 0 or found.others >= FEWEST or not found.shown


@pytest.mark.django_db
def test_maps_are_kept_for_every_unit_and_read_without_an_event() -> None:
    centre = build.unit("centre")
    build.units("north", "south", parent=centre)
    youths = trajectory(steps=STEPS, timezone="UTC")
    add(youths, LINES)
    now = dt.datetime(2024, 3, 31, 12, tzinfo=dt.UTC)

    kept = keep_maps(youths, now=now)

    assert kept is True
    assert set(FlowMap.objects.values_list("unit__code", flat=True)) == {None, "centre", "north", "south"}
    assert [step.people for step in kept_map(youths, centre).picture.steps] == [1, 0, 1, 0]


@pytest.mark.django_db
def test_a_past_day_is_drawn_from_the_events_and_kept() -> None:
    youths, now = youths_of(LINES), dt.datetime(2024, 3, 31, 12, tzinfo=dt.UTC)
    north, day = Unit.objects.get(code="north"), dt.date(2024, 2, 10)

    past = map_on(youths, north, day, now=now)
    again = map_on(youths, north, day, now=now + dt.timedelta(hours=1))
    add(youths, "zoe 2024-02-01 REFERRAL north")
    fresh = map_on(youths, north, day, now=now + dt.timedelta(hours=2))

    assert isinstance(past, DrawnMap)
    assert isinstance(fresh, DrawnMap)
    assert [step.people for step in past.picture.steps] == [1, 0, 0, 0]
    assert again == past
    assert [step.people for step in fresh.picture.steps] == [2, 0, 0, 0]
    assert fresh.made is not None
    assert fresh.made.at == now + dt.timedelta(hours=2)


@pytest.mark.django_db
def test_a_past_day_is_not_drawn_from_events_that_were_undone() -> None:
    youths = trajectory()
    rows = [{"case": "ada", "activity": "REFERRAL", "at": "2024-01-01"}]
    add_events(trajectory=youths, rows=rows, by=None, now=NOW)
    undo_events(batch=EventBatch.objects.get(), by=None, now=NOW)
    add_events(trajectory=youths, rows=rows, by=None, now=NOW)

    drawn = map_on(youths, None, dt.date(2024, 1, 2), now=NOW)

    assert isinstance(drawn, DrawnMap)
    assert drawn.made is not None
    assert drawn.made.events == 1


@pytest.mark.django_db
def test_a_past_day_of_a_long_log_is_drawn_by_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    youths, now, day = youths_of(LINES), dt.datetime(2024, 3, 31, 12, tzinfo=dt.UTC), dt.date(2024, 2, 10)
    monkeypatch.setattr(past_maps, "AT_ONCE", 3)

    asked_first = map_on(youths, None, day, now=now)
    draw_past_map("youths", "2024-02-10")
    drawn_then = map_on(youths, None, day, now=now)
    another = map_on(youths, None, day - dt.timedelta(days=7), now=now)

    assert asked_first == Drawing(day, len(LINES.strip().splitlines()), None)
    assert isinstance(drawn_then, DrawnMap)
    assert isinstance(another, Drawing)
    assert another.seconds is not None


@pytest.mark.django_db
@pytest.mark.parametrize("ends", ["CLOSURE", "NEVER"])
def test_maps_drawn_share_by_share_are_those_of_the_whole_log(monkeypatch: pytest.MonkeyPatch, ends: str) -> None:
    lines = "\n".join(line.replace("CLOSURE", ends).replace("DROPOUT", ends) for line in LINES.strip().splitlines())
    youths = youths_of(lines, expected=[["precedence", "SERVICE", "TRANSFER"], ["absence", "DROPOUT", None]])
    days = [end_of(dt.date(2024, month, 15)) for month in (2, 3, 4)]
    whole = [all_pictures(youths, day) for day in days]

    monkeypatch.setattr(maps, "SHARE_EVENTS", 2)
    shares = [all_pictures(youths, day) for day in days]

    assert shares == whole
    assert len(whole[2]) > 1


@pytest.mark.django_db
def test_a_past_day_is_drawn_by_the_definition_that_held_on_it() -> None:
    youths, now = youths_of(LINES), dt.datetime(2024, 3, 31, 12, tzinfo=dt.UTC)
    held, day = sheet(youths), dt.date(2024, 3, 1)
    TrajectoryVersion.objects.create(trajectory=youths, number=1, sheet=held)
    wanted = held | {"steps": [*held["steps"], {"code": "after", "name_en": "After"}]}
    save_trajectory(definition=wanted, report=ImportReport(), now=now, takes_effect_on=day)
    youths.refresh_from_db()

    before, after = (map_on(youths, None, on, now=now) for on in (day - dt.timedelta(days=1), day))

    assert isinstance(before, DrawnMap)
    assert isinstance(after, DrawnMap)
    assert (len(before.steps), len(after.steps)) == (len(STEPS), len(STEPS) + 1)


def youths_of(lines: str, **fields: Any) -> Trajectory:
    centre = build.unit("centre")
    build.units("north", "south", parent=centre)
    youths = trajectory(steps=STEPS, timezone="UTC", **fields)
    add(youths, lines)
    return youths
