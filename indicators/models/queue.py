"""What the roll-up still has to follow."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from indicators.models.definitions import Indicator
from organisation.models import Period, Unit


class StaleValue(models.Model):
    """A place in the roll-up queue: this unit's observation for this period changed and its values must follow.

    Written in the transaction of the observation, removed in the transaction that writes the values. Without unit and
    period, every value of the indicator must follow: the tree, the definition or who is expected has changed.
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_constraint=False, db_index=False, null=True)
    period = models.ForeignKey(Period, models.CASCADE, related_name="+", db_constraint=False, db_index=False, null=True)
    queued_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["indicator", "period", "unit"], name="stale_values_of_a_figure"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.unit_id} {self.period_id}"


class TreeFollowed(models.Model):
    """The placements that the values were last told to follow, as a fingerprint; one row."""

    fingerprint = models.CharField(max_length=32)
    followed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.fingerprint
