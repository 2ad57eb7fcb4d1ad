"""Advisory locks that others hold or wait for."""

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


def give_others_time_to_wait() -> None:
    """Return as soon as another connection to this database waits for an advisory lock, or after 10 s if none does."""
    with connection.cursor() as cursor:
        for _ in range(1_000):
            cursor.execute(
                """
                SELECT EXISTS (
                    SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
                    WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted
                )
                """
            )
            (is_awaited,) = cursor.fetchone()
            if is_awaited:
                return
            time.sleep(0.01)


def wait_until_waiting(connections: int) -> None:
    """Wait until so many connections to this database wait for a lock of any kind."""
    with connection.cursor() as cursor:
        for _ in range(1_000):
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            (waiting,) = cursor.fetchone()
            if waiting >= connections:
                return
            time.sleep(0.01)
    raise AssertionError(f"fewer than {connections} connections waited")
