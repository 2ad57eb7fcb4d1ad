"""The score of an indicator, 0 to 100, and the index that weighs several of them together.

Min–max normalisation between two goalposts, and a weighted arithmetic mean: OECD and JRC, Handbook on Constructing
Composite Indicators (2008), steps 5 and 6; the goalposts are those of the Human Development Index (UNDP, technical
note 1), here the starting point and the target that the organisation has set itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import NamedTuple

from indicators.calculations.figures import PRECISION

NONE, FULL = Decimal(0), Decimal(100)


@dataclass(frozen=True, slots=True)
class Goal:
    """The numbers that a figure is held to."""

    target: Decimal | None = None
    threshold: Decimal | None = None
    starting_point: Decimal | None = None
    band_low: Decimal | None = None
    band_high: Decimal | None = None


def score(value: Decimal, direction: str, goal: Goal) -> Decimal | None:
    """Return how far a figure has come: 100 at the target or better, 0 at where one came from or worse, else between.

    Up and down: 0 stands at the starting point, else at the threshold, whichever first lies on the worse side of the
    target. Band: 100 inside, 0 at the threshold's distance beyond it. Without such a second number there is no scale,
    and without a direction nothing to score: None.
    """
    with localcontext(prec=PRECISION):
        if direction == "band":
            return _in_band(value, goal)
        if direction not in {"up", "down"} or goal.target is None:
            return None
        zero = _zero(direction, goal.target, goal)
        return None if zero is None else _clipped((value - zero) * FULL / (goal.target - zero))


def _zero(direction: str, target: Decimal, goal: Goal) -> Decimal | None:
    """Return the figure that scores 0: one that is better than the target can be no beginning."""
    for zero in (goal.starting_point, goal.threshold):
        if zero is not None and (zero < target if direction == "up" else zero > target):
            return zero
    return None


def _in_band(value: Decimal, goal: Goal) -> Decimal | None:
    if goal.band_low is None or goal.band_high is None or not goal.threshold:
        return None
    beyond = max(goal.band_low - value, value - goal.band_high, NONE)
    return _clipped(FULL - beyond * FULL / goal.threshold)


def _clipped(share: Decimal) -> Decimal:
    return max(NONE, min(FULL, share))


class Weighed(NamedTuple):
    """A part of an index: its weight, and its score, if it has one."""

    weight: Decimal
    score: Decimal | None


def index(parts: Sequence[Weighed], missing: str) -> Decimal | None:
    """Return the weighted mean of the scores, 0 to 100, unrounded; None where none has one.

    `missing` is a word of `indicators.choices.Missing`. skip: parts without a score are left out, and the weights of
    the others count in full; how many are left must be said wherever the figure is shown. zero: they score 0.
    missing: there is no figure while one of them is missing.
    """
    scored = [part for part in parts if part.score is not None]
    if not scored or (missing == "missing" and len(scored) < len(parts)):
        return None
    whole = sum((part.weight for part in (parts if missing == "zero" else scored)), NONE)
    with localcontext(prec=PRECISION):
        return sum((part.weight * part.score for part in scored if part.score is not None), NONE) / whole
