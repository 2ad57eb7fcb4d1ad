"""Targets, and what people say on a chart."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from indicators.choices import MarkKind, Path
from indicators.models.definitions import Indicator
from organisation.models import Period, Unit


class TargetQuerySet(models.QuerySet["Target"]):
    """Adjectives of targets."""

    def standing(self) -> Self:
        """Return the targets that nobody has replaced."""
        return self.filter(replaced_at__isnull=True)


class Target(models.Model):
    """What an indicator should reach at a unit from a day; units below inherit it until they set their own.

    Starting point, target and threshold are three numbers (domain 4.6); `act` begins beyond the threshold. On a path,
    `target` and `threshold` hold from the first day, and those of each point from its day on (steps) or more and more
    up to its day (line). Whatever is changed stays, marked as replaced.
    """

    #: The fields that hold its numbers.
    NUMBERS: ClassVar = ("target", "threshold", "starting_point", "band_low", "band_high")

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="targets", verbose_name=_("indicator"))
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="targets", verbose_name=_("unit"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=6, null=True, blank=True)
    threshold = models.DecimalField(_("threshold"), max_digits=18, decimal_places=6, null=True, blank=True)
    starting_point = models.DecimalField(_("starting point"), max_digits=18, decimal_places=6, null=True, blank=True)
    #: Direction `band`: on target between these, watch out to the threshold's distance beyond them.
    band_low = models.DecimalField(_("band from"), max_digits=18, decimal_places=6, null=True, blank=True)
    band_high = models.DecimalField(_("band to"), max_digits=18, decimal_places=6, null=True, blank=True)
    path = models.CharField(
        _("path"), max_length=5, choices=Path.choices, default=Path.FIXED, db_default=Path.FIXED, blank=True
    )
    #: The path's points, days ascending; a threshold of null keeps the one before.
    path_days = ArrayField(models.DateField(), default=list, db_default=[], blank=True)
    path_targets = ArrayField(
        models.DecimalField(max_digits=18, decimal_places=6), default=list, db_default=[], blank=True
    )
    path_thresholds = ArrayField(
        models.DecimalField(max_digits=18, decimal_places=6, null=True), default=list, db_default=[], blank=True
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    #: Null: a file, or the operator.
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("set by")
    )
    set_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ("indicator", "unit", "valid_from")
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "unit", "valid_from"],
                condition=Q(replaced_at__isnull=True),
                name="one_target_per_indicator_unit_and_first_day",
            ),
            models.CheckConstraint(
                condition=Q(path_days__len=F("path_targets__len")) & Q(path_days__len=F("path_thresholds__len")),
                name="each_point_of_a_path_has_its_day_and_target",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}, {self.unit}: {self.target}"


class ChartMarkQuerySet(models.QuerySet["ChartMark"]):
    """Adjectives of marks."""

    def in_force(self) -> Self:
        """Return the marks that nobody has taken back."""
        return self.filter(undone_at__isnull=True)


class ChartMark(models.Model):
    """What a person says of a period on the chart of one figure: never made by a job, and never in force in silence.

    rebase: mean and limits begin anew here. ghost: the point is drawn, but enters no mean, limit or run. note: words.
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="marks")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="marks")
    period = models.ForeignKey(Period, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=MarkKind.choices)
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    objects = ChartMarkQuerySet.as_manager()

    class Meta:
        ordering = ("period__starts_on", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "unit", "period", "kind"],
                condition=Q(undone_at__isnull=True) & ~Q(kind=MarkKind.NOTE),
                name="a_point_is_rebased_or_left_out_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_mark_gives_its_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}"
