"""Files of figures: drafts, batches that can be taken back, and what their columns mean."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from indicators.models.definitions import Indicator
from organisation.models import Period, Unit


class ImportBatch(models.Model):
    """A file whose figures were taken at once, and can be taken back at once while nobody has changed them since."""

    file_name = models.CharField(max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="import_batches")
    made_at = models.DateTimeField()
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return self.file_name


class ImportedFigure(models.Model):
    """A figure that a batch wrote, at this revision; what stood before is the earlier entry of the revision before."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="figures")
    # A million of them are written at once, from rows that are checked already.
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    period = models.ForeignKey(Period, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    revision = models.PositiveIntegerField()
    is_new = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.unit_id} {self.period_id} r{self.revision}"


class ImportDraft(models.Model):
    """A file that a person has sent and not yet taken: its table, `{"columns": […], "rows": [[line, [cell, …]], …]}`."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="import_draft")
    file_name = models.CharField(max_length=200)
    table = models.JSONField()
    sent_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.file_name


class ColumnMapping(models.Model):
    """What the columns of a person's files mean: `{heading in small letters: field}`, remembered for the next file."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="column_mapping")
    fields = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.person_id)
