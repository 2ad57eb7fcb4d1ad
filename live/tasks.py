"""Jobs of the outbox."""

from celery import shared_task
from django.utils import timezone

from live.operations import prune_changes as forget


@shared_task(name="live.tasks.prune_changes")
def prune_changes() -> None:
    """Forget what no page will ask for again."""
    forget(now=timezone.now())
