"""What the worker does for trajectories."""

import datetime as dt
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from organisation.models import Unit
from trajectories import operations, uploading
from trajectories.models import EventUpload
from trajectories.operations.intake.losing import close_lost_imports as close_lost
from trajectories.queries import map_as_of, past_map, trajectory_by_code


@shared_task(name="trajectories.tasks.refresh_trajectory")
def refresh_trajectory(code: str) -> None:
    """Measure one trajectory again; an import queues it."""
    if operations.refresh(trajectory_by_code(code), now=timezone.now()) is not None:
        draw_maps.delay(code)


@shared_task(name="trajectories.tasks.draw_maps")
def draw_maps(code: str) -> None:
    """Draw and keep the maps of one trajectory; what was measured anew asks for it."""
    trajectory, now = trajectory_by_code(code), timezone.now()
    if operations.keep_maps(trajectory, now=now):
        operations.keep_faces(trajectory, now=now)


@shared_task(name="trajectories.tasks.draw_past_map")
def draw_past_map(code: str, day: str) -> None:
    """Draw and keep the maps of a past day, unless someone has meanwhile; a page asks for it."""
    trajectory, ended = trajectory_by_code(code), dt.date.fromisoformat(day)
    if past_map(trajectory, None, ended) is None:
        operations.keep_past_maps(trajectory, ended, now=timezone.now())


@shared_task(name="trajectories.tasks.draw_map_before")
def draw_map_before(code: str, unit: str, as_of: str, known_on: str) -> None:
    """Draw the map of a unit ("": of everyone) before an instant, which is kept for a while; the API asks for it."""
    known = dt.datetime.fromisoformat(known_on) if known_on else None
    below = Unit.objects.get(code=unit) if unit else None
    map_as_of(trajectory_by_code(code), below, dt.datetime.fromisoformat(as_of), known)


@shared_task(name="trajectories.tasks.compute_shares")
def compute_shares(run: str) -> None:
    """Help with a refresh of a long log: compute shares of its cases until there are none left."""
    while operations.compute_one(UUID(run)):
        pass


@shared_task(name="trajectories.tasks.refresh_stale")
def refresh_stale() -> None:
    """Measure what no job has measured yet: beat calls it, so that a lost message costs half a minute."""
    for row in operations.refresh_due(now=timezone.now()):
        draw_maps.delay(row.trajectory.code)


@shared_task(name="trajectories.tasks.refresh_daily")
def refresh_daily() -> None:
    """Measure what depends on the day; a trajectory is due once its own day has changed."""
    for row in operations.refresh_due(now=timezone.now()):
        draw_maps.delay(row.trajectory.code)


@shared_task(name="trajectories.tasks.read_upload")
def read_upload(upload: int) -> None:
    """Try or take a file that came by browser, if it is still there."""
    for found in EventUpload.objects.select_related("trajectory", "by", "batch").filter(pk=upload):
        uploading.read_upload(found, now=timezone.now(), today=timezone.localdate())


@shared_task(name="trajectories.tasks.forget_uploads")
def forget_uploads() -> None:
    """Remove files of events that nobody decided on for a day: they hold what identifies people."""
    operations.forget_old(now=timezone.now())


@shared_task(name="trajectories.tasks.close_lost_imports")
def close_lost_imports() -> None:
    """Close imports whose process died: nothing of them was kept."""
    close_lost(now=timezone.now())
