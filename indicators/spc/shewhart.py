"""Shewhart charts: for each kind the centre line, and how far the limits stand from it at each subgroup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import pi
from statistics import median

from indicators.spc.numbers import KEPT, PRECISION, SpcRefused, kept
from indicators.spc.subgroups import (
    D2,
    D4,
    Exact,
    Part,
    baseline,
    c4,
    decimal,
    mean,
    mean_moving_range,
    pooled,
    screened_mean,
)

#: Makes times between events about normal: y to the power of 1 ÷ 3.6 (Nelson 1994).
NELSON = Decimal("3.6")
#: A geometric count's median in units of its mean, ln 2 to three digits.
HALF_LIFE = Fraction(693, 1000)
#: D4 of I′ charts, as qicharts2 writes it.
D4_PRIME = Decimal("3.2665")
#: Closer than this to nothing, in units of the centre, a limit is nothing: the last digits of what is worked out.
HAIR = Decimal(1).scaleb(3 - PRECISION)
#: Measurements from which a standard deviation can be told.
PAIR = 2

Limits = list[tuple[Decimal | None, Decimal | None]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A part with its lines: `limits` at three sigma, `near` at two. None stands where there is no limit."""

    y: Sequence[Exact | None]
    centre: Exact | None
    limits: Limits
    near: Limits
    has_verdict: bool = True

    def figures(self) -> list[Decimal | None]:
        """Return what is drawn, to the digits that limits have."""
        return [None if y is None else kept(y) for y in self.y]

    def middle(self) -> Decimal | None:
        """Return the centre line, to the digits that limits have."""
        return None if self.centre is None else kept(self.centre)


def around(
    middle: Exact | None,
    sigmas: Sequence[Decimal | None],
    *,
    low: int | None = None,
    high: int | None = None,
) -> tuple[Limits, Limits]:
    """Return the limits at three and at two sigma, cut at `low` and `high`."""
    centre = None if middle is None else decimal(middle)
    floor, ceiling = None if low is None else Decimal(low), None if high is None else Decimal(high)

    def line(centre: Decimal, away: Decimal) -> Decimal:
        # What is left of two numbers that differ in nothing but their last digits is nothing.
        found = KEPT.add(centre, away)
        return found if abs(found) > HAIR * abs(centre) else Decimal(0)

    def edges(reach: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
        if centre is None or reach is None:
            return None, None
        bottom, top = line(centre, -reach), line(centre, reach)
        return (
            bottom if floor is None or bottom > floor else floor,
            top if ceiling is None or top < ceiling else ceiling,
        )

    def at(times: int) -> Limits:
        # Once for each sigma: most charts have a single one, and few cases a month come in few sizes.
        found = {sigma: edges(None if sigma is None else times * sigma) for sigma in {*sigmas}}
        return [found[sigma] for sigma in sigmas]

    return at(3), at(2)


def beyond(ys: Sequence[Decimal | None], limits: Limits) -> list[bool | None]:
    """Whether each point lies outside of its two lines; on a line it lies inside. None where there is no line."""
    return [
        None if y is None or low is high is None else (low is not None and y < low) or (high is not None and y > high)
        for y, (low, high) in zip(ys, limits, strict=True)
    ]


def run(part: Part) -> Drawn:
    """Draw a run chart: the median alone."""
    known = part.based()
    centre = part.given if part.given is not None else Fraction(median(known)) if known else None
    nothing: Limits = [(None, None)] * len(part.y)
    return Drawn(part.y, centre, nothing, nothing)


def individuals(part: Part) -> Drawn:
    """Draw an I chart: mean ± 3 × mean moving range ÷ 1.128."""
    centre = part.given if part.given is not None else mean(part.based())
    spread = mean_moving_range(baseline(part, part.y), screens=part.screens)
    sigmas = [None if spread is None else spread / D2] * len(part.y)
    return Drawn(part.y, centre, *around(centre, sigmas, low=None if part.may_be_negative else 0))


def moving_range(part: Part) -> Drawn:
    """Draw the moving ranges themselves, under 3.267 × their mean."""
    ranges: list[Fraction | None] = [None] * len(part.y)
    for before, after in pairwise(place for place, included in enumerate(part.included) if included):
        a, b = part.y[before], part.y[after]
        ranges[after] = None if a is None or b is None else abs(b - a)
    known = [one for one, base in zip(ranges, part.base, strict=True) if base and one is not None]
    centre = part.given if part.given is not None else mean(known)
    upper = None if centre is None else kept(D4 * decimal(centre))
    zero = None if centre is None else Decimal(0)
    n = len(part.y)
    near = None if upper is None else upper * 2 / 3
    return Drawn(ranges, centre, [(zero, upper)] * n, [(zero, near)] * n, has_verdict=False)


def count(part: Part) -> Drawn:
    """Draw a C chart: the mean count ± 3 of its roots, not below 0."""
    centre = part.given if part.given is not None else mean(part.based())
    sigma = None if centre is None or centre < 0 else decimal(centre).sqrt()
    return Drawn(part.y, centre, *around(centre, [sigma] * len(part.y), low=0))


def cases_between(part: Part) -> Drawn:
    """Draw a G chart: the median is shown, the limits stand around the mean g ± 3 √(g(g + 1)), not below 0."""
    known = part.based()
    centre = part.given if part.given is not None else mean(known)
    sigma = None if centre is None or centre < 0 else decimal(centre * (centre + 1)).sqrt()
    limits = around(centre, [sigma] * len(part.y), low=0)
    shown = HALF_LIFE * part.given if part.given is not None else Fraction(median(known)) if known else None
    return Drawn(part.y, shown, *limits)


def time_between(part: Part) -> Drawn:
    """Draw a T chart: an I chart of y to the power of 1 ÷ 3.6, its lines brought back. Raises on a time of zero."""
    if any(y is not None and y <= 0 for y in part.y):
        raise SpcRefused("zero_interval", "Times between events must be above 0.")
    rooted = [None if y is None else decimal(y) ** (1 / NELSON) for y in part.y]
    known = [root for root, base in zip(rooted, part.base, strict=True) if base and root is not None]
    centre = sum(known, Decimal(0)) / len(known) if known else None
    if part.given is not None:
        centre = decimal(part.given) ** (1 / NELSON)
    spread = mean_moving_range(baseline(part, rooted), screens=part.screens)
    limits, near = around(centre, [None if spread is None else spread / D2] * len(rooted))
    # A negative two-sigma limit is missing in qicharts2, a three-sigma one is 0.
    return Drawn(
        part.y,
        _power(centre),
        [(None if low is None else max(low, Decimal(0)) ** NELSON, _power(high)) for low, high in limits],
        [(None if low is None or low < 0 else low**NELSON, _power(high)) for low, high in near],
    )


def _power(value: Decimal | None) -> Decimal | None:
    return None if value is None else value**NELSON


def _deviation(part: Part) -> Decimal | None:
    """Return the mean standard deviation of equal subgroups, the pooled one of unequal ones."""
    found = [
        (n, sd)
        for n, sd, base in zip(part.n, part.sd, part.base, strict=True)
        if base and sd is not None and n is not None
    ]
    if not found:
        return None
    if len(set(part.n)) == 1:
        return sum((sd for _, sd in found), Decimal(0)) / len(found)
    freedom = sum((n - 1 for n, _ in found), Fraction(0))
    squares = sum((decimal(n - 1) * sd * sd for n, sd in found), Decimal(0))
    return (squares / decimal(freedom)).sqrt()


def subgroup_means(part: Part) -> Drawn:
    """Draw an X-bar chart: limits from the standard deviation within the subgroups; none for a single measurement."""
    centre = part.given if part.given is not None else pooled(part)
    sd = _deviation(part)
    sigmas = [None if sd is None or n is None or n < PAIR else sd / (c4(int(n)) * decimal(n).sqrt()) for n in part.n]
    return Drawn(part.y, centre, *around(centre, sigmas))


def subgroup_deviations(part: Part) -> Drawn:
    """Draw an S chart: the standard deviations of the subgroups, between B3 and B4 of their centre."""
    centre = decimal(part.given) if part.given is not None else _deviation(part)
    sigmas = [
        None if centre is None or n is None or n < PAIR else centre * (1 - c4(int(n)) ** 2).sqrt() / c4(int(n))
        for n in part.n
    ]
    drawn = [None if sd is None else Fraction(sd) for sd in part.sd]
    return Drawn(drawn, centre, *around(centre, sigmas, low=0))


def individuals_prime(part: Part) -> Drawn:
    """Draw an I′ chart: individuals of unequal weight; the differences know neither freeze nor exclusion."""
    centre = part.given if part.given is not None else pooled(part)
    steps: list[Decimal] = []
    for (a, n), (b, m) in pairwise(zip(part.y, part.n, strict=True)):
        if a is not None and b is not None and n and m:
            steps.append((Decimal(pi) / 2).sqrt() * decimal(abs(b - a)) / decimal(1 / n + 1 / m).sqrt())
    spread = screened_mean(steps, bound=D4_PRIME if part.screens else None)
    sigmas = [None if spread is None or not n else spread * decimal(1 / n).sqrt() for n in part.n]
    return Drawn(part.y, centre, *around(centre, sigmas))


#: Of figures; those of shares and rates stand in `ratios`.
CHARTS: dict[str, Callable[[Part], Drawn]] = {
    "run": run,
    "i": individuals,
    "mr": moving_range,
    "c": count,
    "g": cases_between,
    "t": time_between,
    "xbar": subgroup_means,
    "s": subgroup_deviations,
    "ip": individuals_prime,
}
