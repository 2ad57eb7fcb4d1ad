"""The pages on which figures are entered: who and what, one call, one answer."""

from indicators.views.enter import enter
from indicators.views.figure import figure
from indicators.views.imports import draft, send, template, undo
from indicators.views.locks import lock, unlock

__all__ = ["draft", "enter", "figure", "lock", "send", "template", "undo", "unlock"]
