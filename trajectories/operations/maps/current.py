"""Keep the maps of a trajectory, so that a page and a wall show them without reading an event."""

from __future__ import annotations

import datetime as dt
import logging

from celery import current_app
from django.core.cache import cache
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from live.operations import announce
from organisation.models import Unit
from trajectories.calculations.frame import local
from trajectories.calculations.maps.drawn import EVERYONE
from trajectories.calculations.maps.pictures import as_json
from trajectories.models import FlowMap, Trajectory
from trajectories.queries.keys import is_rotating
from trajectories.queries.maps import DrawnMap, all_pictures, events_of, is_map_old, kept_map

logger = logging.getLogger(__name__)

#: The task's name, written out: names outlive files.
TASK = "trajectories.tasks.draw_maps"
#: Seconds in which readers who see an old map ask the worker for a new one only once.
PATIENCE_S = 60
#: Events that a page waits for to be read: a second or two.
AT_ONCE = 300_000
#: Any constant that no other lock of the database uses; the letters "maps".
MAPS_LOCK = int.from_bytes(b"maps")


@transaction.atomic
def keep_maps(trajectory: Trajectory, *, now: dt.datetime) -> bool:
    """Draw the maps of all units again and keep them; answer False where another process is at it already.

    Nothing is drawn while pseudonyms are brought under a further key: what comes after that draws them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [MAPS_LOCK, trajectory.pk])
        (is_ours,) = cursor.fetchone()
    if not is_ours or is_rotating():
        return False
    pictures = all_pictures(trajectory, local(now, trajectory.timezone))
    FlowMap.objects.filter(trajectory=trajectory).delete()
    FlowMap.objects.bulk_create(
        (
            FlowMap(
                trajectory=trajectory,
                unit_id=None if key == EVERYONE else key,
                as_of=now,
                picture=as_json(picture),
            )
            for key, picture in pictures.items()
        ),
        batch_size=500,
    )
    announce(topic="trajectory", unit_id=None, what={"trajectory": trajectory.code}, now=now)
    return True


def draw_soon(trajectory: Trajectory) -> None:
    """Ask the worker to draw the maps again. With Redis down, the next reader asks again."""
    if not cache.add(f"maps-asked:{trajectory.pk}", 1, PATIENCE_S):
        return
    try:
        current_app.send_task(TASK, args=[trajectory.code], retry=False, ignore_result=True)
    except (OperationalError, OSError) as reason:
        logger.warning("The queue does not answer; the maps of %s stay as they are. %s", trajectory.code, reason)


def map_now(trajectory: Trajectory, unit: Unit | None, *, now: dt.datetime) -> DrawnMap:
    """Return the map of now. One that no refresh has kept yet is drawn and kept here, unless that would take too long.

    A map that is older than the last refresh is shown as it is, with its time, and drawn again by the worker.
    """
    if is_map_old(trajectory):
        is_first = not FlowMap.objects.filter(trajectory=trajectory).exists()
        if is_first and events_of(trajectory) <= AT_ONCE:
            keep_maps(trajectory, now=now)
        else:
            draw_soon(trajectory)
    return kept_map(trajectory, unit)
