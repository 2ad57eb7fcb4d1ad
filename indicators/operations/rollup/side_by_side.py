"""Compute the blocks of a rebuild side by side, each in a transaction and on a connection of its own."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection

from indicators.models import Indicator
from indicators.operations.rollup.writing import ROLLUP_LOCK, Lock, lock, lock_beside

#: Blocks computed at a time. The database does the work, so the more processors it has the more could be; two leave
#: the others to those who look at boards meanwhile.
AT_ONCE = 2
#: Any constant that no other lock of the database uses; these are the letters "rebu".
REBUILD_LOCK = int.from_bytes(b"rebu")

Block = TypeVar("Block")


def side_by_side(indicator: Indicator, blocks: Sequence[Block], compute: Callable[[Block, Lock], int]) -> int:
    """Add up what `compute` answers for each block, of whose values no two have any in common.

    `compute` takes the lock that it is given in its transaction. Within a transaction of the caller, which no other
    connection could see into, the blocks are computed one after the other.
    """
    if connection.in_atomic_block or len(blocks) < AT_ONCE:
        return sum(compute(block, lock) for block in blocks)
    with _only_one(indicator), ThreadPoolExecutor(AT_ONCE) as pool:
        promised = [pool.submit(_on_its_own_connection, compute, block) for block in blocks]
        try:
            return sum(one.result() for one in promised)
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _only_one(indicator: Indicator) -> Iterator[None]:
    """Let no second rebuild of an indicator be side by side with this one: it might write what is older over what is newer.

    The lock of the indicator is taken and let go at once: a process that was killed may have left statements behind.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [REBUILD_LOCK, indicator.pk])
        try:
            cursor.execute(
                "SELECT pg_advisory_lock(%(lock)s, %(key)s), pg_advisory_unlock(%(lock)s, %(key)s)",
                {"lock": ROLLUP_LOCK, "key": indicator.pk},
            )
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [REBUILD_LOCK, indicator.pk])


def _on_its_own_connection(compute: Callable[[Block, Lock], int], block: Block) -> int:
    try:
        return compute(block, lock_beside)
    finally:
        connection.close()
