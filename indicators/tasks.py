"""What the worker does for indicators."""

from celery import shared_task
from django.utils import timezone

from indicators import operations


@shared_task(name="indicators.tasks.drain_rollups")
def drain_rollups() -> None:
    """Let values follow the tree and the observations; beat calls it every few seconds, imports nudge it."""
    now = timezone.now()
    operations.follow_tree(now=now)
    operations.drain_rollups(now=now, can_wait=False)
