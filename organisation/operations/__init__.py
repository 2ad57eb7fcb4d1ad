"""Change the organisation. Each function is one thing a person or a job can do."""

from organisation.operations.periods import period_for, periods_for, periods_spanning
from organisation.operations.tree import TreeChange, rebuild_ancestors
from organisation.operations.units import import_units

__all__ = ["TreeChange", "import_units", "period_for", "periods_for", "periods_spanning", "rebuild_ancestors"]
