"""The definition sheets of indicators, their versions, and who is expected to report."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.language import in_language
from indicators.calculations.calendars import is_turned
from indicators.calculations.expressions import LONGEST
from indicators.choices import Calendar, ChartType, Combine, Direction, IndicatorStatus, Kind, Missing, Statistic
from organisation.choices import Frequency
from organisation.models import Unit


class Area(models.Model):
    """An area of True North; the areas head the columns of every board, in this order."""

    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=60)
    name_fr = models.CharField(_("name in French"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ("position", "code")
        verbose_name = _("True North area")
        verbose_name_plural = _("True North areas")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name_en, self.name_fr)


class Indicator(models.Model):
    """The definition sheet of a figure: what is counted, in which unit, how often, which way is better."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name_en = models.CharField(_("name in English"), max_length=200)
    name_fr = models.CharField(_("name in French"), max_length=200, blank=True)
    text_en = models.TextField(_("definition in English"), blank=True)
    text_fr = models.TextField(_("definition in French"), blank=True)
    area = models.ForeignKey(
        Area, models.SET_NULL, null=True, blank=True, related_name="indicators", verbose_name=_("True North area")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    unit = models.CharField(_("unit of measure"), max_length=20, blank=True, help_text=_("d, %, /10; may be empty"))
    factor = models.DecimalField(
        _("factor"), max_digits=12, decimal_places=4, default=1, help_text=_("100 for a percentage")
    )
    decimals = models.PositiveSmallIntegerField(_("decimals shown"), default=0)
    numerator_text_en = models.CharField(_("numerator in English"), max_length=300, blank=True)
    numerator_text_fr = models.CharField(_("numerator in French"), max_length=300, blank=True)
    denominator_text_en = models.CharField(_("denominator in English"), max_length=300, blank=True)
    denominator_text_fr = models.CharField(_("denominator in French"), max_length=300, blank=True)
    direction = models.CharField(_("direction"), max_length=5, choices=Direction.choices, default=Direction.NONE)
    frequency = models.CharField(_("frequency"), max_length=15, choices=Frequency.choices)
    calendar = models.CharField(
        _("calendar"),
        max_length=12,
        choices=Calendar.choices,
        default=Calendar.EVERY_DAY,
        db_default=Calendar.EVERY_DAY,
        help_text=_("of a daily figure: on other days none is expected"),
    )
    also_at = ArrayField(
        models.CharField(max_length=15, choices=Frequency.choices),
        verbose_name=_("also rolled up to"),
        default=list,
        blank=True,
        help_text=_("longer frequencies at which values are kept too"),
    )
    statistic = models.CharField(_("statistic"), max_length=15, choices=Statistic.choices, blank=True)
    #: For yes or no: what several units make together. Over time, the last answer of each counts.
    combine = models.CharField(
        _("yes and no over units"), max_length=5, choices=Combine.choices, default=Combine.SHARE, blank=True
    )
    #: For `share_within`: the longest delay that counts as within, in the unit of the histogram.
    within = models.PositiveIntegerField(_("limit of the share within"), null=True, blank=True)
    #: Of a formula: what is computed, in the language of `indicators.calculations.expressions`.
    expression = models.CharField(
        _("expression"),
        max_length=LONGEST,
        blank=True,
        help_text=_("cost / episodes × 100: codes, numbers, + − × ÷ ( )"),
    )
    #: Of an index: `[{"indicator": code, "weight": "2", "valid_from": day or null, "valid_to": day or null}]`.
    weights = models.JSONField(_("weights"), default=list, db_default=[], blank=True)
    missing = models.CharField(
        _("missing reports"), max_length=7, choices=Missing.choices, default=Missing.SKIP, db_default=Missing.SKIP
    )
    #: Whether figures of several units, or of several periods, make one: else only what was reported itself is shown.
    adds_up = models.BooleanField(_("adds up"), default=True, db_default=True)
    minimum_coverage = models.DecimalField(
        _("minimum coverage"), max_digits=4, decimal_places=3, default=0, help_text=_("share of units, 0 to 1")
    )
    #: Days after the period's end on which a report is due; null: on the last day of grace.
    due_days = models.PositiveSmallIntegerField(
        _("due days after the period"), null=True, blank=True, help_text=_("empty: on the last day of grace")
    )
    due_in_working_days = models.BooleanField(
        _("counted in working days"), default=False, db_default=False, help_text=_("Monday to Friday")
    )
    #: After the day on which it is due, or where none is named after the period: until then no report is late.
    grace_days = models.PositiveSmallIntegerField(_("days of grace"), default=7)
    note_when_beyond = models.BooleanField(_("asks for a note beyond the threshold"), default=False, db_default=False)
    start_event_en = models.CharField(_("start event in English"), max_length=300, blank=True)
    start_event_fr = models.CharField(_("start event in French"), max_length=300, blank=True)
    stop_event_en = models.CharField(_("stop event in English"), max_length=300, blank=True)
    stop_event_fr = models.CharField(_("stop event in French"), max_length=300, blank=True)
    inclusion_en = models.TextField(_("inclusion in English"), blank=True)
    inclusion_fr = models.TextField(_("inclusion in French"), blank=True)
    exclusion_en = models.TextField(_("exclusion in English"), blank=True)
    exclusion_fr = models.TextField(_("exclusion in French"), blank=True)
    interpretation_en = models.TextField(_("use and interpretation in English"), blank=True)
    interpretation_fr = models.TextField(_("use and interpretation in French"), blank=True)
    warnings_en = models.TextField(_("warnings and limits in English"), blank=True)
    warnings_fr = models.TextField(_("warnings and limits in French"), blank=True)
    complementary = models.ManyToManyField(
        "self", verbose_name=_("complementary indicators"), symmetrical=False, related_name="complements", blank=True
    )
    #: One for tile, page, wall, table, exports and API.
    chart = models.CharField(
        _("chart of variation"),
        max_length=5,
        choices=ChartType.choices,
        default=ChartType.AUTO,
        db_default=ChartType.AUTO,
        help_text=_("p′ for shares, t or g for what is rare, else XmR, unless you name another"),
    )
    #: Moving ranges beyond 3.267 × their mean don't widen the limits of the chart.
    screens_outliers = models.BooleanField(
        _("screens outliers"), default=True, help_text=_("leave unusual moving ranges out of the chart’s limits")
    )
    source_text_en = models.CharField(_("source in English"), max_length=300, blank=True)
    source_text_fr = models.CharField(_("source in French"), max_length=300, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("owner"))
    status = models.CharField(
        _("status"), max_length=10, choices=IndicatorStatus.choices, default=IndicatorStatus.ACTIVE
    )
    #: Periods that ended before are judged as ever.
    abandoned_on = models.DateField(_("abandoned on"), null=True, blank=True)
    #: Number of the newest version, whether it has taken effect yet or not.
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    #: First days from which what is measured is another thing: the line of the chart breaks there.
    breaks_on = ArrayField(models.DateField(), default=list, db_default=[], blank=True, editable=False)
    #: First days from which another calendar holds than on the day before; after the last of them, the one above.
    calendar_turns_on = ArrayField(models.DateField(), default=list, db_default=[], blank=True, editable=False)
    #: Why the job that measures it failed the last time; empty: it did not, or there is none. Its figures are late.
    fault = models.CharField(_("fault"), max_length=300, blank=True, db_default="", editable=False)
    #: The same as `core.sentences` keeps it, to be told in the reader's language; null where there is none.
    fault_why = models.JSONField(null=True, editable=False)

    class Meta:
        ordering = ("code",)
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(kind=Kind.DURATION) | ~Q(statistic=""), name="a_duration_names_its_statistic"
            ),
            models.CheckConstraint(
                condition=~Q(statistic=Statistic.SHARE_WITHIN) | Q(within__isnull=False),
                name="a_share_within_names_its_limit",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name_en, self.name_fr)

    def leaves_days_off_out(self, day: dt.date) -> bool:
        """Whether a report for a day is expected on working days alone, by the calendar that holds for that day."""
        return (self.calendar == Calendar.WORKING_DAYS) != is_turned(self.calendar_turns_on, day)

    @property
    def numerator_text(self) -> str:
        """The numerator in words, in the reader's language."""
        return in_language(self.numerator_text_en, self.numerator_text_fr)

    @property
    def denominator_text(self) -> str:
        """The denominator in words, in the reader's language."""
        return in_language(self.denominator_text_en, self.denominator_text_fr)

    @property
    def source_text(self) -> str:
        """Where the figures come from, in the reader's language."""
        return in_language(self.source_text_en, self.source_text_fr)


class Component(models.Model):
    """An indicator from whose values another one is, or in an earlier version was, computed."""

    of = models.ForeignKey(Indicator, models.CASCADE, related_name="components")
    # Whoever wants to delete it is told what would lose its figures.
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="used_in")

    class Meta:
        ordering = ("of", "indicator")
        verbose_name = _("component")
        verbose_name_plural = _("components")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["of", "indicator"], name="a_component_is_named_once"),
            models.CheckConstraint(condition=~Q(of=F("indicator")), name="nothing_is_computed_from_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.of}: {self.indicator}"


class DefinitionVersion(models.Model):
    """A definition sheet as it was made at a moment, for the periods that end on its first day or later.

    Of several versions that have begun by a period's last day, the highest number holds: a version replaces the earlier
    ones from its first day on. A restatement is a version of the same words that begins earlier. A definition that
    was never changed may have no version: then it holds from the beginning as it stands.
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    takes_effect_on = models.DateField()
    #: All fields by name: numbers as text, the area and complementary indicators by code, the owner by name.
    sheet = models.JSONField()
    is_restatement = models.BooleanField(default=False)
    #: In the words of whoever changed it.
    reason = models.CharField(max_length=500, blank=True)
    #: Null: a job or a file.
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    #: Null: before versions were kept.
    changed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("indicator", "-number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["indicator", "number"], name="a_version_has_its_own_number"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.number}"


class Reporter(models.Model):
    """A unit that is expected to report an indicator from a first to a last day, both included."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="reporters", verbose_name=_("indicator"))
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="reports", verbose_name=_("unit"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        ordering = ("indicator", "unit", "valid_from")
        verbose_name = _("expected report")
        verbose_name_plural = _("expected reports")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "unit", "valid_from"], name="a_unit_is_expected_once_per_indicator_and_first_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.unit}"


class LeftOut(models.Model):
    """A unit whose figures, with all below it, are not handed up from a first to a last day, both included.

    Its own value stands as ever; above it neither its parts count nor its reports, given or expected.
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="left_out", verbose_name=_("indicator"))
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="left_out", verbose_name=_("unit"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        ordering = ("indicator", "unit", "valid_from")
        verbose_name = _("unit left out")
        verbose_name_plural = _("units left out")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "unit", "valid_from"], name="a_unit_is_left_out_once_per_indicator_and_first_day"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="a_unit_is_left_out_from_a_day_to_a_later_one",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="whoever_leaves_a_unit_out_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.unit}"
