"""What a formula or an index comes to at one unit in one period, from the figures of its components there.

Both are computed after the roll-up of their components, at every unit and period on its own: they are never added up.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import NamedTuple

from indicators.calculations.expressions import Expression, evaluate, kept
from indicators.calculations.parts import Parts
from indicators.calculations.scores import Weighed, index


class Said(IntEnum):
    """What the histogram of a computed figure counts: components of which something is to be said."""

    APPROXIMATE = 1
    NOT_ADDITIVE = 2
    #: Of an index: parts with a score, and parts without one.
    SCORED = 3
    LEFT_OUT = 4


class Operand(NamedTuple):
    """A component at a unit in a period, as its own definition reads it. `figure` None: it says nothing there."""

    figure: Decimal | None
    #: How many people or things stand behind it; None where that is no number of either.
    n: Decimal | None = None
    #: Reports in it, of those expected; `expected` None: nobody in particular.
    reporting: int = 1
    expected: int | None = None
    suspect: int = 0
    is_approximate: bool = False
    is_additive: bool = True
    is_applicable: bool = True

    @property
    def is_complete(self) -> bool:
        """Whether it has a figure and nobody has still to report."""
        return self.figure is not None and (self.expected is None or self.reporting >= self.expected)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an index at a unit in a period: its weight, what it is there, and its score, if it can have one."""

    weight: Decimal
    operand: Operand
    score: Decimal | None


class Derived(NamedTuple):
    """A value as it is kept: `numerator` the result to six decimals, or None where it has none.

    `denominator` is the fewest people or things that a component rests on, so that small numbers stay hidden. The
    histogram says how many components are as `Said` names it.
    """

    parts: Parts
    reporting: int
    expected: int | None
    suspect: int


#: Where a component does not apply, nothing computed from it does.
NOT_APPLICABLE = Derived(Parts(), 0, 0, 0)


def formula_value(expression: Expression, operands: Mapping[str, Operand]) -> Derived:
    """Return what a formula comes to, from what each of its names stands for.

    It is as complete as the least covered of its operands, and as doubtful as all of them together.
    """
    known = operands.values()
    if not all(operand.is_applicable for operand in known):
        return NOT_APPLICABLE
    figures = {name: operand.figure for name, operand in operands.items() if operand.figure is not None}
    result = evaluate(expression, figures) if len(figures) == len(operands) else None
    reporting, expected = _least_covered(known)
    return Derived(_parts(kept(result), known), reporting, expected, sum(operand.suspect for operand in known))


def index_value(parts: Sequence[Part], missing: str) -> Derived:
    """Return what an index comes to; parts that do not apply leave it altogether.

    Its reports are its parts: those that have a score and are complete, of all that have a weight.
    """
    applying = [part for part in parts if part.operand.is_applicable]
    if not applying:
        return NOT_APPLICABLE
    scored = [part for part in applying if part.score is not None]
    result = index([Weighed(part.weight, part.score) for part in applying], missing)
    said = {Said.SCORED: len(scored), Said.LEFT_OUT: len(applying) - len(scored)}
    return Derived(
        _parts(kept(result), [part.operand for part in scored], said),
        sum(part.operand.is_complete for part in scored),
        len(applying),
        sum(part.operand.suspect for part in scored),
    )


def _least_covered(operands: Collection[Operand]) -> tuple[int, int | None]:
    """Return reports and expected reports of the operand of which the smallest share has come."""
    counted = [(one.reporting, one.expected) for one in operands if one.expected]
    if counted:
        return min(counted, key=lambda one: (Decimal(one[0]) / Decimal(one[1]), -one[1]))
    return min((one.reporting for one in operands), default=0), None


def _parts(result: Decimal | None, operands: Collection[Operand], said: Mapping[Said, int] | None = None) -> Parts:
    resting = [one.n for one in operands if one.n is not None]
    fewest = min((n for n in resting if n > 0), default=Decimal(0) if resting else None)
    told = {
        Said.APPROXIMATE: sum(one.is_approximate for one in operands),
        Said.NOT_ADDITIVE: sum(not one.is_additive for one in operands),
        **(said or {}),
    }
    histogram = Parts.of_histogram({int(what): times for what, times in told.items()})
    return Parts(result, kept(fewest), histogram.days, histogram.cases)
