"""Events under pseudonyms, and the imports that brought them, corrected them or took them back."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from trajectories.models.definitions import Trajectory


class EventBatchQuerySet(models.QuerySet["EventBatch"]):
    """Imports of events."""

    def finished(self) -> EventBatchQuerySet:
        """Keep those whose events are all there: neither running nor broken off."""
        return self.filter(finished_at__isnull=False, error="")

    def unmeasured(self) -> EventBatchQuerySet:
        """Keep those that no refresh has seen as they are now; their events were committed with `finished_at`."""
        return self.finished().filter(measured_at__isnull=True)


class EventBatch(models.Model):
    """One import of events: what was read, what was new, what was refused, and how far it is while it runs."""

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="batches")
    name = models.CharField(max_length=200)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    imported_at = models.DateTimeField(default=timezone.now)
    #: Null while it runs, and for good if its process died.
    finished_at = models.DateTimeField(null=True)
    #: Why it was broken off; nothing of it was kept then.
    error = models.TextField(blank=True)
    #: The same as `core.sentences` keeps it, to be told in the reader's language; null: before that was kept.
    why = models.JSONField(null=True)
    #: When someone asked for it to be broken off.
    cancelled_at = models.DateTimeField(null=True)
    #: How much of the source has been read, 0 to 1, where that is known; written as it goes on, with `rows_read`.
    share_read = models.FloatField(null=True)
    rows_read = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    #: Rows that corrected or withdrew an event kept before.
    rows_changed = models.PositiveIntegerField(default=0)
    rows_unchanged = models.PositiveIntegerField(default=0)
    rows_refused = models.PositiveIntegerField(default=0)
    #: {"team": "org:group", …}: which column of the source became which field.
    mapping = models.JSONField(default=dict)
    #: Teams named in the source that were no unit at the time of the import, and how many rows named one.
    teams_unknown = models.PositiveIntegerField(default=0)
    rows_of_unknown_teams = models.PositiveIntegerField(default=0)
    #: Earlier batches whose events it repeated, corrected or withdrew: they cannot be undone before it.
    rests_on = ArrayField(models.BigIntegerField(), default=list)
    #: When a refresh had measured what it changed; null: not yet, or not since it was undone.
    measured_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = EventBatchQuerySet.as_manager()

    class Meta:
        ordering = ("-imported_at",)
        verbose_name = _("import of events")
        verbose_name_plural = _("imports of events")

    def __str__(self) -> str:
        return self.name


class Withdrawal(models.Model):
    """The source took an event back. Kept for itself, since it may come before the event that it takes back."""

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="+")
    batch = models.ForeignKey(EventBatch, models.CASCADE, related_name="withdrawals")
    #: As `Event.source_key`.
    source_key = models.UUIDField()
    #: When the source recorded it, else when it came here.
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["trajectory", "source_key", "batch"], name="an_event_is_withdrawn_once_per_import"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_key}"


class Joining(models.Model):
    """The source said that two numbers are of one person, or of one passage of a person.

    Events that come under the one, before or after, are told under what stands for both: `calculations.rows.joins`.
    """

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="+")
    batch = models.ForeignKey(EventBatch, models.CASCADE, related_name="joinings")
    #: Pseudonyms, as of events: the number that is given up, as a person's and as a case's, and the one that remains.
    person_from = models.UUIDField()
    case_from = models.UUIDField()
    person_to = models.UUIDField()
    case_to = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["trajectory", "person_from", "case_from", "person_to", "case_to"],
                name="two_numbers_are_joined_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trajectory_id} {self.pk}"


class EventQuerySet(models.QuerySet["Event"]):
    """Events, in force or not."""

    def in_force(self) -> EventQuerySet:
        """Keep those that count: neither corrected nor withdrawn, and of no import that was undone."""
        return self.filter(superseded_by__isnull=True)


class Event(models.Model):
    """Something that happened in an episode. The case, the person and the worker are keyed pseudonyms.

    Events come by the million through COPY, where a foreign key costs a trigger a row; trajectory and batch are written
    by one operation that has just made or locked them, so the database does not check them again.

    A row never changes what it says. Corrected, withdrawn or undone, it leaves force at `superseded_at`, and what is true
    from then on is a row of its own: so what was known at any moment are the rows with
    `recorded_at <= moment < superseded_at`.
    """

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    batch = models.ForeignKey(
        EventBatch, models.CASCADE, related_name="events", null=True, db_constraint=False, db_index=False
    )
    #: SHA-256 (first 16 bytes) over what identifies the row, so that the same row twice is one event.
    fingerprint = models.UUIDField()
    #: Keyed hash of the source's own id of the event, where it has one.
    source_key = models.UUIDField(null=True)
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
    #: The log's own word for the team. It stands for the unit of that code, whenever there comes to be one.
    team = models.CharField(max_length=200, blank=True)
    priority = models.CharField(max_length=40, blank=True)
    lifecycle = models.CharField(max_length=60, blank=True)
    #: The log's further columns, as text.
    attributes = models.JSONField(null=True)
    #: When it came here; after an undoing, when it came back into force.
    recorded_at = models.DateTimeField(default=timezone.now)
    #: When the source recorded it, where it says so of an event with an id: of two versions the later one counts.
    source_recorded_at = models.DateTimeField(null=True)
    #: The import that corrected or withdrew it, or its own if that was undone; null: in force.
    superseded_by = models.ForeignKey(
        EventBatch, models.CASCADE, related_name="superseded", null=True, db_constraint=False, db_index=False
    )
    superseded_at = models.DateTimeField(null=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["trajectory", "fingerprint"], name="an_event_is_kept_once"),
            models.UniqueConstraint(
                fields=["trajectory", "source_key"],
                condition=Q(source_key__isnull=False, superseded_by__isnull=True),
                name="one_event_in_force_per_id_of_the_source",
            ),
            models.CheckConstraint(
                condition=Q(superseded_by__isnull=True, superseded_at__isnull=True)
                | Q(superseded_by__isnull=False, superseded_at__isnull=False),
                name="an_event_leaves_force_at_some_moment_by_some_import",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["trajectory", "case"], name="events_of_an_episode"),
            # A person's events are one entry with many places, so this takes less room than the cases do.
            models.Index(
                fields=["trajectory", "person", "case"], condition=Q(person__isnull=False), name="episodes_of_a_person"
            ),
            # Events come batch after batch, so a few pages tell where a batch lies: free to keep, unlike a tree.
            BrinIndex(fields=["batch"], name="events_of_an_import", autosummarize=True, pages_per_range=16),
            models.Index(
                fields=["superseded_by"], condition=Q(superseded_by__isnull=False), name="events_that_left_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.wall:%Y-%m-%d}"
