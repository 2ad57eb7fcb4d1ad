"""A large log is computed share by share, by whoever is there, and comes to the same."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tests.trajectories.logs import NOW
from tests.trajectories.test_following import Happening, add, batch, bind, place
from trajectories.calculations.figures.parcels import Part, opened, packed
from trajectories.calculations.frame import local
from trajectories.models import RefreshShare, Trajectory
from trajectories.operations.refreshing.sharing import SHARE_EVENTS, compute, compute_one, compute_together
from trajectories.operations.refreshing.sound import sound_measures
from trajectories.operations.refreshing.work import Work, ground
from trajectories.queries.known import take

#: Twenty people with two cases each: referred, seen by another team, closed, and back in the other case.
NEWS = [
    Happening(case % 8, case % 5, 40 * case + 24 * step, activity, team, case % 3, "P1")
    for case in range(40)
    for step, (activity, team) in enumerate((("REFERRAL", "north"), ("SERVICE", "south"), ("CLOSURE", "east")))
]


def work() -> Work:
    place()
    youths = bind()
    add(youths, NEWS, batch(youths, NOW))
    sound, _faults = sound_measures(youths, tree=ground())
    return Work(youths, take(youths), sound, local(NOW, youths.timezone), NOW)


def told(part: Part, done: Work) -> dict[str, list[tuple[object, ...]]]:
    """Everything that a part comes to, in an order of its own; what looks across cases, after that."""
    place_of = {
        one.row.pk: done.place(one.row.indicator.frequency, dt.date(2024, 1, 1), NOW.date()) for one in done.measures
    }
    across = {
        one.row.pk: done.sums(one, part.rows[one.row.pk], place_of[one.row.pk], done.as_of)
        for one in done.measures
        if one.row.pk in part.rows
    }
    found: dict[str, pl.DataFrame] = {"days": part.days}
    for pk, sums in {**part.sums, **across}.items():
        found |= {f"{pk} {name}": getattr(sums, name) for name in ("figures", "counts", "stays", "nowhere")}
    return {name: sorted(frame.rows(), key=str) for name, frame in found.items()}


@pytest.mark.django_db
def test_shares_come_to_what_all_cases_come_to_at_once() -> None:
    wanted = work()

    whole, shared = compute(wanted, len(NEWS)), compute(wanted, 7 * SHARE_EVENTS)

    assert told(shared, wanted) == told(whole, wanted)


@pytest.mark.django_db
def test_a_part_comes_out_of_its_parcel_as_it_went_in() -> None:
    wanted = work()
    part = compute(wanted, len(NEWS))

    again = opened(packed(part))

    assert told(again, wanted) == told(part, wanted)


@pytest.mark.django_db(transaction=True)
def test_a_helper_computes_shares_and_the_refresh_puts_all_together() -> None:
    wanted = work()
    left_by_the_dead = RefreshShare.objects.create(
        trajectory=wanted.trajectory, run="00000000-0000-0000-0000-000000000001", number=0, of=2, as_of=NOW
    )

    part = compute_together(wanted, 3 * SHARE_EVENTS)

    assert part is not None
    assert told(part, wanted) == told(compute(wanted, len(NEWS)), wanted)
    assert not RefreshShare.objects.filter(pk=left_by_the_dead.pk).exists()
    assert RefreshShare.objects.count() == 0


@pytest.mark.django_db
def test_a_helper_leaves_a_share_whose_definition_has_changed() -> None:
    wanted = work()
    run = RefreshShare.objects.create(
        trajectory=wanted.trajectory,
        run="00000000-0000-0000-0000-000000000002",
        number=0,
        of=1,
        as_of=NOW,
        batches=list(wanted.taken.batches),
        bases={str(one.row.pk): one.basis for one in wanted.measures},
    ).run
    first = compute_one(run)
    RefreshShare.objects.update(result=None)
    Trajectory.objects.update(clock={"start": ["CONTACT"]})

    second = compute_one(run)

    assert (first, second) == (True, False)
