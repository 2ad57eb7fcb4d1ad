"""The worker's own sign of life, beside the one that it gives as a job."""

import logging
from typing import Any

import redis
from celery import bootsteps
from django.utils import timezone

from core.heartbeats import SEEN_LATELY_S, give_sign

logger = logging.getLogger(__name__)

#: Seconds between two signs; four missed ones are silence.
SIGN_EVERY_S = SEEN_LATELY_S / 4


class SignOfLife(bootsteps.StartStopStep):
    """Has the worker's main process say that it is alive, whatever its children do.

    They may all be at long refreshes, for minutes: then nobody takes the job that gives the sign, and a worker that
    does exactly what it should would look dead to whoever restarts dead ones.
    """

    requires = ("celery.worker.components:Timer",)

    def start(self, parent: Any) -> None:
        """Begin when the worker does; its timer ends with it."""
        sign()
        parent.timer.call_repeatedly(SIGN_EVERY_S, sign)


def sign() -> None:
    """Give the sign; a broker that is away for a moment ends nothing."""
    try:
        give_sign("worker", now=timezone.now())
    except redis.RedisError as reason:
        logger.warning("The worker cannot say that it is alive: %s", reason)
