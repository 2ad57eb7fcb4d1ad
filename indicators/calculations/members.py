"""How many different ones: sets of keyed hashes, exact up to a size, and past it the smallest for all.

Each person stands for a hash, a whole number that is as likely to fall on one place between 0 and 2⁶³ as on any other.
A set of at most `EXACT` is kept whole. Of a larger one the smallest `EXACT` + 1 are kept: the more people there are,
the closer together they lie, so the place of the last says how many there are (k minimum values; Bar-Yossef and
others 2002, Beyer and others 2007). The smallest of a union are among the smallest of its sets, so sets can be united
in any order, level by level, and come out the same to the last number. Such a set is a theta sketch, and how many it
stands for, and how surely, is asked of the library that these are from (`sketches`).
"""

import hmac
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final

from indicators.calculations.sketches import Estimate, estimate

#: The largest set that is counted exactly. Past it the standard error grows from nothing to 1 ÷ √(k − 1), 1.6 %; theta
#: sketches keep as many by default (2¹²).
EXACT: Final = 4096
#: Hashes kept of any set: one more than are exact, so that a full set can be told from one that overflowed.
KEPT: Final = EXACT + 1
#: Parts these hashes from those of cases, people and workers in event logs: no two kinds can be compared.
DOMAIN: Final = "member"


def hashed(names: Iterable[str], *, keys: Sequence[str]) -> tuple[int, ...]:
    """Return the set of the keyed hashes of some names (HMAC-SHA256, first 63 bits), cut to what is kept.

    Under the first key, and that hash under each key that came after it: so stored sets follow a further key without
    the names (`carried`), which can't be had back and are not kept anywhere.
    """
    return united(hashes(names, keys=keys))


def hashes(names: Iterable[str], *, keys: Sequence[str]) -> list[int]:
    """Return the keyed hash of each name, in their order."""
    secrets = [key.encode() for key in keys]
    return [_hash(name, secrets) for name in names]


def carried(members: Iterable[int], *, keys: Sequence[str]) -> tuple[int, ...]:
    """Return what a set becomes under further keys. Only of one that is kept whole: the smallest do not stay the smallest."""
    return hashed(map(str, members), keys=keys)


def key_mark(keys: Sequence[str]) -> str:
    """Return what tells a sequence of keys from another and tells nothing else of it."""
    return f"{_hash('obeya', [key.encode() for key in keys], domain='mark'):016x}"


def _hash(name: str, secrets: Iterable[bytes], domain: str = DOMAIN) -> int:
    kept = 0
    for secret in secrets:
        kept = int.from_bytes(hmac.digest(secret, f"{domain}\x1f{name}".encode(), "sha256")[:8]) >> 1
        name = str(kept)
    return kept


def united(members: Iterable[int]) -> tuple[int, ...]:
    """Return different hashes, ascending, the smallest `KEPT`."""
    return tuple(sorted(set(members))[:KEPT])


def is_estimated(members: tuple[int, ...]) -> bool:
    """Whether a set has grown beyond what is counted exactly."""
    return len(members) > EXACT


def count_of(members: tuple[int, ...]) -> Decimal:
    """Return how many different ones there are: counted, or past `EXACT` estimated to the nearest whole number."""
    found = estimate_of(members)
    return Decimal(len(members)) if found is None else found.about


def estimate_of(members: tuple[int, ...]) -> Estimate | None:
    """Return how many a set stands for that has grown beyond what is counted exactly; None of one that has not."""
    return _estimate(members) if is_estimated(members) else None


#: A figure is asked for, then how many stand behind it, then its bounds: 0.25 ms the first time, 0.04 ms after it.
@lru_cache(maxsize=16)
def _estimate(members: tuple[int, ...]) -> Estimate:
    return estimate(members[:-1], members[-1])
