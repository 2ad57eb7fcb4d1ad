"""How far an import is: told while it runs, though its own transaction tells nothing before its end."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from core.sentences import gettext as _
from trajectories.calculations.refusals import EventsRefused
from trajectories.models import EventBatch

#: Seconds between two tellings; an import that is done sooner needs none.
PAUSE = 0.5


class ImportCancelled(EventsRefused):
    """Somebody asked for the import to be broken off; nothing of it is kept."""


@dataclass(frozen=True)
class Watch:
    """Who looks on: how much of the source has been read, 0 to 1 (None: nobody knows), and whom to tell."""

    share: Callable[[], float | None] = lambda: None
    tell: Callable[[int, float | None], None] = lambda _rows, _share: None


class Progress:
    """Writes how far a batch is into its row, over a connection of its own, and learns there if it was cancelled."""

    def __init__(self, batch: EventBatch, watch: Watch) -> None:
        self._batch, self._watch = batch, watch
        self._last = time.monotonic()
        self._connection = connection.copy()

    def tell(self, rows: int) -> None:
        """Tell how many rows have been read, not too often. Raises `ImportCancelled`."""
        if time.monotonic() - self._last < PAUSE:
            return
        self._last, share = time.monotonic(), self._watch.share()
        self._watch.tell(rows, share)
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE trajectories_eventbatch SET rows_read = %s, share_read = %s WHERE id = %s"
                " RETURNING cancelled_at IS NOT NULL",
                [rows, share, self._batch.pk],
            )
            found = cursor.fetchone()
        if found and found[0]:
            raise ImportCancelled(_("The import was cancelled; nothing of it was kept."))

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


def cancel_import(*, batch: EventBatch, now: dt.datetime) -> bool:
    """Ask a running import to break off; answer whether it was still running."""
    running = EventBatch.objects.filter(pk=batch.pk, finished_at__isnull=True, error="")
    return bool(running.update(cancelled_at=now))
