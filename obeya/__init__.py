"""Wiring only: settings, addresses, processes and the embedded engines. No rule of the domain lives here."""

from obeya.celery import app as celery_app

__all__ = ["celery_app"]
