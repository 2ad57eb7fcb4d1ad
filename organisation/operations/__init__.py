"""Change the organisation. Each function is one thing a person or a job can do."""

from organisation.operations.people import choose_language, give_role, take_role
from organisation.operations.periods import (
    FiscalYearExists,
    add_fiscal_year,
    foreseen_periods,
    mark_days_off,
    period_for,
    periods_for,
    periods_spanning,
    stored,
)
from organisation.operations.tokens import create_token, revoke_token, use_token
from organisation.operations.tree import TreeChange, rebuild_ancestors
from organisation.operations.units import import_units

__all__ = [
    "FiscalYearExists",
    "TreeChange",
    "add_fiscal_year",
    "choose_language",
    "create_token",
    "foreseen_periods",
    "give_role",
    "import_units",
    "mark_days_off",
    "period_for",
    "periods_for",
    "periods_spanning",
    "rebuild_ancestors",
    "revoke_token",
    "stored",
    "take_role",
    "use_token",
]
