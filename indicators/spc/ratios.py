"""Charts of shares (p, p′) and of rates (u, u′): events of so many, with limits that follow each denominator.

Everything is a decimal of the precision of the current context. A share is one division of two whole numbers, and so is
the centre: rounded once, a share that lies on the centre stays on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from indicators.spc.shewhart import Drawn, around
from indicators.spc.subgroups import D2, mean_moving_range


@dataclass(frozen=True, slots=True)
class Ratios:
    """The subgroups between two splits; every list has one item a subgroup, None in both of a pair that is not known.

    `base` says which of them the lines are made of. `given` replaces the computed centre.
    """

    events: list[Decimal | None]
    n: list[Decimal | None]
    base: list[bool]
    given: Decimal | None = None
    screens: bool = True

    def centre(self) -> Decimal | None:
        """Return Σ events ÷ Σ n over the baseline: the pooled share or rate, not the mean of shares."""
        if self.given is not None:
            return self.given
        known = [
            (events, n)
            for events, n, feeds in zip(self.events, self.n, self.base, strict=True)
            if feeds and events is not None and n is not None
        ]
        total = sum(n for _, n in known)
        return sum((events for events, _ in known), Decimal(0)) / total if total else None


class Spread(NamedTuple):
    """The shares or rates, their pooled centre, and how far chance alone lets each of them stray (one sigma)."""

    y: list[Decimal | None]
    centre: Decimal | None
    sigmas: list[Decimal | None]


def _spread(part: Ratios, *, is_share: bool) -> Spread:
    """Work out shares (binomial: σ² = c × (1 − c) ÷ n) or rates (Poisson: σ² = c ÷ n) around their centre c."""
    y = [None if events is None or not n else events / n for events, n in zip(part.events, part.n, strict=True)]
    centre = part.centre()
    if centre is None or centre < 0 or (is_share and centre > 1):
        return Spread(y, centre, [None] * len(y))
    chance = centre * (1 - centre) if is_share else centre
    # Once for each size: roots take longest, and a team of a few cases a month has few sizes.
    sigmas = {n: (chance / n).sqrt() if n else None for n in {*part.n}}
    return Spread(y, centre, [sigmas[n] for n in part.n])


def _laney(part: Ratios, spread: Spread) -> list[Decimal | None]:
    """Return the sigmas stretched by how much more the subgroups differ than chance lets them (Laney 2002)."""
    scores = [
        None if y is None or not sigma or spread.centre is None else (y - spread.centre) / sigma
        for y, sigma, feeds in zip(spread.y, spread.sigmas, part.base, strict=True)
        if feeds
    ]
    stretch = mean_moving_range(scores, screens=part.screens)
    if stretch is None:
        return [None] * len(spread.sigmas)
    stretched = {sigma: None if sigma is None else sigma * stretch / D2 for sigma in {*spread.sigmas}}
    return [stretched[sigma] for sigma in spread.sigmas]


def share(part: Ratios) -> Drawn:
    """Draw a P chart: the pooled share, limits by each denominator, within 0 and 1."""
    spread = _spread(part, is_share=True)
    return Drawn(spread.y, spread.centre, *around(spread.centre, spread.sigmas, low=0, high=1))


def share_prime(part: Ratios) -> Drawn:
    """Draw a P′ chart."""
    spread = _spread(part, is_share=True)
    return Drawn(spread.y, spread.centre, *around(spread.centre, _laney(part, spread), low=0, high=1))


def rate(part: Ratios) -> Drawn:
    """Draw a U chart: the pooled rate, limits by each denominator, not below 0."""
    spread = _spread(part, is_share=False)
    return Drawn(spread.y, spread.centre, *around(spread.centre, spread.sigmas, low=0))


def rate_prime(part: Ratios) -> Drawn:
    """Draw a U′ chart."""
    spread = _spread(part, is_share=False)
    return Drawn(spread.y, spread.centre, *around(spread.centre, _laney(part, spread), low=0))


RATIOS: dict[str, Callable[[Ratios], Drawn]] = {"p": share, "pp": share_prime, "u": rate, "up": rate_prime}
