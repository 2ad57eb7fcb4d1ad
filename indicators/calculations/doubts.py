"""Whether a figure is doubted: what a validation rule expects of it. Figures unrounded; the earlier ones newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import pairwise

from indicators.calculations.figures import PRECISION
from indicators.calculations.parts import Parts

#: Fewer earlier figures say too little of what is usual; half a year of fiscal periods.
FEWEST_EARLIER = 6
#: d2 for moving ranges of two points (Shewhart): mean moving range ÷ d2 estimates the standard deviation.
D2 = Decimal("1.128")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is expected; by `kind`, the words of `indicators.choices.RuleKind`, the other fields say how much."""

    kind: str
    low: Decimal | None = None
    high: Decimal | None = None
    #: Earlier figures that are looked at.
    periods: int | None = None
    #: Standard deviations on either side of their mean; None: between the lowest and the highest of them.
    width: Decimal | None = None
    most: Decimal | None = None
    is_percent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A figure and what it is held against; without a figure nothing can be doubted but its parts."""

    figure: Decimal | None
    parts: Parts
    #: The unit's own figures of the periods before, newest first.
    earlier: Sequence[Decimal] = ()
    #: The other indicator's figure at the same unit and period.
    other: Decimal | None = None


def is_doubted(rule: Rule, looked: Looked) -> bool:
    """Answer whether a figure is not what a rule expects. What cannot be compared is not doubted."""
    if rule.kind == "parts":
        numerator, denominator = looked.parts.numerator, looked.parts.denominator
        return numerator is not None and denominator is not None and numerator > denominator
    figure = looked.figure
    if figure is None:
        return False
    if rule.kind == "compare":
        return looked.other is not None and figure > looked.other
    if rule.kind == "jump":
        return bool(looked.earlier) and _jumps(rule, figure, looked.earlier[0])
    low, high = (rule.low, rule.high) if rule.kind == "range" else usual(rule, looked.earlier)
    return (low is not None and figure < low) or (high is not None and figure > high)


def usual(rule: Rule, earlier: Sequence[Decimal]) -> tuple[Decimal | None, Decimal | None]:
    """Return the lowest and highest figure that a history makes likely; None twice of too short a one.

    With a width: mean ± width × standard deviation, which is estimated from the moving ranges, so that three of them
    are the limits of the chart (Making Data Count). Without one: the lowest and the highest, as the range checks of
    DHIS2 and the WHO's Data Quality Review take them from the months before.
    """
    seen = earlier[: rule.periods]
    if len(seen) < FEWEST_EARLIER:
        return None, None
    if rule.width is None:
        return min(seen), max(seen)
    with localcontext(prec=PRECISION):
        mean = sum(seen, Decimal(0)) / len(seen)
        ranges = [abs(later - before) for later, before in pairwise(seen)]
        away = rule.width * (sum(ranges, Decimal(0)) / len(ranges) / D2)
        # What never varied has no limits, on the chart either.
        return (mean - away, mean + away) if any(ranges) else (None, None)


def _jumps(rule: Rule, figure: Decimal, last: Decimal) -> bool:
    """Answer whether a figure is too far from the last one; as a percentage of nothing, none is."""
    if rule.most is None or (rule.is_percent and not last):
        return False
    with localcontext(prec=PRECISION):
        size = abs(figure - last)
        return size * 100 > rule.most * abs(last) if rule.is_percent else size > rule.most
