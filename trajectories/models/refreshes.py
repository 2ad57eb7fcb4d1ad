"""Refreshes of the measures, how their work is shared out, and what one leaves for the next to go on from."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.sentences import told
from indicators.models import Parts
from organisation.models import Period, Unit
from trajectories.models.definitions import BoundMeasure, Trajectory


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
    #: What the cases come to, as `trajectories.calculations.figures.parcels` packs it; null: nobody has computed it.
    result = models.BinaryField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "number"], name="a_share_is_computed_once_per_refresh"),
        ]

    def __str__(self) -> str:
        return f"{self.number + 1}/{self.of}"


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
