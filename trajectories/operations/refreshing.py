"""Measure a trajectory: from its events to ordinary observations, of which only those that differ are written."""

from __future__ import annotations

import datetime as dt
import logging
import time

from django.db import OperationalError, connection, transaction

from indicators.operations import drain_rollups, rebuild_values
from live.operations import announce
from trajectories.calculations.frame import local
from trajectories.models import AwaitedEvent, BoundMeasure, EventBatch, LogDay, Refresh, Trajectory
from trajectories.operations.faces import store_faces
from trajectories.operations.following import MustBeWhole, follow
from trajectories.operations.people import count_people, counts_people
from trajectories.operations.sound import calendar_fingerprint, sound_measures
from trajectories.operations.whole import measure_whole
from trajectories.operations.work import Work
from trajectories.queries.known import take
from trajectories.queries.logs import read_log
from trajectories.queries.places import tree_fingerprint
from trajectories.queries.refreshes import REFRESH_LOCK

logger = logging.getLogger(__name__)

#: Refreshes kept for the page that shows them.
KEPT_REFRESHES = 200
#: How long a trajectory whose refresh failed is left alone, unless something new arrives.
REST = dt.timedelta(minutes=10)
#: With more news than so many events, and than one event in five, computing everything is faster than finding what is
#: touched.
FEW, ONE_IN = 20_000, 5


def refresh(trajectory: Trajectory, *, now: dt.datetime, full: bool = False) -> Refresh | None:
    """Measure a trajectory again and let the values follow; return None where another process is at it already.

    Only what changed is computed, unless the definition, the units or their tree have. `full` follows what changed and
    then computes everything anew, keeps how many figures that shows to have been wrong, and rebuilds the values. What
    goes wrong is kept in the row that is returned; the trajectory stays stale, and everything is computed next time.
    """
    row, began = Refresh(trajectory=trajectory, started_at=now), time.monotonic()
    try:
        with transaction.atomic():
            if not _is_ours(trajectory):
                return None
            _measure(row, trajectory, now, full=full)
        _roll_up(trajectory, now=now, full=full)
    except Exception as error:
        logger.exception("The refresh of %s failed.", trajectory.code)
        row.error = f"{type(error).__name__}: {error}"
        if not isinstance(error, OperationalError):
            BoundMeasure.objects.filter(trajectory=trajectory).update(basis="")
    row.finished_at = now + dt.timedelta(seconds=time.monotonic() - began)
    row.save()
    old = trajectory.refreshes.values_list("pk", flat=True)[KEPT_REFRESHES:]
    Refresh.objects.filter(pk__in=list(old)).delete()
    return row


def refresh_due(*, now: dt.datetime) -> list[Refresh]:
    """Refresh every trajectory whose events, definition, units or day changed; one that fails stops no other."""
    tree = _ground()
    due = [one for one in Trajectory.objects.all() if _is_due(one, tree, now=now)]
    return [row for row in (refresh(one, now=now) for one in due) if row is not None]


def _ground() -> str:
    """Return what changes whenever units, their tree or the fiscal calendar do."""
    return f"{tree_fingerprint()[:16]}{calendar_fingerprint()[:16]}"


def _is_due(trajectory: Trajectory, tree: str, *, now: dt.datetime) -> bool:
    """Answer whether there is anything to measure; one that failed rests until something changes or a while passes."""
    wall = local(now, trajectory.timezone)
    is_same = trajectory.stale_since is None and (trajectory.measured_on, trajectory.tree) == (wall.date(), tree)
    if (
        is_same
        and not AwaitedEvent.objects.filter(trajectory=trajectory, wall__lt=wall.replace(tzinfo=dt.UTC)).exists()
    ):
        return False
    last = trajectory.refreshes.first()
    if last is None or not last.error or now - last.started_at >= REST:
        return True
    return trajectory.stale_since is not None and trajectory.stale_since > last.started_at


def _is_ours(trajectory: Trajectory) -> bool:
    """Take the trajectory's lock until the end of the transaction, also if that end is the death of the process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [REFRESH_LOCK, trajectory.pk])
        (is_ours,) = cursor.fetchone()
        return bool(is_ours)


def _measure(row: Refresh, trajectory: Trajectory, now: dt.datetime, *, full: bool) -> None:
    """Bring every bound measure and the faces of the flow to now, and take the trajectory off the stale ones.

    What arrives from here on sets a later `stale_since`, which then stays.
    """
    trajectory.refresh_from_db()
    row.stale_since, tree = trajectory.stale_since, _ground()
    sound, faults = sound_measures(trajectory, tree=tree)
    sums = [one for one in sound if not counts_people(one)]
    work = Work(trajectory, take(trajectory), sums, local(now, trajectory.timezone), now)
    _compute(work, row, full=full)
    work.changed += sum(count_people(work, one) for one in sound if counts_people(one))
    log = read_log(trajectory, as_of=work.as_of, columns=())
    store_faces(trajectory, log=log, units=work.units, as_of=work.as_of, now=now)
    row.events = _events(trajectory)
    row.observations_changed, row.left_out = work.changed, _left_out(work)
    row.error = "\n".join(faults.values())
    _settle(work, row, tree)
    announce(topic="trajectory", unit_id=None, what={"trajectory": trajectory.code}, now=now)


def _compute(work: Work, row: Refresh, *, full: bool) -> None:
    """Follow what changed where that can be done and pays; else, or after it when asked in full, compute everything."""
    is_followed = _can_follow(work) and _follow(work, row)
    if is_followed and not full:
        return
    followed, work.changed = work.changed if is_followed else 0, 0
    measure_whole(work, row)
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


def _roll_up(trajectory: Trajectory, *, now: dt.datetime, full: bool) -> None:
    indicators = list(trajectory.measures.values_list("indicator_id", flat=True))
    drain_rollups(now=now, indicators=indicators)
    if full:
        rebuild_values(indicators=indicators, now=now)
