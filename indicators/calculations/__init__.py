"""Arithmetic of figures that knows no Django: parts, the shown figure, status, the chart's limits."""

from indicators.calculations.figures import figure, percentile, shown
from indicators.calculations.parts import NOTHING, Parts, add, completed
from indicators.calculations.status import Reading, StatusCode, status

__all__ = [
    "NOTHING",
    "Parts",
    "Reading",
    "StatusCode",
    "add",
    "completed",
    "figure",
    "percentile",
    "shown",
    "status",
]
