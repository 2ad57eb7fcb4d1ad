"""Do two things at once: prepare what comes next while the database is busy with what came before."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterable[T]) -> Generator[T, None, None]:
    """Yield items, the next of which is made in a thread of its own meanwhile; it must not touch the database.

    The thread speaks the caller's language, and what it raises is raised here.
    """
    coming, context = iter(items), copy_context()

    def one_more() -> tuple[T, ...]:
        return context.run(lambda: tuple(itertools.islice(coming, 1)))

    with ThreadPoolExecutor(max_workers=1) as pool:
        promised = pool.submit(one_more)
        while item := promised.result():
            promised = pool.submit(one_more)
            yield item[0]
