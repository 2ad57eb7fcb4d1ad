"""The vocabularies of units, roles and periods, and what each role allows."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class RoleName(models.TextChoices):
    """What a person is at a unit; it holds at every unit below."""

    VIEWER = "viewer", _("Viewer")
    CONTRIBUTOR = "contributor", _("Contributor")
    LEAD = "lead", _("Lead")
    ANALYST = "analyst", _("Analyst")
    ADMINISTRATOR = "administrator", _("Administrator")
    PATIENT_PARTNER = "patient_partner", _("Patient partner")


class Do(models.TextChoices):
    """What a person may ask to do at a unit."""

    SEE = "see", _("See boards and figures")
    ENTER_FIGURES = "enter_figures", _("Enter figures")
    PIN_CARDS = "pin_cards", _("Pin cards")
    CHANGE_BOARD = "change_board", _("Change boards")
    SET_TARGET = "set_target", _("Set targets")
    DEFINE_TRAJECTORIES = "define_trajectories", _("Define trajectories")
    LOCK_PERIODS = "lock_periods", _("Lock periods")
    SEE_SMALL_NUMBERS = "see_small_numbers", _("See small numbers")
    USE_API = "use_api", _("Use the API")
    ADMINISTER = "administer", _("Administer")


#: What each role allows at its unit and below. A token acts with the roles of its person, so those who enter figures
#: may enter them by program too; those who only look do so in the browser.
ALLOWED: Final[Mapping[RoleName, frozenset[Do]]] = MappingProxyType(
    {
        RoleName.VIEWER: frozenset({Do.SEE}),
        RoleName.PATIENT_PARTNER: frozenset({Do.SEE}),
        RoleName.CONTRIBUTOR: frozenset({Do.SEE, Do.ENTER_FIGURES, Do.PIN_CARDS, Do.USE_API}),
        RoleName.LEAD: frozenset(
            {
                Do.SEE,
                Do.ENTER_FIGURES,
                Do.PIN_CARDS,
                Do.CHANGE_BOARD,
                Do.SET_TARGET,
                Do.DEFINE_TRAJECTORIES,
                Do.LOCK_PERIODS,
                Do.USE_API,
            }
        ),
        RoleName.ANALYST: frozenset({Do.SEE, Do.SEE_SMALL_NUMBERS, Do.USE_API}),
        RoleName.ADMINISTRATOR: frozenset(Do),
    }
)

#: On pages, small numbers are for whoever has the right to them, and for those who enter them: their own work. Programs
#: need the right itself.
SHOWN_SMALL_NUMBERS: Final = frozenset({Do.SEE_SMALL_NUMBERS, Do.ENTER_FIGURES})


class Frequency(models.TextChoices):
    """How often a figure is due."""

    DAY = "day", _("Day")
    WEEK = "week", _("ISO week")
    FISCAL_PERIOD = "fiscal_period", _("Fiscal period")
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    YEAR = "year", _("Year")
    FISCAL_YEAR = "fiscal_year", _("Fiscal year")
