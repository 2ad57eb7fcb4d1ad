"""Wait for a nudge, but never for long."""

import logging
import threading
import time

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.client import PubSub
from redis.retry import Retry

from live.nudge import PATIENCE_S, REST_S, channel

logger = logging.getLogger(__name__)


class Listener:
    """One reader's ear on Redis. Without Redis it is a clock: every wait lasts its whole time. Used by one thread."""

    def __init__(self) -> None:
        self._ear: PubSub | None = None
        self._rests_until = 0.0
        self._has_complained = False

    def wait(self, seconds: float, *, stop: threading.Event) -> None:
        """Return at the next nudge, after so many seconds, or (without Redis) at the stop: whichever is first."""
        if self._ear is None and time.monotonic() < self._rests_until:
            stop.wait(seconds)
            return
        try:
            self._hear(self._ear or self._listen(), seconds)
        except redis.RedisError as reason:
            self.close()
            self._rests_until = time.monotonic() + REST_S
            if not self._has_complained:
                logger.warning("Redis does not answer; changes are looked for by the clock. %s", reason)
            self._has_complained = True
            stop.wait(seconds)

    def close(self) -> None:
        """Hang up."""
        if self._ear is not None:
            self._ear.close()
            self._ear.connection_pool.disconnect()
            self._ear = None

    def _listen(self) -> PubSub:
        # No limit on reading here: the wait itself is the limit, and a limit would end the quiet connection.
        url = settings.REDIS_URL
        caller = redis.Redis.from_url(url, socket_connect_timeout=PATIENCE_S, retry=Retry(NoBackoff(), 0))
        self._ear = PubSub(caller.connection_pool, ignore_subscribe_messages=True)
        self._ear.subscribe(channel())
        self._has_complained = False
        return self._ear

    @staticmethod
    def _hear(ear: PubSub, seconds: float) -> None:
        """Take one nudge, then those that came with it: one look answers them all."""
        message = ear.get_message(timeout=seconds)
        while message is not None:
            message = ear.get_message(timeout=0.0)
