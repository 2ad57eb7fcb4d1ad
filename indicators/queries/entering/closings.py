"""What stands for a unit after its last day: whoever closes it should know."""

from typing import NamedTuple

from indicators.models import Observation
from organisation.models import Unit


class LaterFigures(NamedTuple):
    """How many figures there are, codes of their indicators, and the code of the newest period."""

    number: int
    indicators: tuple[str, ...]
    newest: str


def later_figures(unit: Unit) -> LaterFigures | None:
    """Return what a unit has reported of periods that begin after its last day; None if nothing, or while it is open."""
    if unit.closes_on is None:
        return None
    rows = list(
        Observation.objects.filter(unit=unit, period__starts_on__gt=unit.closes_on, is_applicable=True)
        .order_by("period__ends_on")
        .values_list("indicator__code", "period__code")
    )
    return LaterFigures(len(rows), tuple(sorted({code for code, _ in rows})), rows[-1][1]) if rows else None
