"""The pages on which figures are entered and confirmed: who and what, one call, one answer."""

from indicators.views.confirming import confirm
from indicators.views.enter import enter
from indicators.views.figure import figure
from indicators.views.imports import draft, send, template, undo
from indicators.views.locks import lock, unlock

__all__ = ["confirm", "draft", "enter", "figure", "lock", "send", "template", "undo", "unlock"]
