"""Arithmetic of figures that knows no Django: parts, the shown figure, status, the chart's limits."""

from indicators.calculations.exactness import EXACT, Exactness, exactness
from indicators.calculations.figures import figure, percentile, shown
from indicators.calculations.parts import NOT_APPLICABLE, NOTHING, Parts, add, completed
from indicators.calculations.reported import Reported, reported
from indicators.calculations.status import Reading, StatusCode, status

__all__ = [
    "EXACT",
    "NOTHING",
    "NOT_APPLICABLE",
    "Exactness",
    "Parts",
    "Reading",
    "Reported",
    "StatusCode",
    "add",
    "completed",
    "exactness",
    "figure",
    "percentile",
    "reported",
    "shown",
    "status",
]
