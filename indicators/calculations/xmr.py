"""Mean and limits of an XmR chart. The rules of special cause come with the full engine, which takes this place."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import pairwise

from indicators.calculations.figures import PRECISION

#: 3 ÷ d2 for moving ranges of two points (Shewhart), as the "Making Data Count" charts round it.
FACTOR = Decimal("2.66")
#: Fewer points have no limits worth drawing: a run chart stands in for the XmR chart.
MINIMUM_POINTS = 13


@dataclass(frozen=True, slots=True)
class Xmr:
    """The lines of a chart. Without enough points, or without any variation, there are no limits."""

    mean: Decimal | None
    lower: Decimal | None = None
    upper: Decimal | None = None


def xmr(points: Sequence[Decimal | None], *, minimum: int = MINIMUM_POINTS) -> Xmr:
    """Return mean ± 2.66 × the mean moving range of the points, oldest first.

    A missing point is left out of the mean and takes both its moving ranges with it: no bridge over a gap. Limits are
    neither cut at 0 nor rounded. Decimals throughout, so that a point on a line lies on it.
    """
    known = [point for point in points if point is not None]
    if not known:
        return Xmr(None)
    with localcontext(prec=PRECISION):
        mean = sum(known, Decimal(0)) / len(known)
        ranges = [abs(after - before) for before, after in pairwise(points) if before is not None and after is not None]
        total = sum(ranges, Decimal(0))
        if len(known) < minimum or total == 0:
            return Xmr(mean)
        reach = FACTOR * total / len(ranges)
        return Xmr(mean, mean - reach, mean + reach)
