"""Rules that doubt a figure, and who has confirmed one that was doubted."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from indicators.choices import RuleKind
from indicators.models.definitions import Indicator
from organisation.models import Period, Unit


class ValidationRuleQuerySet(models.QuerySet["ValidationRule"]):
    """Adjectives of rules."""

    def in_force(self) -> Self:
        """Return the rules that nobody has ended."""
        return self.filter(ended_at__isnull=True)


class ValidationRule(models.Model):
    """What a figure of an indicator is expected to be. One that is not is taken, marked suspect, and asked about.

    Looked at when a figure is written, at the unit's own figures alone. A rule is ended, never changed, so that
    "why?" can name it for as long as the figure stands.
    """

    #: The fields that hold numbers of it.
    NUMBERS: ClassVar = ("low", "high", "width", "most")

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="rules", verbose_name=_("indicator"))
    kind = models.CharField(_("kind"), max_length=7, choices=RuleKind.choices)
    #: range: the figure as it is shown, in the indicator's unit; one end may be open.
    low = models.DecimalField(_("at least"), max_digits=18, decimal_places=6, null=True, blank=True)
    high = models.DecimalField(_("at most"), max_digits=18, decimal_places=6, null=True, blank=True)
    #: history: the unit's own last figures that are looked at.
    periods = models.PositiveSmallIntegerField(_("last figures"), null=True, blank=True)
    #: history: mean ± this many standard deviations; null: between the lowest and the highest of them.
    width = models.DecimalField(_("standard deviations"), max_digits=5, decimal_places=2, null=True, blank=True)
    #: compare: the figure is no higher than this indicator's at the same unit and period.
    other = models.ForeignKey(
        Indicator, models.CASCADE, null=True, blank=True, related_name="compared_by", verbose_name=_("no higher than")
    )
    #: jump: the most that a figure may differ from the last one, in its unit or as a percentage of that one.
    most = models.DecimalField(_("at most from the last"), max_digits=18, decimal_places=6, null=True, blank=True)
    is_percent = models.BooleanField(_("as a percentage"), default=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    made_at = models.DateTimeField(editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ValidationRuleQuerySet.as_manager()

    class Meta:
        ordering = ("indicator", "pk")
        verbose_name = _("validation rule")
        verbose_name_plural = _("validation rules")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(kind=RuleKind.RANGE) | Q(low__isnull=False) | Q(high__isnull=False),
                name="a_range_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(kind=RuleKind.HISTORY) | Q(periods__isnull=False, periods__gte=1),
                name="a_history_has_a_length",
            ),
            models.CheckConstraint(
                condition=~Q(kind=RuleKind.COMPARISON) | (Q(other__isnull=False) & ~Q(other=F("indicator"))),
                name="a_comparison_names_another_indicator",
            ),
            models.CheckConstraint(
                condition=~Q(kind=RuleKind.JUMP) | Q(most__isnull=False, most__gt=0), name="a_jump_has_a_size"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.indicator}"

    @property
    def code(self) -> str:
        """What an observation keeps of a rule that doubts it: "jump-12"."""
        return f"{self.kind}-{self.pk}"


class Confirmation(models.Model):
    """A person's word that a doubted figure is right, and why. It speaks of the figure as it was written then."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    period = models.ForeignKey(Period, models.PROTECT, related_name="+")
    #: Of the observation.
    revision = models.PositiveIntegerField()
    #: Codes of the rules that doubted it.
    suspicions = ArrayField(models.CharField(max_length=20))
    note = models.CharField(max_length=500)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    confirmed_at = models.DateTimeField()

    class Meta:
        ordering = ("-confirmed_at", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(note=""), name="whoever_confirms_a_figure_says_why"),
        ]
        indexes: ClassVar = [models.Index(fields=["indicator", "unit", "period"], name="confirmations_of_one_figure")]

    def __str__(self) -> str:
        return self.note
