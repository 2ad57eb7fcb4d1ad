"""Indicators and their targets, observations as reported, values as rolled up."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from indicators.choices import Combine, Direction, IndicatorStatus, Kind, MarkKind, Source, Statistic
from organisation.choices import Frequency
from organisation.models import Period, Unit


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
        return (self.name_fr if get_language() == "fr" else "") or self.name_en


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
    numerator_text = models.CharField(_("numerator in words"), max_length=300, blank=True)
    denominator_text = models.CharField(_("denominator in words"), max_length=300, blank=True)
    direction = models.CharField(_("direction"), max_length=5, choices=Direction.choices, default=Direction.NONE)
    frequency = models.CharField(_("frequency"), max_length=15, choices=Frequency.choices)
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
    minimum_coverage = models.DecimalField(
        _("minimum coverage"), max_digits=4, decimal_places=3, default=0, help_text=_("share of units, 0 to 1")
    )
    grace_days = models.PositiveSmallIntegerField(_("days of grace after the period"), default=7)
    start_event = models.CharField(_("start event"), max_length=300, blank=True)
    stop_event = models.CharField(_("stop event"), max_length=300, blank=True)
    inclusion = models.TextField(_("inclusion"), blank=True)
    exclusion = models.TextField(_("exclusion"), blank=True)
    interpretation = models.TextField(_("use and interpretation"), blank=True)
    warnings = models.TextField(_("warnings and limits"), blank=True)
    complementary = models.ManyToManyField(
        "self", verbose_name=_("complementary indicators"), symmetrical=False, related_name="complements", blank=True
    )
    #: Moving ranges beyond 3.267 × their mean don't widen the limits of the chart.
    screens_outliers = models.BooleanField(
        _("screens outliers"), default=True, help_text=_("leave unusual moving ranges out of the chart's limits")
    )
    source_text = models.CharField(_("source"), max_length=300, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("owner"))
    status = models.CharField(
        _("status"), max_length=10, choices=IndicatorStatus.choices, default=IndicatorStatus.ACTIVE
    )
    #: Periods that ended before are judged as ever.
    abandoned_on = models.DateField(_("abandoned on"), null=True, blank=True)
    #: Number of the newest version, whether it has taken effect yet or not.
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

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
        return (self.name_fr if get_language() == "fr" else "") or self.name_en


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


class Target(models.Model):
    """What an indicator should reach at a unit from a day; units below inherit it until they set their own.

    Starting point, target and threshold are three numbers (domain 4.6); `act` begins beyond the threshold.
    """

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
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ("indicator", "unit", "valid_from")
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "unit", "valid_from"], name="one_target_per_indicator_unit_and_first_day"
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


class Parts(models.Model):
    """What adds exactly, whatever the kind.

    count, stock: `numerator` n. ratio: `numerator` ÷ `denominator`. mean: `numerator` sum, `denominator` n.
    yes/no: `numerator` yes, of `denominator` answers.
    duration (and a stock that knows how long each has waited): the histogram, `days[i]` seen `cases[i]` times,
    days ascending; whole days, or minutes where the indicator's unit says so.
    """

    numerator = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    denominator = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    days = ArrayField(models.IntegerField(), null=True)
    cases = ArrayField(models.BigIntegerField(), null=True)

    class Meta:
        abstract = True


class Observation(Parts):
    """A figure as a unit reported it for a period. Observations are the truth; values are derived from them."""

    # The unique index serves the indicator and the pair of indicator and period as well.
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="observations", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="observations")
    period = models.ForeignKey(Period, models.PROTECT, related_name="observations", db_index=False)
    note = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    #: Counts the times the figure was written; the API's ETag for `If-Match`.
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "period", "unit"], name="one_observation_per_indicator_unit_and_period"
            ),
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


class ImportBatch(models.Model):
    """A file whose figures were taken at once, and can be taken back at once while nobody has changed them since."""

    file_name = models.CharField(max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="import_batches")
    made_at = models.DateTimeField()
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return self.file_name


class ImportedFigure(models.Model):
    """A figure that a batch wrote, at this revision; what stood before is the earlier entry of the revision before."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="figures")
    # A million of them are written at once, from rows that are checked already.
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    period = models.ForeignKey(Period, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    revision = models.PositiveIntegerField()
    is_new = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.unit_id} {self.period_id} r{self.revision}"


class ImportDraft(models.Model):
    """A file that a person has sent and not yet taken: its table, `{"columns": […], "rows": [[line, [cell, …]], …]}`."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="import_draft")
    file_name = models.CharField(max_length=200)
    table = models.JSONField()
    sent_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.file_name


class ColumnMapping(models.Model):
    """What the columns of a person's files mean: `{heading in small letters: field}`, remembered for the next file."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="column_mapping")
    fields = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.person_id)


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
    computed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "unit", "period"], name="one_value_per_indicator_unit_and_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.unit_id} {self.period_id}"


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
