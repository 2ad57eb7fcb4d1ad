"""The outbox: what changed, in the order in which it became visible."""

from typing import ClassVar

from django.db import models
from django.utils import timezone


class Change(models.Model):
    """Something open pages may want to look at again. It says what changed, never what it changed to.

    Written in the transaction of the change itself, unnumbered. `sequence` is given after commit, under a lock, so
    that numbers become visible in their order and nobody who reads "after the last one I saw" can skip a change.
    """

    sequence = models.BigIntegerField(null=True, unique=True)
    topic = models.CharField(max_length=20)
    #: The unit whose readers may hear of it; none means everyone who is signed in.
    unit_id = models.BigIntegerField(null=True)
    #: What to look at again: {"indicator": "…", "period": "…"} and the like, never a figure.
    what = models.JSONField(default=dict)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], name="changes_not_yet_numbered", condition=models.Q(sequence__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.topic}"
