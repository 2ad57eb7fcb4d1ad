"""The activities that a log knows, for a person who defines what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl
from django.core.cache import cache
from django.db.models import Count, Max, Sum

from trajectories.models import Event, EventBatch, Trajectory
from trajectories.queries.logs import read_log

#: Counting ten million events takes seconds: of so large a log what a form shows may be a day old, unless events were
#: imported since.
LARGE: Final = 200_000
KEPT_S: Final = 86_400
#: Cases of a large log that a definition is proposed from.
CASES: Final = 20_000


@dataclass(frozen=True, slots=True)
class LoggedActivity:
    """An activity, in how many events and cases."""

    name: str
    events: int
    cases: int


def activities_in_log(trajectory: Trajectory) -> list[LoggedActivity]:
    """Return the activities of a trajectory's events, the commonest first."""
    seen = EventBatch.objects.filter(trajectory=trajectory).aggregate(newest=Max("pk"), rows=Sum("rows_new"))
    newest = seen["newest"]
    if (seen["rows"] or 0) < LARGE:
        return _counted(trajectory)
    key = f"trajectories:activities:{trajectory.pk}:{newest}"
    kept: list[LoggedActivity] | None = cache.get(key)
    if kept is None:
        kept = _counted(trajectory)
        cache.set(key, kept, KEPT_S)
    return kept


def log_to_propose_from(trajectory: Trajectory) -> pl.DataFrame:
    """Return the log frame, of a large log the whole cases of its first events: enough to see the usual order."""
    rows = EventBatch.objects.filter(trajectory=trajectory).aggregate(rows=Sum("rows_new"))["rows"] or 0
    if rows < LARGE:
        return read_log(trajectory, columns=())
    first = Event.objects.in_force().filter(trajectory=trajectory).order_by("pk").values_list("case", flat=True)[:LARGE]
    return read_log(trajectory, columns=(), cases=list(dict.fromkeys(first))[:CASES])


def _counted(trajectory: Trajectory) -> list[LoggedActivity]:
    rows = (
        Event.objects.in_force()
        .filter(trajectory=trajectory)
        .values_list("activity")
        .annotate(events=Count("pk"), cases=Count("case", distinct=True))
        .order_by("-cases", "activity")
    )
    return [LoggedActivity(*row) for row in rows]
