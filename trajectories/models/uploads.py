"""Files of events on their way in from the browser, and how such files were last read."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from trajectories.choices import UploadStage
from trajectories.models.definitions import Trajectory
from trajectories.models.events import EventBatch


class EventUpload(models.Model):
    """A file of events on its way in: sent by browser, looked at, tried, and taken by a job.

    The file itself lies in the data folder until it is taken, cancelled, or a day old; nothing of what its rows say is
    ever kept here.
    """

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="uploads")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    #: Bytes.
    size = models.PositiveBigIntegerField()
    #: Name of the file in the folder of uploads, which says nothing.
    file = models.CharField(max_length=40, unique=True)
    sent_at = models.DateTimeField()
    stage = models.CharField(max_length=10, choices=UploadStage.choices, default=UploadStage.SENT)
    #: How it is to be read: {"mapping": {field: column}, "delimiter", "encoding", "dates", "nulls": […], "case"}.
    wishes = models.JSONField(default=dict)
    #: Of the last trial, or of the import: counts, notes, and the first refusals as [line, field, reason].
    outcome = models.JSONField(default=dict)
    #: The import while it runs and after it; of a trial, while it runs.
    batch = models.OneToOneField(EventBatch, models.SET_NULL, null=True, related_name="upload")

    class Meta:
        ordering = ("-sent_at",)

    def __str__(self) -> str:
        return self.name


class RememberedReading(models.Model):
    """How files of a trajectory were last read from the browser, so that nobody says it twice."""

    trajectory = models.OneToOneField(Trajectory, models.CASCADE, related_name="+")
    #: As `EventUpload.wishes`.
    wishes = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.trajectory_id)
