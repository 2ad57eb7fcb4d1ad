"""Which figures must be hidden so that no count from 1 to 4 can be read or worked out (design section 3.7).

A figure rests on a number of people or things: the count itself, or the denominator of a rate. Figures of a family
(the units right under one parent) add up to the parent's, so one hidden figure alone could be worked out from the
others: a second one goes with it.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from decimal import Decimal
from typing import TypeVar

from indicators.calculations.parts import Parts

Key = TypeVar("Key", bound=Hashable)
#: The smallest number that may be shown, apart from 0.
LEAST = 5


def is_small(n: Decimal | int | None) -> bool:
    """Whether a figure that rests on so many must not be read."""
    return n is not None and 0 < n < LEAST


def has_small_part(kind: str, parts: Parts | None) -> bool:
    """Whether a figure that may be shown rests on a count that may not: the numerator of a ratio over enough people."""
    return kind == "ratio" and parts is not None and is_small(parts.numerator)


def hidden(counts: Mapping[Key, Decimal], parents: Mapping[Key, Key | None]) -> set[Key]:
    """Return which units' figures to hide in one period, from what each figure rests on and where each unit stands.

    The answer for a unit depends on its own count, on those right below it and beside it, and on the same all the way up
    to the root: give whole families, and those below them. A unit whose parent is not in `counts` is a root. Of two equal
    companions the first by its key goes: give the same keys wherever the figures can be read, or one reader is shown both.
    """
    if not any(map(is_small, counts.values())):
        return set()
    families = _families(counts, parents)
    chosen = {unit for unit, n in counts.items() if is_small(n) or _tells_of_few(n, families.get(unit, ()), counts)}
    for parent in _downwards(families, counts, parents):
        companion = _companion(families[parent], counts, chosen, parent_is_hidden=parent in chosen)
        if companion is not None:
            chosen.add(companion)
    return chosen


def _families(counts: Mapping[Key, Decimal], parents: Mapping[Key, Key | None]) -> dict[Key, list[Key]]:
    families = defaultdict[Key, list[Key]](list)
    for unit in counts:
        parent = parents.get(unit)
        if parent is not None and parent in counts:
            families[parent].append(unit)
    return families


def _downwards(
    families: Mapping[Key, list[Key]], counts: Mapping[Key, Decimal], parents: Mapping[Key, Key | None]
) -> list[Key]:
    """Return the parents, each after its own parent: what is hidden above decides what must be hidden below."""
    order = [unit for unit in counts if parents.get(unit) not in counts]
    for unit in order:
        order += families.get(unit, [])
    return [unit for unit in order if unit in families]


def _companion(
    family: list[Key], counts: Mapping[Key, Decimal], chosen: set[Key], *, parent_is_hidden: bool
) -> Key | None:
    """Return the figure to hide as well: the smallest that still says something; None where none is needed or left."""
    inside = [unit for unit in family if unit in chosen]
    needed = not inside if parent_is_hidden else _can_be_worked_out([counts[unit] for unit in inside])
    others = [unit for unit in family if unit not in chosen and counts[unit] > 0]
    return min(others, key=lambda unit: (counts[unit], str(unit))) if needed and others else None


def _can_be_worked_out(inside: Collection[Decimal]) -> bool:
    """Whether hidden figures follow from their sum, which is known: one alone, or all of them 1, or all of them 4."""
    return len(inside) == 1 or bool(inside and sum(inside) in {len(inside), len(inside) * (LEAST - 1)})


def _tells_of_few(n: Decimal, family: Collection[Key], counts: Mapping[Key, Decimal]) -> bool:
    """Whether a sum says what stands below it: only figures of 1, or only of 4, and no other to hide with them."""
    above_none = [counts[unit] for unit in family if counts[unit] > 0]
    return sum(above_none) == n and all(map(is_small, above_none)) and _can_be_worked_out(above_none)
