"""Under which keys the pseudonyms were made."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class PseudonymMark(models.Model):
    """Under which keys the stored pseudonyms were made: one row, which tells the keys apart and nothing of them."""

    mark = models.CharField(max_length=32)
    since = models.DateTimeField(default=timezone.now)
    #: The mark of the keys under which they are being brought; empty: all are under `mark`.
    toward = models.CharField(max_length=32, default="", db_default="", blank=True)
    #: How far that is: {table: [last id, rows]}; and what was counted before it, which must be the same after it.
    done = models.JSONField(default=dict)
    counted = models.JSONField(default=dict)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d}"
