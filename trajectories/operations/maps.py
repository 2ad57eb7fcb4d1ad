"""Keep the maps of a trajectory, so that a page and a wall show them without reading an event."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from live.operations import announce
from trajectories.calculations.frame import local
from trajectories.calculations.maps import EVERYONE
from trajectories.calculations.pictures import as_json
from trajectories.models import FlowMap, Trajectory
from trajectories.queries.maps import all_pictures

#: Any constant that no other lock of the database uses; the letters "maps".
MAPS_LOCK = int.from_bytes(b"maps")


@transaction.atomic
def keep_maps(trajectory: Trajectory, *, now: dt.datetime) -> bool:
    """Draw the maps of all units again and keep them; answer False where another process is at it already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [MAPS_LOCK, trajectory.pk])
        (is_ours,) = cursor.fetchone()
    if not is_ours:
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
