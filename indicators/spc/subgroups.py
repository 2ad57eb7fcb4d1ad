"""The subgroups of a Shewhart chart and the arithmetic that several charts share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import exp, lgamma, sqrt
from statistics import median

from indicators.spc.numbers import SpcRefused

#: d2: the mean moving range of two points in units of the standard deviation (Shewhart).
D2 = Decimal("1.128")
#: D4: the upper limit of a moving range in units of the mean one.
D4 = Decimal("3.267")

Exact = Fraction | Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """The subgroups between two splits; every list has one item a subgroup.

    `y` is what is drawn; `n` the denominator, or the number of measurements; `sd` their standard deviation;
    `base` says which subgroups the lines are made of. `given` replaces the computed centre.
    """

    y: list[Fraction | None]
    n: list[Fraction | None]
    sd: list[Decimal | None]
    base: list[bool]
    included: list[bool]
    given: Fraction | None = None
    screens: bool = True
    may_be_negative: bool = True

    def based(self) -> list[Fraction]:
        """Return the known figures that the lines are made of."""
        return [y for y, base in zip(self.y, self.base, strict=True) if base and y is not None]


def decimal(value: Exact) -> Decimal:
    """Return a fraction to the precision of the current context."""
    return value if isinstance(value, Decimal) else Decimal(value.numerator) / value.denominator


def mean(values: Sequence[Fraction]) -> Fraction | None:
    """Return the exact mean; None of nothing."""
    return sum(values, Fraction(0)) / len(values) if values else None


def pooled(part: Part) -> Fraction | None:
    """Return Σ y × n ÷ Σ n over the baseline: the pooled share or rate, not the mean of shares."""
    pairs = [
        (y * n, n)
        for y, n, base in zip(part.y, part.n, part.base, strict=True)
        if base and y is not None and n is not None
    ]
    total = sum((n for _, n in pairs), Fraction(0))
    return sum((top for top, _ in pairs), Fraction(0)) / total if total else None


def mean_moving_range(values: Sequence[Decimal | None], *, screens: bool, bound: Decimal = D4) -> Decimal | None:
    """Return the mean of |differences|; when screened, once, of those under `bound` × it. A gap is not bridged."""
    found = [abs(after - before) for before, after in pairwise(values) if before is not None and after is not None]
    return screened_mean(found, bound=bound if screens else None)


def screened_mean(found: Sequence[Decimal], *, bound: Decimal | None) -> Decimal | None:
    """Return the mean of those under `bound` × the mean of all; of all without a bound."""
    kept = found
    if found and bound is not None:
        limit = bound * sum(found) / len(found)
        kept = [moved for moved in found if moved < limit]
    return sum(kept, Decimal(0)) / len(kept) if kept else None


def baseline(part: Part, values: Sequence[Exact | None]) -> list[Decimal | None]:
    """Return the values that the lines are made of; those left out are gone, so that a moving range bridges them."""
    kept = [value for value, base in zip(values, part.base, strict=True) if base]
    return [None if value is None else decimal(value) for value in kept]


def c4(n: int) -> Decimal:
    """Return the mean of the standard deviation of n normal measurements, in units of theirs."""
    return Decimal(sqrt(2 / (n - 1)) * exp(lgamma(n / 2) - lgamma((n - 1) / 2)))


@dataclass(frozen=True, slots=True)
class Subgroup:
    """The measurements of one subgroup, added up."""

    y: Fraction | None
    total: Fraction | None
    n: Fraction
    sd: Decimal | None


def subgroup(measurements: Sequence[Decimal | None], aggregate: str) -> Subgroup:
    """Return a subgroup of its measurements; the missing ones do not count."""
    known = [Fraction(value) for value in measurements if value is not None]
    n = Fraction(len(known))
    if not known:
        return Subgroup(None, None, n, None)
    centre = sum(known) / n
    sd = (decimal(sum(((one - centre) ** 2 for one in known), Fraction(0)) / (n - 1))).sqrt() if n > 1 else None
    total = sum(known, Fraction(0))
    figures: dict[str, Fraction | None] = {
        "mean": centre,
        "median": Fraction(median(known)),
        "sum": total,
        "sd": None if sd is None else Fraction(sd),
    }
    if aggregate not in figures:
        raise SpcRefused("unknown_aggregate", "A subgroup is drawn by its mean, median, sum or sd.")
    return Subgroup(figures[aggregate], total, n, sd)
