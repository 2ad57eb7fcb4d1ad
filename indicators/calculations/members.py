"""How many different ones: sets of keyed hashes, exact up to a size, and past it the smallest for all.

Each person stands for a hash, a whole number that is as likely to fall on one place between 0 and 2⁶³ as on any other.
A set of at most `EXACT` is kept whole. Of a larger one the smallest `EXACT` + 1 are kept: the more people there are,
the closer together they lie, so the place of the last says how many there are (k minimum values; Bar-Yossef and
others 2002, Beyer and others 2007; the theta sketches of Apache DataSketches rest on it). The smallest of a union are
among the smallest of its sets, so sets can be united in any order, level by level, and come out the same to the last
number.
"""

import hmac
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

#: The largest set that is counted exactly. Past it the standard error is 1 ÷ √(k − 2), 1.6 % (Beyer and others 2007,
#: theorem 1 for k = 4,097); the default of theta sketches, 2¹², is the same.
EXACT: Final = 4096
#: Hashes kept of any set: one more than are exact, so that a full set can be told from one that overflowed.
KEPT: Final = EXACT + 1
#: Hashes lie below this; a bigint holds them.
SPACE: Final = 2**63
#: Parts these hashes from those of cases, people and workers in event logs: no two kinds can be compared.
DOMAIN: Final = "member"


def hashed(names: Iterable[str], *, key: str) -> tuple[int, ...]:
    """Return the set of the keyed hashes of some names (HMAC-SHA256, first 63 bits), cut to what is kept.

    The names can't be had back without the key, and are not kept anywhere.
    """
    secret = key.encode()
    return united(_hash(name, secret) for name in names)


def _hash(name: str, secret: bytes) -> int:
    return int.from_bytes(hmac.digest(secret, f"{DOMAIN}\x1f{name}".encode(), "sha256")[:8]) >> 1


def united(members: Iterable[int]) -> tuple[int, ...]:
    """Return different hashes, ascending, the smallest `KEPT`."""
    return tuple(sorted(set(members))[:KEPT])


def is_estimated(members: tuple[int, ...]) -> bool:
    """Whether a set has grown beyond what is counted exactly."""
    return len(members) > EXACT


def count_of(members: tuple[int, ...]) -> Decimal:
    """Return how many different ones there are: counted, or past `EXACT` estimated to the nearest whole number.

    The k-th smallest of n hashes lies where about k ÷ n of all places are below it: (k − 1) ÷ that share is the
    unbiased estimate of n.
    """
    if not is_estimated(members):
        return Decimal(len(members))
    below = Decimal(members[-1] + 1)
    return (Decimal(len(members) - 1) * SPACE / below).to_integral_value()
