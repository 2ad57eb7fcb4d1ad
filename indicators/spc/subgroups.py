"""The subgroups of a Shewhart chart and the arithmetic that several charts share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import gamma
from statistics import median

from indicators.spc.numbers import SpcRefused

#: d2: the mean moving range of two points in units of the standard deviation (Shewhart).
D2 = Decimal("1.128")
#: D4: the upper limit of a moving range in units of the mean one.
D4 = Decimal("3.267")


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


def decimal(value: Fraction) -> Decimal:
    """Return a fraction to the precision of the current context."""
    return Decimal(value.numerator) / value.denominator


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


def mean_moving_range(values: Sequence[Fraction | Decimal | None], *, screens: bool, bound: Decimal = D4) -> Decimal | None:
    """Return the mean of |differences|; when screened, once, of those under `bound` × it. A gap is not bridged."""
    found = [_distance(before, after) for before, after in pairwise(values) if before is not None and after is not None]
    if found and screens:
        limit = bound * sum(found) / len(found)
        found = [moved for moved in found if moved < limit]
    return sum(found) / len(found) if found else None


def _distance(before: Fraction | Decimal, after: Fraction | Decimal) -> Decimal:
    if isinstance(before, Fraction) and isinstance(after, Fraction):
        return decimal(abs(after - before))
    return abs(Decimal(after) - Decimal(before)) if isinstance(before, Decimal) and isinstance(after, Decimal) else Decimal(0)


def baseline(part: Part, values: Sequence[Fraction | Decimal | None]) -> list[Fraction | Decimal | None]:
    """Return the values that the lines are made of; those left out are gone, so that a moving range bridges them."""
    return [value for value, base in zip(values, part.base, strict=True) if base]


def c4(n: int) -> Decimal:
    """Return the mean of the standard deviation of n normal measurements, in units of theirs."""
    if n > 340:  # noqa: PLR2004 - the gamma function's own reach; c4 is 1 − 1 ÷ 4n there, to nine digits
        return 1 - Decimal(1) / (4 * n) - Decimal(7) / (32 * n * n)
    return Decimal(2 / (n - 1)).sqrt() * Decimal(gamma(n / 2)) / Decimal(gamma((n - 1) / 2))


@dataclass(frozen=True, slots=True)
class Subgroup:
    """The measurements of one subgroup, added up."""

    y: Fraction | None
    n: Fraction
    sd: Decimal | None


def subgroup(measurements: Sequence[Decimal | None], aggregate: str) -> Subgroup:
    """Return a subgroup of its measurements; the missing ones do not count."""
    known = [Fraction(value) for value in measurements if value is not None]
    n = Fraction(len(known))
    if not known:
        return Subgroup(None, n, None)
    centre = sum(known) / n
    sd = (decimal(sum(((one - centre) ** 2 for one in known), Fraction(0)) / (n - 1))).sqrt() if n > 1 else None
    figures = {"mean": centre, "median": Fraction(median(known)), "sum": Fraction(sum(known))}
    if aggregate == "sd":
        return Subgroup(None if sd is None else Fraction(sd), n, sd)
    if aggregate not in figures:
        raise SpcRefused("unknown_aggregate", "A subgroup is drawn by its mean, median, sum or sd.")
    return Subgroup(figures[aggregate], n, sd)
