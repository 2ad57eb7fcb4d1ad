"""The vocabularies of boards: levels, zones, tile sizes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """The three walls."""

    STRATEGIC = "strategic", _("Strategic")
    TACTICAL = "tactical", _("Tactical")
    OPERATIONAL = "operational", _("Operational")


class ZoneKind(models.TextChoices):
    """The zones of a board, in the order of the agenda (design section 6)."""

    DIRECTION = "direction", _("Direction")
    PERFORMANCE = "performance", _("Performance")
    DELIVER_VALUE = "deliver_value", _("Deliver value")
    SOLVE_PROBLEMS = "solve_problems", _("Solve problems")
    ACT_AND_RESPOND = "act_and_respond", _("Act and respond")
    PEOPLE = "people", _("People")
    USER_VOICE = "user_voice", _("User voice")
    ROUTINE = "routine", _("Routine")


class FlowSize(models.TextChoices):
    """How large a board shows its trajectory."""

    STRIP = "strip", _("A strip")
    WIDE = "wide", _("Wide: the map in a band")
    LARGE = "large", _("Large: the whole map")
