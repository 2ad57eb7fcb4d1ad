"""What stands for a figure right now: the observation that counts, and the key by which a writer says which one he saw."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from indicators.calculations import Parts
from indicators.models import Indicator, Observation
from indicators.queries.figures.judged import parts_of
from organisation.models import Period, Unit


@dataclass(frozen=True, slots=True)
class Standing:
    """An observation as whoever wants to change it sees it."""

    #: Which writing of which row; one that was withdrawn and written anew has another key.
    key: str
    revision: int
    parts: Parts
    note: str
    source: str
    #: Empty for a job or a file.
    person: str
    entered_at: dt.datetime
    #: Codes of the validation rules that doubt it.
    suspicions: tuple[str, ...] = ()


def standing_of(row: Observation) -> Standing:
    """Return what a row says; it has come with `entered_by`."""
    person = str(row.entered_by) if row.entered_by else ""
    return Standing(
        f"{row.pk}-{row.revision}",
        row.revision,
        parts_of(row),
        row.note,
        row.source,
        person,
        row.entered_at,
        tuple(row.suspicions),
    )


def find_standing(indicator: Indicator, unit: Unit, period: Period) -> Standing | None:
    """Return what stands for one figure, if anything does."""
    rows = Observation.objects.select_related("entered_by")
    row = rows.filter(indicator=indicator, unit=unit, period=period).first()
    return standing_of(row) if row else None
