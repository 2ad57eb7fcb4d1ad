"""What a cell of the entry grid sends: which figure, what was typed, what was seen before, and why it changed."""

from dataclasses import dataclass

from django.http import QueryDict
from django.shortcuts import get_object_or_404

from indicators.models import Indicator
from indicators.queries.entering.grid import enterable
from organisation.models import Period, Unit

#: Characters of a figure; the histogram of a team's month stays far below.
LONGEST = 2000
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class SentCell:
    """A figure as it was sent. `seen` is the key of what the person saw standing; empty: nothing."""

    indicator: Indicator
    unit: Unit
    period: Period
    typed: str
    note: str
    seen: str


def sent_cell(sent: QueryDict) -> SentCell:
    """Read a cell; one that nobody enters by hand is not found (404)."""
    return SentCell(
        get_object_or_404(enterable(), code=sent.get("indicator", "")),
        get_object_or_404(Unit, code=sent.get("unit", "")),
        get_object_or_404(Period, code=sent.get("period", "")),
        sent.get("figure", "").replace("\0", "").strip()[:LONGEST],
        sent.get("note", "").replace("\0", "").strip()[:LONGEST_NOTE],
        sent.get("seen", ""),
    )
