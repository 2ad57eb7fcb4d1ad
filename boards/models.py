"""Boards, their zones and the tiles that hang in them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from boards.choices import FlowSize, Level, ZoneKind
from core.language import in_language
from indicators.models import Indicator
from organisation.choices import Frequency
from organisation.models import Unit
from trajectories.models import Trajectory


class Board(models.Model):
    """The wall of one unit, or of one service trajectory at a unit."""

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name_en = models.CharField(_("name in English"), max_length=120)
    name_fr = models.CharField(_("name in French"), max_length=120, blank=True)
    level = models.CharField(_("level"), max_length=12, choices=Level.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="boards", verbose_name=_("unit"))
    trajectory = models.ForeignKey(
        Trajectory, models.SET_NULL, null=True, blank=True, related_name="boards", verbose_name=_("trajectory")
    )
    flow_size = models.CharField(
        _("size of the trajectory"), max_length=5, choices=FlowSize.choices, default=FlowSize.STRIP
    )
    true_north_en = models.CharField(_("True North in English"), max_length=200, blank=True)
    true_north_fr = models.CharField(_("True North in French"), max_length=200, blank=True)
    #: Local time of the daily huddle at this board.
    huddle_at = models.TimeField(_("huddle at"), null=True, blank=True)

    class Meta:
        ordering = ("slug",)
        verbose_name = _("board")
        verbose_name_plural = _("boards")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name_en, self.name_fr)

    @property
    def true_north(self) -> str:
        """The fixed direction, in the reader's language."""
        return in_language(self.true_north_en, self.true_north_fr)


class Zone(models.Model):
    """A section of a board; the sections are the agenda, walked in order."""

    board = models.ForeignKey(Board, models.CASCADE, related_name="zones", verbose_name=_("board"))
    kind = models.CharField(_("kind"), max_length=20, choices=ZoneKind.choices)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ("board", "position")
        verbose_name = _("zone")
        verbose_name_plural = _("zones")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["board", "kind"], name="a_board_has_one_zone_of_each_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.board}: {self.get_kind_display()}"


class Tile(models.Model):
    """One indicator on a board: at the board's unit, or at another that the tile names."""

    zone = models.ForeignKey(Zone, models.CASCADE, related_name="tiles", verbose_name=_("zone"))
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="tiles", verbose_name=_("indicator"))
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="tiles", verbose_name=_("other unit")
    )
    frequency = models.CharField(
        _("frequency"), max_length=15, choices=Frequency.choices, blank=True, help_text=_("empty: the indicator’s own")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ("zone", "position")
        verbose_name = _("tile")
        verbose_name_plural = _("tiles")

    def __str__(self) -> str:
        return f"{self.indicator} · {self.zone}"
