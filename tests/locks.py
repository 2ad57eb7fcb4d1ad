"""Locks of connections that are closed."""

import time

from django.db import connection


def wait_until_free(*key: int) -> None:
    """Wait until an advisory lock can be had: PostgreSQL takes a moment to notice that a connection is gone."""
    numbers = ", ".join(["%s"] * len(key))
    with connection.cursor() as cursor:
        for _ in range(1_000):
            cursor.execute(f"SELECT pg_try_advisory_lock({numbers})", key)
            (is_ours,) = cursor.fetchone()
            if is_ours:
                cursor.execute(f"SELECT pg_advisory_unlock({numbers})", key)
                return
            time.sleep(0.01)
    raise AssertionError(f"the lock {key} outlived its connection")
