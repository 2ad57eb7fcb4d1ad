"""Periods whose figures stay as they are."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from indicators.models.definitions import Indicator
from organisation.models import Period, Unit


class PeriodLockQuerySet(models.QuerySet["PeriodLock"]):
    """Adjectives of locks."""

    def in_force(self) -> Self:
        """Return the locks that nobody has lifted."""
        return self.filter(unlocked_at__isnull=True)


class PeriodLock(models.Model):
    """Figures of a period, and of all periods within it, stay as they are at a unit and below until it is lifted."""

    #: Null: every indicator.
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="locks", null=True, blank=True)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="locks")
    period = models.ForeignKey(Period, models.PROTECT, related_name="locks")
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    locked_at = models.DateTimeField()
    unlocked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    unlocked_at = models.DateTimeField(null=True)

    objects = PeriodLockQuerySet.as_manager()

    class Meta:
        ordering = ("locked_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "period", "indicator"],
                condition=Q(unlocked_at__isnull=True),
                nulls_distinct=False,
                name="a_period_is_locked_once_per_unit_and_indicator",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} at {self.unit}"
