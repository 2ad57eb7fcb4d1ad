"""Anhøj's runs analysis: whether the longest run is too long, or the crossings of the centre line too few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import comb, log2

from indicators.spc.numbers import Number

#: The share of chance charts with fewer crossings than the limit (Anhøj and Olesen 2014).
TOO_FEW = 20


@dataclass(frozen=True, slots=True)
class Runs:
    """What a run chart's points do about their centre line; limits are None where no point is off it."""

    n_obs: int
    n_useful: int
    longest: int | None
    longest_allowed: int | None
    crossings: int | None
    crossings_needed: int | None

    @property
    def is_signal(self) -> bool:
        """Whether chance alone would hardly do this."""
        if self.longest is None or self.longest_allowed is None:
            return False
        return self.longest > self.longest_allowed or (self.crossings or 0) < (self.crossings_needed or 0)


def runs(points: Sequence[Number | None], centre: Number | None) -> Runs:
    """Return the analysis of points in order; those on the centre line, or missing, drop out and runs join across."""
    sides = [] if centre is None else [point > centre for point in points if point is not None and point != centre]
    if not sides:
        return Runs(len(points), 0, None, None, None, None)
    longest = run = 1
    crossings = 0
    for before, after in pairwise(sides):
        run = run + 1 if before == after else 1
        crossings += before != after
        longest = max(longest, run)
    n = len(sides)
    return Runs(len(points), n, longest, longest_run_allowed(n), crossings, crossings_needed(n))


def longest_run_allowed(n: int) -> int:
    """Return round(log2 n) + 3 (Schilling 2012)."""
    return round(log2(n)) + 3


@cache
def crossings_needed(n: int) -> int:
    """Return the 5 % quantile of Binomial(n − 1, ½): the smallest k with P(X ≤ k) ≥ 0.05."""
    below, everything = 0, 2 ** (n - 1)
    for k in range(n):
        below += comb(n - 1, k)
        if TOO_FEW * below >= everything:
            return k
    return 0
