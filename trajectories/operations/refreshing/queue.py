"""Ask the worker, after commit, to measure a trajectory again."""

from __future__ import annotations

import datetime as dt
import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from organisation.choices import Do
from organisation.models import Person
from organisation.queries import units_where
from trajectories.calculations.refusals import MayNotRefresh
from trajectories.models import Trajectory

logger = logging.getLogger(__name__)

#: The task's name, written out: names outlive files.
TASK = "trajectories.tasks.refresh_trajectory"


def refresh_soon(trajectory: Trajectory) -> None:
    """Queue a refresh once the caller's transaction is committed. With Redis down, beat finds the trajectory stale."""
    code = trajectory.code
    transaction.on_commit(lambda: _send(code))


def refresh_now(*, trajectory: Trajectory, by: Person, today: dt.date) -> None:
    """Queue a refresh for someone who leads or administers anywhere; raises `MayNotRefresh`."""
    if not units_where(by, Do.CHANGE_BOARD, on=today).exists():
        raise MayNotRefresh
    refresh_soon(trajectory)


def _send(code: str) -> None:
    try:
        current_app.send_task(TASK, args=[code], retry=False, ignore_result=True)
    except (OperationalError, OSError) as reason:
        logger.warning("The queue does not answer; beat will refresh %s a little later. %s", code, reason)
