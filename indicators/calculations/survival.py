"""Waits of which some go on: the median that counts those still waiting (Kaplan and Meier, 1958).

The histogram of such a duration holds three things of a period, all of which add exactly over units and periods:
who was seen after d days stands at d; who was still waiting at the period's end, or left unseen, after d days stands
at `going_on(d)`, a number below zero; and who had waited d days already when the period began is taken from there
again, so that a wait counts in a period for its days inside it alone (delayed entry; the period approach of Brenner
and Gefeller, 1996). Added over two periods in a row, the end of the first and the beginning of the second cancel.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import TypeVar

Number = TypeVar("Number")

#: Digits carried through the product of shares, and how far its last digits may be from what it stands for.
PRECISION, NEARLY = 40, Decimal("1e-30")
#: The statistic -> the share of those waiting that is left on its day.
LEVELS = {"km_median": Decimal("0.5"), "km_p90": Decimal("0.1")}


def going_on(days: Number) -> Number:
    """Return where a wait that was still going on after so many days stands; of that place, the days again."""
    return -1 - days  # type: ignore[operator,return-value]  # a whole number, or a column of them


def survival_day(histogram: Mapping[int, int], level: Decimal) -> Decimal | None:
    """Return the smallest day by which no more than a share of people would still wait; None where it isn't reached.

    Who stopped being watched on a day was still at risk on that day.
    """
    seen = {days: cases for days, cases in histogram.items() if days >= 0}
    left = {going_on(days): cases for days, cases in histogram.items() if days < 0}
    at_risk = sum(histogram.values())
    survival = Decimal(1)
    with localcontext(prec=PRECISION):
        for day in sorted({*seen, *left}):
            events = seen.get(day, 0)
            if events and at_risk > 0:
                survival *= Decimal(at_risk - events) / at_risk
                if survival <= level + NEARLY:
                    return Decimal(day)
            at_risk -= events + left.get(day, 0)
    return None
