"""The dated tree in memory: for those who ask for the path of every unit in every period."""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field

from organisation.models import Placement, Unit


@dataclass(frozen=True, slots=True)
class Tree:
    """Where each unit hung, and when. Answers for a day are kept, for periods share few different trees."""

    #: By unit, oldest first: the days from which it hangs under which parent.
    placed: dict[int, list[tuple[dt.date, int | None]]]
    codes: dict[int, str]
    kinds: dict[int, str]
    #: The days on which anything moved: between two of them all paths stay.
    moves: list[dt.date]
    _paths: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)

    def path(self, unit_id: int, day: dt.date) -> tuple[int, ...]:
        """Return the ids from the root to the unit, itself included, on a day."""
        key = (unit_id, bisect_right(self.moves, day))
        if key not in self._paths:
            parent = self._parent(unit_id, day)
            self._paths[key] = ((*self.path(parent, day), unit_id)) if parent is not None else (unit_id,)
        return self._paths[key]

    def _parent(self, unit_id: int, day: dt.date) -> int | None:
        placed = self.placed.get(unit_id, [])
        last = bisect_right(placed, day, key=lambda one: one[0]) - 1
        return placed[last][1] if last >= 0 else None


def load_tree() -> Tree:
    """Load the whole tree, with two queries."""
    placed: dict[int, list[tuple[dt.date, int | None]]] = defaultdict(list)
    for unit_id, first, parent_id in Placement.objects.order_by("valid_from").values_list(
        "unit_id", "valid_from", "parent_id"
    ):
        placed[unit_id].append((first, parent_id))
    units = list(Unit.objects.values_list("pk", "code", "kind"))
    return Tree(
        placed=placed,
        codes={pk: code for pk, code, _ in units},
        kinds={pk: kind for pk, _, kind in units},
        moves=sorted({first for stays in placed.values() for first, _ in stays}),
    )
