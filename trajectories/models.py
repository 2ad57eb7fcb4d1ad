"""Service trajectories, their events under pseudonyms, and the measures bound to indicators."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.sentences import told
from indicators.models import Indicator, Parts
from organisation.models import Period, Unit
from trajectories.choices import ALWAYS, UploadStage


class Trajectory(models.Model):
    """The ordered services a person passes through, across units, and the rules of its clock."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name_en = models.CharField(_("name in English"), max_length=200)
    name_fr = models.CharField(_("name in French"), max_length=200, blank=True)
    #: Local days of events that come with an offset, and of "now".
    timezone = models.CharField(_("time zone"), max_length=60, default="UTC")
    #: In order: [{"code", "name_en", "name_fr", "activities": [...], "units": [codes], "limits": {"P1": days}}, …]; the
    #: units are those responsible for the step (none: whoever acts), the limits those of the wait for it (none: the
    #: trajectory's).
    steps = models.JSONField(_("steps"), default=list, blank=True)
    #: {"start": [...], "pause": [...], "resume": [...], "stop": [...], "close": [...], "drop_out": […], "refer_out": […],
    #: "hand_over": […]}: after the last, nobody has the person until another unit acts.
    clock = models.JSONField(_("clock"), default=dict, blank=True)
    #: The expected pathway, as rules over activities: [["precedence", a, b], ["response", a, b], ["absence", a, null], …]
    expected = models.JSONField(_("expected pathway"), default=list, blank=True)
    #: {"column", "activities", "which": first or last, "limits": {"P1": days}}: where a case's priority stands, and how
    #: long each may wait. Silent: the field `priority`, the first of the case, and the limits of Quebec.
    priorities = models.JSONField(_("priorities"), default=dict, blank=True)
    #: {"delay", "wait", "hand_off", "caseload"}: at whose team each counts, where it isn't the usual one.
    attribution = models.JSONField(_("where it counts"), default=dict, blank=True)
    #: {"holidays": "CA-QC", "weekdays": ["mon", …], "closed": [days], "open": [days]}; silent: Monday to Friday.
    calendar = models.JSONField(_("working calendar"), default=dict, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    #: When events arrived or the definition changed that no refresh has seen yet; null when all is measured.
    stale_since = models.DateTimeField(null=True, editable=False)
    #: The local day of the last refresh: waiting lists grow by the day, also without events.
    measured_on = models.DateField(null=True, editable=False)
    #: The fingerprint of the units and their tree at the last refresh: they decide where a case counts.
    tree = models.CharField(max_length=32, blank=True, editable=False)
    #: The wall clock of the last refresh, stored as if UTC: events before it were counted.
    measured_before = models.DateTimeField(null=True, editable=False)
    #: The last day of which the events told anything at the last refresh; null: there were none.
    horizon = models.DateField(null=True, editable=False)

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


class TrajectoryVersion(models.Model):
    """A trajectory's whole definition as it was saved at a moment, for the periods that end on its first day or later.

    Of several versions that have begun by a period's last day, the highest number holds, also for events that come
    late; of periods that were locked before it was made, the one that held then made the figures.
    """

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    takes_effect_on = models.DateField(default=ALWAYS, db_default=ALWAYS)
    #: Someone asked for periods that had ended to be measured by it.
    is_restatement = models.BooleanField(default=False, db_default=False)
    #: As `import_trajectory` reads it.
    sheet = models.JSONField()
    #: In the words of whoever changed it.
    reason = models.CharField(max_length=500, blank=True)
    #: Null: a job or a file.
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    #: Null: before versions were kept.
    changed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("trajectory", "-number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["trajectory", "number"], name="a_trajectory_version_has_its_own_number"),
        ]

    def __str__(self) -> str:
        return f"{self.trajectory_id} {self.number}"


class BoundMeasure(models.Model):
    """A measure of a trajectory, with its parameters, that feeds an indicator."""

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="measures")
    indicator = models.OneToOneField(Indicator, models.CASCADE, related_name="bound_measure")
    measure = models.CharField(_("measure"), max_length=60)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    #: Periods that ended before this day are not measured: others had reported them before it was bound.
    since = models.DateField(default=ALWAYS, db_default=ALWAYS, editable=False)
    #: The fingerprint of all but the events that its figures were computed from; empty: they must be computed anew.
    basis = models.CharField(max_length=32, blank=True, editable=False)
    #: Contributions that stand at no unit, by the log's word for the team ("": none was named).
    left_out = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        ordering = ("trajectory", "indicator")
        verbose_name = _("bound measure")
        verbose_name_plural = _("bound measures")

    def __str__(self) -> str:
        return f"{self.indicator}: {self.measure}"


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
            # Events come batch after batch, so a few pages tell where a batch lies: free to keep, unlike a tree.
            BrinIndex(fields=["batch"], name="events_of_an_import", autosummarize=True, pages_per_range=16),
            models.Index(
                fields=["superseded_by"], condition=Q(superseded_by__isnull=False), name="events_that_left_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.wall:%Y-%m-%d}"


class Refresh(models.Model):
    """One computation of a trajectory's measures: when, how long, over how much, and what went wrong."""

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="refreshes")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    #: Whether everything was computed anew, and not only what new events touch.
    is_full = models.BooleanField(default=False)
    #: When the first news came that this refresh has seen; null: none, the day had moved on.
    stale_since = models.DateTimeField(null=True)
    #: Events in the log.
    events = models.PositiveBigIntegerField(default=0)
    #: Events that were new, corrected or withdrawn, and the cases that were computed again for them.
    events_touched = models.PositiveBigIntegerField(default=0)
    cases = models.PositiveBigIntegerField(default=0)
    observations_changed = models.PositiveIntegerField(default=0)
    #: Observations that a check against everything computed anew found to be wrong; null: not checked.
    differences = models.PositiveIntegerField(null=True)
    #: What could be placed at no unit: {"teams": 3, "contributions": 17}.
    left_out = models.JSONField(default=dict)
    #: What went wrong, in English; empty: nothing did.
    error = models.TextField(blank=True)
    #: The same as `core.sentences` keeps it, one a measure or one for all; null: before that was kept, or nothing did.
    why = models.JSONField(null=True)
    #: Of an unforeseen error, what kind it is and where it arose: never what it said, which may name someone.
    detail = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        ordering = ("-started_at",)
        verbose_name = _("refresh")
        verbose_name_plural = _("refreshes")

    def __str__(self) -> str:
        return f"{self.trajectory_id} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def duration(self) -> dt.timedelta | None:
        """How long it took."""
        return None if self.finished_at is None else self.finished_at - self.started_at

    @property
    def fault(self) -> str:
        """What went wrong, in the reader's language; empty: nothing did."""
        return "\n".join(told(one) for one in self.why) if self.why else self.error

    @property
    def lag(self) -> dt.timedelta | None:
        """How long the first of its news waited until the figures said it; None: there was no news."""
        if self.stale_since is None or self.finished_at is None:
            return None
        return self.finished_at - self.stale_since


class FlowFace(models.Model):
    """Where people stood in a trajectory at its last refresh, for one unit and all below it (none: everyone).

    Kept because every board shows it and no board may read events to be drawn.
    """

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", null=True)
    as_of = models.DateTimeField()
    #: In the order of the steps: [{"code", "people", "waiting", "longest_wait", "median_delay"}, …]
    steps = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["trajectory", "unit"], nulls_distinct=False, name="one_flow_face_per_trajectory_and_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trajectory_id} {self.unit_id}"


class FlowMap(models.Model):
    """The map of a trajectory as the events had it at a moment, for one unit and all below it (none: everyone).

    Kept because it takes all events to draw, and is drawn on every page and every large tile. Replaced as a whole.
    """

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", null=True)
    as_of = models.DateTimeField()
    #: As `trajectories.queries.maps` writes and reads it.
    picture = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["trajectory", "unit"], nulls_distinct=False, name="one_flow_map_per_trajectory_and_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trajectory_id} {self.unit_id}"


class PastMap(models.Model):
    """The map of a trajectory at the end of a past day, for one unit and all below it (none: everyone).

    Kept because it takes all events of the time to draw. It stands as long as the log, the definition and the units of
    that day do (`state`).
    """

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", null=True)
    state = models.CharField(max_length=32)
    drawn_at = models.DateTimeField()
    #: How long it took to draw those of all units, and of how many events.
    seconds = models.FloatField()
    events = models.BigIntegerField()
    #: As `trajectories.queries.maps` writes and reads it.
    picture = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["trajectory", "day", "unit"],
                nulls_distinct=False,
                name="one_past_map_per_trajectory_day_and_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trajectory_id} {self.day} {self.unit_id}"


class LogDay(models.Model):
    """How many events of a day the last refresh counted: tells which was the last day without reading them again."""

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    events = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["trajectory", "day"], name="one_count_of_events_per_day"),
            models.CheckConstraint(condition=Q(events__gte=0), name="no_day_has_fewer_than_no_events"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.events}"


class AwaitedEvent(models.Model):
    """An event that the last refresh did not count because its time had not come: from then on its case is another."""

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="+", db_index=False)
    case = models.UUIDField()
    #: As `Event.wall`.
    wall = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["trajectory", "wall"], name="next_events_to_come")]

    def __str__(self) -> str:
        return f"{self.wall:%Y-%m-%d}"


class GoingStay(models.Model):
    """How many cases that came to a unit on a day are there still: they alone make the list of a new day longer."""

    measure = models.ForeignKey(BoundMeasure, models.CASCADE, related_name="+", db_index=False)
    #: The number of the rule by which it is a stay, among those of the measure, from 0.
    rule = models.PositiveSmallIntegerField(default=0, db_default=0)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    day = models.DateField()
    cases = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["measure", "rule", "unit", "day"], name="one_count_of_stays_per_rule_unit_and_day"
            ),
            models.CheckConstraint(condition=Q(cases__gte=0), name="no_day_has_fewer_than_no_stays"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.day}: {self.cases}"


class FirstCell(models.Model):
    """In which period a unit first counted anything; from then on "none" is a figure too."""

    measure = models.ForeignKey(BoundMeasure, models.CASCADE, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    period = models.ForeignKey(Period, models.CASCADE, related_name="+", db_constraint=False, db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["measure", "unit"], name="one_first_cell_per_measure_and_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.period_id}"


class HeldCell(Parts):
    """What a refresh measured but could not write, because the figure's period is locked: sums go on from here."""

    measure = models.ForeignKey(BoundMeasure, models.CASCADE, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    period = models.ForeignKey(Period, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    #: Nothing is measured here any more.
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["measure", "unit", "period"], name="one_held_cell_per_unit_and_period"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.period_id}"


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


class RefreshShare(models.Model):
    """A share of the cases of a large trajectory, to be computed by whichever worker takes the row first.

    The row stays locked while someone is at it, so that nobody else is, and is free again if that one dies.
    """

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="+")
    #: The refresh that wants it.
    run = models.UUIDField()
    #: This share, from 0, of so many.
    number = models.PositiveIntegerField()
    of = models.PositiveIntegerField()
    #: What all shares of a refresh are computed from: the imports it has taken, the wall clock before which events
    #: count, and the basis of each measure by its id.
    batches = ArrayField(models.BigIntegerField(), default=list)
    as_of = models.DateTimeField()
    bases = models.JSONField(default=dict)
    #: What the cases come to, as `trajectories.calculations.parcels` packs it; null: nobody has computed it.
    result = models.BinaryField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "number"], name="a_share_is_computed_once_per_refresh"),
        ]

    def __str__(self) -> str:
        return f"{self.number + 1}/{self.of}"
