"""Close imports of events whose process died: its transaction is gone, but the import's row still says that it runs."""

from __future__ import annotations

import datetime as dt

from core.sentences import gettext as _
from core.sentences import kept
from trajectories.choices import RUNNING
from trajectories.models import EventBatch, EventUpload
from trajectories.operations.intake.uploads import settle
from trajectories.queries.imports import lost_imports


def close_lost_imports(*, now: dt.datetime) -> int:
    """Say of every lost import that nothing of it was kept, and give its file back to who sent it; return how many."""
    found = list(lost_imports(now=now))
    for batch in found:
        close_lost(batch)
    for upload in EventUpload.objects.select_related("trajectory").filter(batch__in=found, stage__in=RUNNING):
        settle(upload=upload, outcome={"error": kept(_lost())}, now=now)
    return len(found)


def close_lost(batch: EventBatch) -> None:
    """Say of an import that nothing of it was kept, unless it has ended after all."""
    words = _lost()
    running = EventBatch.objects.filter(pk=batch.pk, finished_at__isnull=True, error="")
    running.update(error=str(words), why=kept(words))


def _lost() -> str:
    return _("The process that read it was interrupted; nothing of it was kept.")
