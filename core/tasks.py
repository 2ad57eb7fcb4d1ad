"""Jobs of no app in particular."""

from celery import shared_task
from django.utils import timezone

from core.heartbeats import give_sign


@shared_task(name="core.tasks.heartbeat")
def heartbeat() -> None:
    """Show that the worker works; beat sends it."""
    give_sign("worker", now=timezone.now())
