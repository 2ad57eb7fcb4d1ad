"""Draw the map of a past day once, and keep it: at once where that is a matter of a second or two, else by the worker."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from celery import current_app
from django.core.cache import cache
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from live.operations import announce
from organisation.models import Unit
from trajectories.calculations.frame import local
from trajectories.calculations.maps.drawn import EVERYONE
from trajectories.calculations.maps.pictures import as_json
from trajectories.models import PastMap, Trajectory
from trajectories.operations.maps.current import AT_ONCE
from trajectories.queries.keys import is_rotating
from trajectories.queries.maps import (
    KEPT_S,
    DrawnMap,
    all_pictures,
    end_of,
    ended_day,
    events_of,
    lately_drawn,
    log_state,
    map_as_of,
    past_map,
)

logger = logging.getLogger(__name__)

#: The tasks' names, written out: names outlive files.
TASK, TASK_BEFORE = "trajectories.tasks.draw_past_map", "trajectories.tasks.draw_map_before"
#: Days whose maps are kept of a trajectory: a year of the slider's weeks.
KEPT_DAYS = 60
#: Seconds in which readers of the same day ask the worker only once.
PATIENCE_S = 120
#: Any constant that no other lock of the database uses; the letters "past".
PAST_LOCK = int.from_bytes(b"past")


@dataclass(frozen=True)
class Drawing:
    """A map that the worker is at: from how many events, and how long the last such map took (None: there was none)."""

    day: dt.date
    events: int
    seconds: float | None
    #: Whether it waits until pseudonyms are under the further key to which they are being brought.
    waits: bool = False


def map_on(trajectory: Trajectory, unit: Unit | None, day: dt.date, *, now: dt.datetime) -> DrawnMap | Drawing:
    """Return the map at the end of a past day; of a long log, the first time, that it is being drawn."""
    kept = past_map(trajectory, unit, day)
    if kept is not None:
        return kept
    events = events_of(trajectory)
    if events <= AT_ONCE and keep_past_maps(trajectory, day, now=now):
        return past_map(trajectory, unit, day) or Drawing(day, events, None)
    _draw_soon(trajectory, day)
    last = PastMap.objects.filter(trajectory=trajectory, unit=None).order_by("-drawn_at").first()
    return Drawing(day, events, last.seconds * events / max(1, last.events) if last else None, waits=is_rotating())


def map_before(
    trajectory: Trajectory, unit: Unit | None, as_of: dt.datetime, known_on: dt.datetime | None, *, now: dt.datetime
) -> DrawnMap | Drawing:
    """Return the map before an instant, as `map_as_of` does; of a long log, the first time, that it is being drawn."""
    day = ended_day(trajectory, as_of)
    if day is not None and known_on is None and end_of(day) <= local(now, trajectory.timezone):
        drawn = map_on(trajectory, unit, day, now=now)
        return drawn if isinstance(drawn, Drawing) else replace(drawn, as_of=as_of)
    events = events_of(trajectory)
    if events <= AT_ONCE:
        return map_as_of(trajectory, unit, as_of, known_on)
    lately = lately_drawn(trajectory, unit, as_of, known_on)
    if lately is None:
        told = [trajectory.code, unit.code if unit else "", as_of.isoformat(), known_on.isoformat() if known_on else ""]
        _ask_worker(TASK_BEFORE, told, patience=KEPT_S)
    return lately or Drawing(local(as_of, trajectory.timezone).date(), events, None, waits=is_rotating())


@transaction.atomic
def keep_past_maps(trajectory: Trajectory, day: dt.date, *, now: dt.datetime) -> bool:
    """Draw the maps of all units at the end of a past day, and keep them; False where another process is at one already.

    Likewise while pseudonyms are brought under a further key.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [PAST_LOCK, trajectory.pk])
        (is_ours,) = cursor.fetchone()
    if not is_ours or is_rotating():
        return False
    state, events, began = log_state(trajectory), events_of(trajectory), time.monotonic()
    pictures = all_pictures(trajectory, end_of(day))
    seconds = time.monotonic() - began
    PastMap.objects.filter(trajectory=trajectory, day=day).delete()
    PastMap.objects.bulk_create(
        (
            PastMap(
                trajectory=trajectory,
                day=day,
                unit_id=None if key == EVERYONE else key,
                state=state,
                drawn_at=now,
                seconds=seconds,
                events=events,
                picture=as_json(picture),
            )
            for key, picture in pictures.items()
        ),
        batch_size=500,
    )
    _forget_oldest(trajectory)
    announce(topic="trajectory", unit_id=None, what={"trajectory": trajectory.code}, now=now)
    return True


def _forget_oldest(trajectory: Trajectory) -> None:
    kept = PastMap.objects.filter(trajectory=trajectory, unit=None).order_by("-drawn_at")
    days = list(kept.values_list("day", flat=True)[KEPT_DAYS:])
    PastMap.objects.filter(trajectory=trajectory, day__in=days).delete()


def _draw_soon(trajectory: Trajectory, day: dt.date) -> None:
    _ask_worker(TASK, [trajectory.code, day.isoformat()], patience=PATIENCE_S)


def _ask_worker(task: str, told: Sequence[str], *, patience: int) -> None:
    """Ask the worker to draw a map, once in so many seconds. With Redis down, the next reader asks again."""
    if not cache.add(f"{task}:" + ":".join(told), 1, patience):
        return
    try:
        current_app.send_task(task, args=list(told), retry=False, ignore_result=True)
    except (OperationalError, OSError) as reason:
        logger.warning("The queue does not answer; the map of %s waits. %s", told[0], reason)
