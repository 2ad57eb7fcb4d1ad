"""Observations as reported, what they said before, and values as rolled up."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from indicators.choices import Source
from indicators.models.definitions import Indicator
from organisation.models import Period, Unit


class Parts(models.Model):
    """What adds exactly, whatever the kind.

    count, stock: `numerator` n. ratio: `numerator` ÷ `denominator`. mean: `numerator` sum, `denominator` n.
    yes/no: `numerator` yes, of `denominator` answers.
    duration (and a stock that knows how long each has waited): the histogram, `days[i]` seen `cases[i]` times,
    days ascending; whole days, or minutes where the indicator's unit says so.
    distinct: `members`, keyed hashes of pseudonyms (63 bits), ascending; past a limit the smallest only.
    """

    numerator = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    denominator = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    days = ArrayField(models.IntegerField(), null=True)
    cases = ArrayField(models.BigIntegerField(), null=True)
    members = ArrayField(models.BigIntegerField(), null=True)

    class Meta:
        abstract = True


class Observation(Parts):
    """A figure as a unit reported it for a period. Observations are the truth; values are derived from them."""

    # The unique index serves the indicator and the pair of indicator and period as well; that of newest entries, the unit.
    # Triggers check these keys once a statement (migration 0021): once a row each took longer than all else of a row.
    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="observations", db_index=False, db_constraint=False
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="observations", db_index=False, db_constraint=False)
    period = models.ForeignKey(Period, models.PROTECT, related_name="observations", db_index=False, db_constraint=False)
    note = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    #: Counts the times the figure was written; the API's ETag for `If-Match`.
    revision = models.PositiveIntegerField(default=1)
    #: False: the unit says that there is nothing to report; it then counts neither in the figure nor in the coverage.
    is_applicable = models.BooleanField(default=True, db_default=True)
    #: Short codes of the validation rules that doubt the figure.
    suspicions = ArrayField(models.CharField(max_length=20), default=list, db_default=[], blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "period", "unit"], name="one_observation_per_indicator_unit_and_period"
            ),
        ]
        indexes: ClassVar = [
            # Every tile tells who wrote the unit's newest observation, and a unit has a thousand days of each.
            models.Index(fields=["unit", "indicator", "entered_at"], name="newest_entries_of_a_unit"),
            # Few figures are ever suspect.
            models.Index(fields=["indicator", "unit"], condition=~Q(suspicions=[]), name="suspect_figures"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.unit_id} {self.period_id}"


class EarlierEntry(Parts):
    """What an observation said before it was corrected or withdrawn, by whom and when it had been entered."""

    # No indexes of their own: the one below serves every question that is asked.
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_index=False)
    period = models.ForeignKey(Period, models.CASCADE, related_name="+", db_index=False)
    note = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    entered_at = models.DateTimeField()
    revision = models.PositiveIntegerField()
    is_applicable = models.BooleanField(default=True, db_default=True)
    replaced_at = models.DateTimeField()
    #: Who corrected it or took it back; null for a job or a file. Why, the note of the entry after it says.
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ("-replaced_at",)
        indexes: ClassVar = [models.Index(fields=["indicator", "period", "unit"], name="earlier_entries_of_one_figure")]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.unit_id} {self.period_id} r{self.revision}"


class Value(Parts):
    """A figure after roll-up: the sums of the parts of a unit and all below it, never an average of children.

    Derived from observations alone and vanishing with them. `expected` is null where nobody is expected to report.

    Its keys are not checked by the database again: they come from observations, where they are, and the checks would
    take longer than the roll-up. Only the roll-up writes here.
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    period = models.ForeignKey(Period, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    #: Reports counted in, of those expected; all that there are where nobody in particular is expected.
    reporting = models.PositiveIntegerField()
    expected = models.PositiveIntegerField(null=True)
    #: Of the reports in the figure, those that a validation rule doubts.
    suspect = models.PositiveIntegerField(default=0, db_default=0)
    computed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "unit", "period"], name="one_value_per_indicator_unit_and_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.unit_id} {self.period_id}"
