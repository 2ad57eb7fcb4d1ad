"""Signs of life of the processes that answer no request: the worker and beat. Kept in the cache, gone with their time."""

import datetime as dt

from django.core.cache import cache

PROCESSES = ("worker", "beat")
#: Beat gives a sign with every turn and sends the worker a job every 10 s; four missed ones are silence.
SEEN_LATELY_S = 40


def give_sign(process: str, *, now: dt.datetime) -> None:
    """Record that a process is alive."""
    cache.set(_key(process), now.isoformat(), timeout=SEEN_LATELY_S)


def forget_signs() -> None:
    """Forget the signs of an earlier run."""
    cache.delete_many([_key(process) for process in PROCESSES])


def silent_processes() -> list[str]:
    """Return the processes that gave no sign lately."""
    signs = cache.get_many([_key(process) for process in PROCESSES])
    return [process for process in PROCESSES if _key(process) not in signs]


def _key(process: str) -> str:
    return f"alive:{process}"
