"""Where units stand on a day, many at once: their path of codes from the root, and their parent."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from organisation.models import Ancestor


@dataclass(frozen=True)
class Place:
    """A unit's line of codes from the root down to the unit itself."""

    line: tuple[str, ...]

    @property
    def path(self) -> str:
        """The line in one word: `CISSS/DJ/SANTE`."""
        return "/".join(self.line)

    @property
    def parent(self) -> str | None:
        """The code of the unit above; None for a root."""
        return self.line[-2] if len(self.line) > 1 else None


NOWHERE = Place(())


def places(unit_ids: Collection[int], *, on: dt.date) -> dict[int, Place]:
    """Return where each unit stands on a day; one that did not exist then is left out."""
    lines = defaultdict[int, list[str]](list)
    rows = Ancestor.objects.valid(on).filter(unit__in=unit_ids).order_by("unit", "-distance")
    for unit, code in rows.values_list("unit", "ancestor__code"):
        lines[unit].append(code)
    return {unit: Place(tuple(line)) for unit, line in lines.items()}
