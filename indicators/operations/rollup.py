"""Let values follow observations: drain the queue, or rebuild all."""

import datetime as dt
from collections.abc import Collection

#: Queue rows taken in one transaction.
BATCH = 20_000


def drain_rollups(*, now: dt.datetime, limit: int = BATCH, indicators: Collection[int] | None = None) -> int:
    """Recompute the values that wait in the queue, of some indicators (ids) or all; answer how many queue rows went.

    Idempotent: two workers, or one that crashes and starts again, do no harm. Works until the queue is empty, in
    transactions of at most `limit` queue rows each.
    """
    raise NotImplementedError


def rebuild_values(*, indicators: Collection[int] | None = None, now: dt.datetime) -> int:
    """Recompute every value of some indicators (ids) or all from their observations; answer how many changed."""
    raise NotImplementedError


def follow_tree(*, now: dt.datetime) -> int:
    """Rebuild all values if units have been placed otherwise since the last time; answer how many changed."""
    raise NotImplementedError
