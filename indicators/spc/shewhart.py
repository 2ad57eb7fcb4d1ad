"""Shewhart charts: for each kind the centre line, and how far the limits stand from it at each subgroup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import pi
from statistics import median
from typing import NamedTuple

from indicators.spc.numbers import SpcRefused, common
from indicators.spc.subgroups import D2, D4, Part, baseline, c4, decimal, mean, mean_moving_range, pooled, screened_mean

#: Makes times between events about normal: y to the power of 1 ÷ 3.6 (Nelson 1994).
NELSON = Decimal("3.6")
#: A geometric count's median in units of its mean, ln 2 to three digits.
HALF_LIFE = Fraction(693, 1000)
#: D4 of I′ charts, as qicharts2 writes it.
D4_PRIME = Decimal("3.2665")

#: Measurements from which a standard deviation can be told.
PAIR = 2

Limits = list[tuple[Decimal | None, Decimal | None]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A part with its lines: `limits` at three sigma, `near` at two. None stands where there is no limit."""

    y: list[Fraction | None]
    centre: Fraction | Decimal | None
    limits: Limits
    near: Limits
    has_verdict: bool = True


def around(
    middle: Fraction | Decimal | None,
    sigmas: Sequence[Decimal | None],
    *,
    low: int | None = None,
    high: int | None = None,
) -> tuple[Limits, Limits]:
    """Return the limits at three and at two sigma, cut at `low` and `high`."""
    centre = decimal(middle) if isinstance(middle, Fraction) else middle
    floor, ceiling = None if low is None else Decimal(low), None if high is None else Decimal(high)

    def at(times: int) -> Limits:
        found: Limits = []
        for sigma in sigmas:
            if centre is None or sigma is None:
                found.append((None, None))
                continue
            reach = times * sigma
            bottom, top = centre - reach, centre + reach
            found.append(
                (
                    bottom if floor is None or bottom > floor else floor,
                    top if ceiling is None or top < ceiling else ceiling,
                )
            )
        return found

    return at(3), at(2)


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
    kept = [place for place, included in enumerate(part.included) if included]
    for before, after in pairwise(kept):
        a, b = part.y[before], part.y[after]
        ranges[after] = None if a is None or b is None else abs(b - a)
    known = [one for one, base in zip(ranges, part.base, strict=True) if base and one is not None]
    centre = part.given if part.given is not None else mean(known)
    upper = None if centre is None else D4 * decimal(centre)
    zero = None if centre is None else Decimal(0)
    n = len(part.y)
    near = None if upper is None else upper * 2 / 3
    return Drawn(ranges, centre, [(zero, upper)] * n, [(zero, near)] * n, has_verdict=False)


class Spread(NamedTuple):
    """Of shares or rates: the pooled centre, and at each subgroup how far chance alone lets it stray (one sigma)."""

    centre: Fraction | None
    sigmas: list[Decimal | None]
    #: How many sigmas each subgroup is away from the centre.
    scores: list[Decimal | None]


def _spread(part: Part, *, is_share: bool) -> Spread:
    """Work out shares (binomial) or rates (Poisson) in whole numbers: a board draws some hundreds of subgroups.

    Of events E and sizes N over a common denominator D, around the centre P ÷ Q: one sigma is √(K ÷ N) ÷ Q, and a
    subgroup is (E × Q − P × N) ÷ (N × √(K ÷ N)) sigmas away, with K = P × (Q − P) × D for shares, P × Q × D for rates.
    """
    size = len(part.y)
    counts = [None if y is None or n is None else _times(y, n) for y, n in zip(part.y, part.n, strict=True)]
    whole, scale = common([*counts, *part.n])
    events, sizes = whole[:size], whole[size:]
    centre = part.given if part.given is not None else _pooled(events, sizes, part.base)
    nothing: list[Decimal | None] = [None] * size
    if centre is None or centre < 0 or (is_share and centre > 1):
        return Spread(centre, nothing, nothing)
    p, q = centre.as_integer_ratio()
    k = Decimal(p * ((q - p) if is_share else q) * scale)
    # Once for each size: roots take longest, and a team of a few cases a month has few sizes.
    roots = {n: (k / n).sqrt() for n in {*sizes} if n}
    sigmas = {n: root / q for n, root in roots.items()}
    units = {n: n * root for n, root in roots.items()}
    return Spread(
        centre,
        [sigmas[n] if n else None for n in sizes],
        [
            None if e is None or not n or not units[n] else (e * q - p * n) / units[n]
            for e, n in zip(events, sizes, strict=True)
        ],
    )


def _times(y: Fraction, n: Fraction) -> Fraction | int:
    """Return y × n, which is the whole number that y was made of; asked first, since fractions take long to multiply."""
    over, under = y.numerator * n.numerator, y.denominator * n.denominator
    return Fraction(over, under) if over % under else over // under


def _pooled(events: Sequence[int | None], sizes: Sequence[int | None], base: Sequence[bool]) -> Fraction | None:
    """Return Σ events ÷ Σ sizes over the baseline: the pooled share or rate, not the mean of shares."""
    known = [
        (e, n) for e, n, feeds in zip(events, sizes, base, strict=True) if feeds and e is not None and n is not None
    ]
    total = sum(n for _, n in known)
    return Fraction(sum(e for e, _ in known), total) if total else None


def _laney(part: Part, spread: Spread) -> list[Decimal | None]:
    """Return the sigmas stretched by how much more the subgroups differ than chance lets them (Laney 2002)."""
    stretch = mean_moving_range(baseline(part, spread.scores), screens=part.screens)
    if stretch is None:
        return [None] * len(spread.sigmas)
    times = stretch / D2
    return [None if sigma is None else sigma * times for sigma in spread.sigmas]


def share(part: Part) -> Drawn:
    """Draw a P chart: the pooled share, limits by each denominator, within 0 and 1."""
    spread = _spread(part, is_share=True)
    return Drawn(part.y, spread.centre, *around(spread.centre, spread.sigmas, low=0, high=1))


def share_prime(part: Part) -> Drawn:
    """Draw a P′ chart."""
    spread = _spread(part, is_share=True)
    return Drawn(part.y, spread.centre, *around(spread.centre, _laney(part, spread), low=0, high=1))


def rate(part: Part) -> Drawn:
    """Draw a U chart: the pooled rate, limits by each denominator, not below 0."""
    spread = _spread(part, is_share=False)
    return Drawn(part.y, spread.centre, *around(spread.centre, spread.sigmas, low=0))


def rate_prime(part: Part) -> Drawn:
    """Draw a U′ chart."""
    spread = _spread(part, is_share=False)
    return Drawn(part.y, spread.centre, *around(spread.centre, _laney(part, spread), low=0))


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


CHARTS: dict[str, Callable[[Part], Drawn]] = {
    "run": run,
    "i": individuals,
    "mr": moving_range,
    "p": share,
    "pp": share_prime,
    "u": rate,
    "up": rate_prime,
    "c": count,
    "g": cases_between,
    "t": time_between,
    "xbar": subgroup_means,
    "s": subgroup_deviations,
    "ip": individuals_prime,
}
