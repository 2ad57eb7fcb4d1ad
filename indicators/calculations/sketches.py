"""How many a large set stands for, and how surely: by Apache DataSketches, of which our sets are theta sketches.

A theta sketch is all hashes of a set that lie below some place, *theta*. A set of which the smallest k + 1 are kept is
one: k hashes, and the last for theta. So the library is given ours in its own serial form and asked what it
says of it. It has no wheel for Python 3.14 and can't be built there either (5.2.0); where it is not installed, its
formulas stand in, to the same person: `tests/indicators/test_sketches.py` holds one against the other.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import sqrt
from struct import Struct
from typing import Final, NamedTuple

try:
    from datasketches import compact_theta_sketch
except ImportError:  # Python 3.14 and later
    compact_theta_sketch = None

#: Standard deviations on either side: 95.4 % of all estimates are no farther off, told as 95 %.
DEVIATIONS: Final = 2
CONFIDENCE: Final = Decimal("0.95")
#: The largest place that the library knows, which a share of 1 stands for (`theta_constants.hpp`).
MOST: Final = 2**63 - 1
#: How a compact sketch begins (`compact_theta_sketch_parser.hpp`): words of 8 bytes before the hashes, version of the
#: form, family, two sizes that only growing sketches have, flags, mark of the seed, number of hashes, 4 idle bytes, theta.
HEAD: Final = Struct("<6BHIIQ")
WORDS, VERSION, FAMILY = 3, 3, 3
#: Read only, compact, ordered.
FLAGS: Final = 0b11010
#: Of seed 9001, the usual one. It says whose hashes may be united, and ours never are with those of another.
SEED_MARK: Final = 0x93CC


class Estimate(NamedTuple):
    """How many there are about, and between which numbers they lie with 95 % confidence; whole numbers."""

    about: Decimal
    low: Decimal
    high: Decimal


def estimate(hashes: tuple[int, ...], theta: int) -> Estimate:
    """Return what a sketch says: `hashes` are all of the set that lie below `theta`, ascending, more than 120.

    The one at `theta` was seen too, so there is never said to be fewer than these.
    """
    ask = _by_formula if compact_theta_sketch is None else _by_library
    about, low, high = ask(hashes, theta)
    seen = Decimal(len(hashes) + 1)
    return Estimate(
        max(seen, Decimal(about).to_integral_value()),
        max(seen, Decimal(low).to_integral_value(ROUND_FLOOR)),
        max(seen, Decimal(high).to_integral_value(ROUND_CEILING)),
    )


def serial_form(hashes: tuple[int, ...], theta: int) -> bytes:
    """Return a sketch as the library reads and writes it."""
    head = HEAD.pack(WORDS, VERSION, FAMILY, 0, 0, FLAGS, SEED_MARK, len(hashes), 0, theta)
    return head + Struct(f"<{len(hashes)}Q").pack(*hashes)


def _by_library(hashes: tuple[int, ...], theta: int) -> tuple[float, float, float]:
    sketch = compact_theta_sketch.deserialize(serial_form(hashes, theta))
    return sketch.get_estimate(), sketch.get_lower_bound(DEVIATIONS), sketch.get_upper_bound(DEVIATIONS)


def _by_formula(hashes: tuple[int, ...], theta: int) -> tuple[float, float, float]:
    """Return the bounds of a binomial share by the normal approximation, corrected for continuity.

    As `binomial_bounds.hpp` has them for more than 120 hashes.
    """
    kept, share = len(hashes), theta / MOST
    if share == 1:
        return kept, kept, kept
    about = kept / share
    spread = DEVIATIONS * sqrt((1 - share) / share)
    low, high = ((kept + half) / share for half in (-0.5, 0.5))
    return (
        about,
        min(about, low + spread**2 / 2 - spread / 2 * sqrt(spread**2 + 4 * low) - 0.5),
        max(about, high + spread**2 / 2 + spread / 2 * sqrt(spread**2 + 4 * high) + 0.5),
    )
