"""What adds exactly: the parts of a figure."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Self

from indicators.calculations.members import count_of, estimate_of, is_estimated, united
from indicators.calculations.sketches import Estimate


# Nobody changes parts. They are not `frozen`, which makes one take five times as long to make, and a wall makes 740.
@dataclass(slots=True, unsafe_hash=True)
class Parts:
    """The parts of a figure, whatever its kind; what a kind doesn't have is None.

    count, stock: `numerator` n. ratio: `numerator` ÷ `denominator`. mean: `numerator` sum, `denominator` n.
    yes/no: `numerator` yes, of `denominator` answers.
    duration (and a stock that knows how long each has waited): the histogram, `days[i]` seen `cases[i]` times, days
    ascending. An empty histogram says: measured, and there was none. Where those still waiting count too, they stand
    below zero (see `survival`).
    distinct: `members`, the keyed hashes of pseudonyms, ascending; past `members.EXACT` the smallest stand for all.
    Of an indicator that does not add up, any kind may have a bare figure in `numerator` instead of its parts.
    """

    numerator: Decimal | None = None
    denominator: Decimal | None = None
    days: tuple[int, ...] | None = None
    cases: tuple[int, ...] | None = None
    members: tuple[int, ...] | None = None
    #: False: the unit says that there is nothing to report. Such parts are empty and add nothing.
    is_applicable: bool = True

    @classmethod
    def of_histogram(cls, histogram: Mapping[int, int], numerator: Decimal | None = None) -> Self:
        """Return the parts of {days: cases}; days without a case are left out."""
        kept = sorted((day, cases) for day, cases in histogram.items() if cases)
        return cls(numerator, None, tuple(day for day, _ in kept), tuple(cases for _, cases in kept))

    @classmethod
    def of_members(cls, members: Iterable[int]) -> Self:
        """Return the parts of some keyed hashes, in any order, each any number of times."""
        return cls(members=united(members))

    @property
    def histogram(self) -> dict[int, int]:
        """{days: cases}; empty without one."""
        return dict(zip(self.days or (), self.cases or (), strict=True))

    @property
    def over(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Days and cases of what is over: all, but for those still waiting, where these count too."""
        days, cases = self.days or (), self.cases or ()
        first = bisect_left(days, 0)
        return (days[first:], cases[first:]) if first else (days, cases)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was reported: no part at all. A zero and an empty histogram are reports."""
        return self.numerator is None and self.denominator is None and self.days is None and self.members is None

    @property
    def is_bare(self) -> bool:
        """Whether there is one number and nothing that says what it was made of."""
        return self.numerator is not None and self.denominator is None and self.days is None and self.members is None

    @property
    def n(self) -> Decimal | None:
        """How many things stand behind the figure: the denominator, the cases, the people, or the count itself.

        Of waits, those that are over.
        """
        if self.denominator is not None:
            return self.denominator
        if self.numerator is None and self.cases is not None:
            return Decimal(sum(self.over[1]))
        return self.numerator if self.members is None else count_of(self.members)

    @property
    def is_estimated(self) -> bool:
        """Whether there are more different people than are counted one by one."""
        return self.members is not None and is_estimated(self.members)

    @property
    def estimate(self) -> Estimate | None:
        """How many people there are about, and between which numbers they lie; None where they are counted."""
        return None if self.members is None else estimate_of(self.members)

    def __add__(self, other: "Parts") -> "Parts":
        """Add exactly. A part that one side lacks is the other side's."""
        numerator = _sum(self.numerator, other.numerator)
        denominator = _sum(self.denominator, other.denominator)
        members = _union(self.members, other.members)
        if self.days is None or other.days is None:
            with_days = self if self.days is not None else other
            return Parts(numerator, denominator, with_days.days, with_days.cases, members)
        merged = Counter(self.histogram)
        merged.update(other.histogram)
        together = Parts.of_histogram(merged)
        return Parts(numerator, denominator, together.days, together.cases, members)


#: Adds nothing.
NOTHING = Parts()
#: What a unit reports that has nothing to report.
NOT_APPLICABLE = Parts(is_applicable=False)


def add(parts: Iterable[Parts]) -> Parts:
    """Return the sum of all parts; of none, nothing."""
    return reduce(Parts.__add__, parts, NOTHING)


def completed(kind: str, parts: Parts) -> Parts:
    """Return parts as they are stored: who says yes (1) or no (0) gives one answer, without having to say so."""
    if kind == "yes_no" and parts.denominator is None and parts.numerator is not None:
        return Parts(parts.numerator, Decimal(1), parts.days, parts.cases)
    return parts


def _sum(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    if left is None or right is None:
        return right if left is None else left
    return left + right


def _union(left: tuple[int, ...] | None, right: tuple[int, ...] | None) -> tuple[int, ...] | None:
    if left is None or right is None:
        return right if left is None else left
    return united((*left, *right))
