"""Service trajectories, their events under pseudonyms, and the measures bound to indicators."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from indicators.models import Indicator
from organisation.models import Unit


class Trajectory(models.Model):
    """The ordered services a person passes through, across units, and the rules of its clock."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name_en = models.CharField(_("name in English"), max_length=200)
    name_fr = models.CharField(_("name in French"), max_length=200, blank=True)
    #: Local days of events that come with an offset, and of "now".
    timezone = models.CharField(_("time zone"), max_length=60, default="UTC")
    #: In order: [{"code", "name_en", "name_fr", "activities": [...]}, …]
    steps = models.JSONField(_("steps"), default=list, blank=True)
    #: {"start": [...], "pause": [...], "resume": [...], "stop": [...], "close": [...], "drop_out": […], "refer_out": […]}
    clock = models.JSONField(_("clock"), default=dict, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        ordering = ("code",)
        verbose_name = _("trajectory")
        verbose_name_plural = _("trajectories")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return (self.name_fr if get_language() == "fr" else "") or self.name_en


class BoundMeasure(models.Model):
    """A measure of a trajectory, with its parameters, that feeds an indicator."""

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="measures")
    indicator = models.OneToOneField(Indicator, models.CASCADE, related_name="bound_measure")
    measure = models.CharField(_("measure"), max_length=60)
    params = models.JSONField(_("parameters"), default=dict, blank=True)

    class Meta:
        ordering = ("trajectory", "indicator")
        verbose_name = _("bound measure")
        verbose_name_plural = _("bound measures")

    def __str__(self) -> str:
        return f"{self.indicator}: {self.measure}"


class EventBatch(models.Model):
    """One import of events: what was read, what was new, what was refused."""

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="batches")
    name = models.CharField(max_length=200)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    imported_at = models.DateTimeField(default=timezone.now)
    rows_read = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_unchanged = models.PositiveIntegerField(default=0)
    rows_refused = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-imported_at",)

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """Something that happened in an episode. The case, the person and the worker are keyed pseudonyms."""

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="+")
    batch = models.ForeignKey(EventBatch, models.CASCADE, related_name="events", null=True)
    #: SHA-256 (first 16 bytes) over what identifies the row, so that the same row twice is one event.
    fingerprint = models.UUIDField()
    #: HMAC-SHA256 (first 16 bytes) under the key of the environment.
    case = models.UUIDField()
    person = models.UUIDField(null=True)
    worker = models.UUIDField(null=True)
    activity = models.CharField(max_length=200)
    #: Wall clock where it happened; with `utc_offset` (seconds) it is an instant, without it stands as it was written.
    wall = models.DateTimeField()
    utc_offset = models.IntegerField(null=True)
    #: The declared order among events of one instant: the source's own number, else its line.
    order = models.BigIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", null=True)
    #: The log's own word for the team, also where it is no known unit.
    team = models.CharField(max_length=200, blank=True)
    priority = models.CharField(max_length=40, blank=True)
    lifecycle = models.CharField(max_length=60, blank=True)
    #: The log's further columns, as text.
    attributes = models.JSONField(null=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["trajectory", "fingerprint"], name="an_event_is_kept_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["trajectory", "case"], name="events_of_an_episode")]

    def __str__(self) -> str:
        return f"{self.activity} {self.wall:%Y-%m-%d}"


class Refresh(models.Model):
    """One computation of a trajectory's measures: when, how long, over how much, and what went wrong."""

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="refreshes")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    events = models.PositiveBigIntegerField(default=0)
    observations_changed = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-started_at",)

    def __str__(self) -> str:
        return f"{self.trajectory_id} {self.started_at:%Y-%m-%d %H:%M}"
