"""Measure a trajectory: from its events to ordinary observations, of which only those that differ are written."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import available_timezones

from django.db import OperationalError, connection, transaction

from indicators.operations import drain_rollups, rebuild_values
from live.operations import announce
from trajectories.calculations.figures.parcels import Part
from trajectories.calculations.frame import local
from trajectories.models import AwaitedEvent, BoundMeasure, EventBatch, LogDay, Refresh, Trajectory
from trajectories.operations.maps.faces import keep_faces
from trajectories.operations.refreshing.failures import keep_failure, keep_faults
from trajectories.operations.refreshing.faults import tell_faults
from trajectories.operations.refreshing.following import follow
from trajectories.operations.refreshing.sharing import compute, compute_together
from trajectories.operations.refreshing.sound import sound_measures
from trajectories.operations.refreshing.whole import measure_whole
from trajectories.operations.refreshing.work import MustBeWhole, Work, ground
from trajectories.queries.keys import check_rotation
from trajectories.queries.known import take
from trajectories.queries.refreshes import REFRESH_LOCK

logger = logging.getLogger(__name__)

#: Refreshes kept for the page that shows them.
KEPT_REFRESHES = 200
#: How long a trajectory whose refresh failed is left alone, unless something new arrives.
REST = dt.timedelta(minutes=10)
#: With more news than so many events, and than one event in five, computing everything is faster than finding what is
#: touched.
FEW, ONE_IN = 20_000, 5
#: In a longer log, the faces of the flow are left to the job that draws the maps: they need all events.
FACES_AT_ONCE = 200_000


def refresh(trajectory: Trajectory, *, now: dt.datetime, full: bool = False) -> Refresh | None:
    """Measure a trajectory again and let the values follow; return None where another process is at it already.

    Only what changed is computed, unless the definition, the units or their tree have. `full` follows what changed and
    then computes everything anew, keeps how many figures that shows to have been wrong, and rebuilds the values. What
    goes wrong is kept in the row that is returned; the trajectory stays stale, and everything is computed next time.
    """
    row, began = Refresh(trajectory=trajectory, started_at=now), time.monotonic()
    with _ours(trajectory) as is_ours:
        if not is_ours:
            return None
        try:
            _measure(row, trajectory, now, full=full, began=began)
            _roll_up(trajectory, now=now, full=full)
        except Exception as error:
            logger.exception("The refresh of %s failed.", trajectory.code)
            words = keep_failure(row, error)
            if not isinstance(error, OperationalError):
                BoundMeasure.objects.filter(trajectory=trajectory).update(basis="")
            Trajectory.objects.filter(pk=trajectory.pk, stale_since=None).update(stale_since=now)
            tell_faults(trajectory, dict.fromkeys(_indicators(trajectory), words), now=now)
        _keep(row, began)
    old = trajectory.refreshes.values_list("pk", flat=True)[KEPT_REFRESHES:]
    Refresh.objects.filter(pk__in=list(old)).delete()
    return row


def _keep(row: Refresh, began: float) -> None:
    row.finished_at = row.started_at + dt.timedelta(seconds=time.monotonic() - began)
    row.save()


def refresh_due(*, now: dt.datetime) -> list[Refresh]:
    """Refresh every trajectory whose events, definition, units or day changed; one that fails stops no other."""
    tree = ground()
    due = [one for one in Trajectory.objects.all() if not _rests(one, now=now) and _is_due(one, tree, now=now)]
    return [row for row in (refresh(one, now=now) for one in due) if row is not None]


def _rests(trajectory: Trajectory, *, now: dt.datetime) -> bool:
    """Answer whether the last refresh failed, a little while ago, and nothing new has come since."""
    last = trajectory.refreshes.first()
    if last is None or not last.error or now - last.started_at >= REST:
        return False
    return trajectory.stale_since is None or trajectory.stale_since <= last.started_at


def _is_due(trajectory: Trajectory, tree: str, *, now: dt.datetime) -> bool:
    """Answer whether there is anything to measure; where not even that can be told, the refresh will say why."""
    if (
        trajectory.stale_since is not None
        or trajectory.tree != tree
        or trajectory.timezone not in available_timezones()
    ):
        return True
    wall = local(now, trajectory.timezone)
    awaited = AwaitedEvent.objects.filter(trajectory=trajectory, wall__lt=wall.replace(tzinfo=dt.UTC))
    return trajectory.measured_on != wall.date() or awaited.exists()


@contextmanager
def _ours(trajectory: Trajectory) -> Iterator[bool]:
    """Hold the trajectory's lock, if nobody else does: of the session, so that shares of the work can be committed.

    The death of the process ends the session, and so the lock; within a second, also in the middle of a statement.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET client_connection_check_interval = '1s'")
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [REFRESH_LOCK, trajectory.pk])
        (is_ours,) = cursor.fetchone()
    try:
        yield is_ours
    finally:
        if is_ours and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [REFRESH_LOCK, trajectory.pk])


def _measure(row: Refresh, trajectory: Trajectory, now: dt.datetime, *, full: bool, began: float) -> None:
    """Bring every bound measure and the faces of the flow to now, and take the trajectory off the stale ones.

    What arrives from here on sets a later `stale_since`, which then stays. The row is kept with what was measured, so
    that both are told of also where the process dies while values follow, which a job then goes on with.
    """
    check_rotation()
    trajectory.refresh_from_db()
    row.stale_since, tree = trajectory.stale_since, ground()
    sound, faults = sound_measures(trajectory, tree=tree)
    work = Work(trajectory, take(trajectory), sound, local(now, trajectory.timezone), now)
    can_follow = _can_follow(work)
    part = None if can_follow and not full else compute_together(work, _events(trajectory) + work.taken.rows)
    with transaction.atomic():
        # From here on no rotation of keys begins until what is measured has been kept.
        check_rotation()
        _compute(work, row, part, can_follow=can_follow, full=full)
        row.events = _events(trajectory)
        row.observations_changed, row.left_out = work.changed, _left_out(work)
        keep_faults(row, list(faults.values()))
        tell_faults(trajectory, faults, now=now)
        _settle(work, row, tree)
        _keep(row, began)
        announce(topic="trajectory", unit_id=None, what={"trajectory": trajectory.code}, now=now)
    if row.events <= FACES_AT_ONCE:
        keep_faces(trajectory, now=now)


def _compute(work: Work, row: Refresh, part: Part | None, *, can_follow: bool, full: bool) -> None:
    """Follow what changed where that can be done and pays; else, or after it when asked in full, compute everything."""
    is_followed = can_follow and _follow(work, row)
    if is_followed and not full:
        return
    followed, work.changed = work.changed if is_followed else 0, 0
    measure_whole(work, row, part or compute(work, _events(work.trajectory) + work.taken.rows))
    if is_followed:
        row.differences = work.changed
        work.changed += followed


def _can_follow(work: Work) -> bool:
    """Answer whether what the last refresh kept rests on the same ground, and little enough has changed since."""
    before, taken = work.trajectory.measured_before, work.taken
    if before is None or before.replace(tzinfo=None) > work.as_of or taken.is_undone:
        return False
    if any(one.row.basis != one.basis for one in work.measures):
        return False
    return taken.rows <= FEW or taken.rows * ONE_IN <= _events(work.trajectory)


def _events(trajectory: Trajectory) -> int:
    """Return how many events the last refresh counted."""
    return sum(LogDay.objects.filter(trajectory=trajectory).values_list("events", flat=True))


def _follow(work: Work, row: Refresh) -> bool:
    """Follow what changed; answer whether that could be done."""
    try:
        with transaction.atomic():
            follow(work, row)
    except MustBeWhole:
        work.changed = 0
        return False
    return True


def _settle(work: Work, row: Refresh, tree: str) -> None:
    """Keep up to where the trajectory has been measured."""
    trajectory = work.trajectory
    EventBatch.objects.filter(pk__in=work.taken.batches).update(measured_at=work.now)
    Trajectory.objects.filter(pk=trajectory.pk).update(
        measured_on=work.as_of.date(),
        measured_before=work.as_of.replace(tzinfo=dt.UTC),
        horizon=trajectory.horizon,
        tree=tree,
    )
    Trajectory.objects.filter(pk=trajectory.pk, stale_since=row.stale_since).update(stale_since=None)


def _left_out(work: Work) -> dict[str, int]:
    nowhere = [one.row.left_out for one in work.measures]
    return {
        "contributions": sum(sum(teams.values()) for teams in nowhere),
        "teams": len({team for teams in nowhere for team in teams if team}),
    }


def _indicators(trajectory: Trajectory) -> list[int]:
    return list(trajectory.measures.values_list("indicator_id", flat=True))


def _roll_up(trajectory: Trajectory, *, now: dt.datetime, full: bool) -> None:
    indicators = _indicators(trajectory)
    drain_rollups(now=now, indicators=indicators)
    if full:
        rebuild_values(indicators=indicators, now=now)
