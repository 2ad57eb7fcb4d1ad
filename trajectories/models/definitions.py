"""Trajectories, the versions of their definitions, and the measures bound to indicators."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.language import in_language
from indicators.models import Indicator
from trajectories.choices import ALWAYS


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
        return in_language(self.name_en, self.name_fr)


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
