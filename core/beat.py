"""Beat, which sends jobs by the clock, and shows with every turn that it is alive."""

import logging
from typing import Any

import redis
from celery.beat import PersistentScheduler
from django.utils import timezone

from core.heartbeats import give_sign

logger = logging.getLogger(__name__)


class Scheduler(PersistentScheduler):
    """Celery's own scheduler, with a sign of life."""

    #: Seconds after which beat turns at the latest, whatever is due.
    max_interval = 5

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Send what is due; answer the seconds until the next turn."""
        try:
            give_sign("beat", now=timezone.now())
        except redis.RedisError as reason:
            logger.warning("Beat cannot say that it is alive: %s", reason)
        return super().tick(*args, **kwargs)
