"""The vocabularies of units, roles and periods."""

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
    SEE_SMALL_NUMBERS = "see_small_numbers", _("See small numbers")
    USE_API = "use_api", _("Use the API")
    ADMINISTER = "administer", _("Administer")


class Frequency(models.TextChoices):
    """How often a figure is due."""

    DAY = "day", _("Day")
    WEEK = "week", _("ISO week")
    FISCAL_PERIOD = "fiscal_period", _("Fiscal period")
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    YEAR = "year", _("Year")
    FISCAL_YEAR = "fiscal_year", _("Fiscal year")
