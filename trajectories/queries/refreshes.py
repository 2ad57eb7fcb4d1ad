"""What the page of refreshes shows: how each trajectory stands, and how its last refreshes went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import F, Sum

from trajectories.models import EventBatch, Refresh, Trajectory

#: The letters "meas"; with a trajectory's id, the lock that its refresh holds.
REFRESH_LOCK = int.from_bytes(b"meas")


@dataclass(frozen=True)
class RefreshState:
    """How a trajectory stands. `lag`: for how long news has waited; `events_waiting`: how many have come that no refresh has seen.

    `last` is the last refresh, `last_good_at` the end of the last one without an error; None: there was none.
    """

    trajectory: Trajectory
    last: Refresh | None
    last_good_at: dt.datetime | None
    lag: dt.timedelta | None
    events_waiting: int
    is_running: bool


def refreshes(*, now: dt.datetime, trajectories: Sequence[Trajectory] | None = None) -> list[RefreshState]:
    """Return how trajectories stand (all of them, by code), with five queries however many there are."""
    found = list(Trajectory.objects.all()) if trajectories is None else list(trajectories)
    ids = [one.pk for one in found]
    last = {row.trajectory_id: row for row in _latest(ids, only_good=False)}
    good = {row.trajectory_id: row.finished_at for row in _latest(ids, only_good=True)}
    waiting = dict(
        EventBatch.objects.unmeasured()
        .filter(trajectory__in=ids)
        .order_by()
        .values("trajectory_id")
        .annotate(rows=Sum(F("rows_new") + F("rows_changed")))
        .values_list("trajectory_id", "rows")
    )
    running = _running()
    return [
        RefreshState(
            trajectory=one,
            last=last.get(one.pk),
            last_good_at=good.get(one.pk),
            lag=None if one.stale_since is None else now - one.stale_since,
            events_waiting=waiting.get(one.pk, 0),
            is_running=one.pk in running,
        )
        for one in found
    ]


def history(trajectory: Trajectory, *, limit: int = 50) -> list[Refresh]:
    """Return the last refreshes of a trajectory, the newest first."""
    return list(trajectory.refreshes.all()[:limit])


def _latest(ids: Sequence[int], *, only_good: bool) -> Iterable[Refresh]:
    chosen = Refresh.objects.filter(trajectory__in=ids)
    if only_good:
        chosen = chosen.filter(error="", finished_at__isnull=False)
    return chosen.order_by("trajectory_id", "-started_at").distinct("trajectory_id")


def _running() -> frozenset[int]:
    """Return the ids of trajectories that some process is refreshing at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """,
            [REFRESH_LOCK],
        )
        return frozenset(pk for (pk,) in cursor.fetchall())
