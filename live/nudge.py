"""The tap on the shoulder: one empty message over Redis, so that nobody waits for the next look at the outbox.

It carries nothing and may be lost: readers look every quarter of a second anyway. So it must never cost the caller
more than a moment, and never an error.
"""

import functools
import logging
import time

import redis
from django.conf import settings
from django.db import connection
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

#: Seconds that a change may wait for a Redis that doesn't answer.
PATIENCE_S = 0.2
#: Seconds for which a Redis that failed is left alone.
REST_S = 5.0

#: When each address may be tried again, in monotonic seconds; an address that works has no entry.
_resting: dict[str, float] = {}


def channel() -> str:
    """Return the channel's name. Redis channels know no database number, so it names the database of the changes."""
    return f"obeya:{connection.settings_dict['NAME']}:changes"


@functools.cache
def client(url: str) -> redis.Redis:
    """Return the process's client for an address; it gives up at once instead of trying again."""
    return redis.Redis.from_url(
        url, socket_connect_timeout=PATIENCE_S, socket_timeout=PATIENCE_S, retry=Retry(NoBackoff(), 0)
    )


def nudge() -> None:
    """Tell every reader to look now. A Redis that is down is reported once and left alone for a while."""
    url = settings.REDIS_URL
    if time.monotonic() < _resting.get(url, 0.0):
        return
    try:
        client(url).publish(channel(), b"")
    except redis.RedisError as reason:
        if url not in _resting:
            logger.warning("Redis does not answer; open pages hear of changes a little later. %s", reason)
        _resting[url] = time.monotonic() + REST_S
    else:
        _resting.pop(url, None)
