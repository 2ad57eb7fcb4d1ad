"""What adds exactly: the parts of a figure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Self


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a figure, whatever its kind; what a kind doesn't have is None.

    count, stock: `numerator` n. ratio: `numerator` ÷ `denominator`. mean: `numerator` sum, `denominator` n.
    yes/no: `numerator` yes, of `denominator` answers.
    duration (and a stock that knows how long each has waited): the histogram, `days[i]` seen `cases[i]` times, days
    ascending. An empty histogram says: measured, and there was none.
    """

    numerator: Decimal | None = None
    denominator: Decimal | None = None
    days: tuple[int, ...] | None = None
    cases: tuple[int, ...] | None = None

    @classmethod
    def of_histogram(cls, histogram: Mapping[int, int], numerator: Decimal | None = None) -> Self:
        """Return the parts of {days: cases}; days without a case are left out."""
        kept = sorted((day, cases) for day, cases in histogram.items() if cases)
        return cls(numerator, None, tuple(day for day, _ in kept), tuple(cases for _, cases in kept))

    @property
    def histogram(self) -> dict[int, int]:
        """{days: cases}; empty without one."""
        return dict(zip(self.days or (), self.cases or (), strict=True))

    @property
    def n(self) -> Decimal | None:
        """How many things stand behind the figure: the denominator, the cases of the histogram, or the count itself."""
        if self.denominator is not None:
            return self.denominator
        if self.numerator is None and self.cases is not None:
            return Decimal(sum(self.cases))
        return self.numerator

    def __add__(self, other: "Parts") -> "Parts":
        """Add exactly. A part that one side lacks is the other side's."""
        numerator = _sum(self.numerator, other.numerator)
        denominator = _sum(self.denominator, other.denominator)
        if self.days is None or other.days is None:
            with_days = self if self.days is not None else other
            return Parts(numerator, denominator, with_days.days, with_days.cases)
        merged = Parts.of_histogram(Counter(self.histogram) + Counter(other.histogram))
        return Parts(numerator, denominator, merged.days, merged.cases)


#: Adds nothing.
NOTHING = Parts()


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
