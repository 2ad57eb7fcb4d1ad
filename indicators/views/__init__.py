"""The pages on which figures are entered: who and what, one call, one answer."""

from indicators.views.enter import enter
from indicators.views.figure import figure

__all__ = ["enter", "figure"]
