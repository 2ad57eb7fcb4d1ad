"""Which imports of events are at work, and which were when their process died."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from trajectories.models import EventBatch, EventBatchQuerySet

#: The letters "even" and "aliv": with a trajectory's id, the lock that lets one import of it after the other; with an
#: import's id, the one that it holds for as long as it runs. The database lets go of both when a process dies.
IMPORT_LOCK, ALIVE_LOCK = int.from_bytes(b"even"), int.from_bytes(b"aliv")
#: From its row to its lock an import takes an instant; before so long nobody says that it is lost.
GRACE = dt.timedelta(minutes=1)


def lost_imports(*, now: dt.datetime) -> EventBatchQuerySet:
    """Return the imports whose process is gone: nothing of them was kept, and nobody has said so."""
    # The locks first: an import that ends meanwhile has said so by the time its row is read.
    alive = _alive()
    begun = EventBatch.objects.filter(finished_at__isnull=True, error="", imported_at__lt=now - GRACE)
    return begun.exclude(pk__in=alive)


def _alive() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """,
            [ALIVE_LOCK],
        )
        return [pk for (pk,) in cursor.fetchall()]
