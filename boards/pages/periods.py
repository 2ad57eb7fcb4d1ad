"""The periods for which a figure may be typed into a tile: the last ones that have ended, and the one that is open."""

import datetime as dt
from dataclasses import dataclass

from indicators.forms.entries import typed
from indicators.models import Indicator, Observation
from indicators.queries.figures.judged import parts_of
from indicators.words import period_text
from organisation.models import Period, Unit

#: Ended periods offered beside the open one; older figures are corrected in the entry grid.
OFFERED = 4


@dataclass(frozen=True)
class Choice:
    """A period that may be chosen, and what stands there already, as it would be typed."""

    period: Period
    code: str
    words: str
    typed: str
    is_open: bool
    is_suggested: bool


def choices_for(indicator: Indicator, unit: Unit, *, today: dt.date) -> tuple[Choice, ...]:
    """Return the periods on offer, newest first. The newest that has ended is suggested; before any has, the open one."""
    periods = list(
        Period.objects.filter(frequency=indicator.frequency, starts_on__lte=today, ends_on__gte=unit.opens_on)
        .order_by("-starts_on")[: OFFERED + 1]
    )  # fmt: skip
    standing = {
        row.period_id: parts_of(row)
        for row in Observation.objects.filter(indicator=indicator, unit=unit, period__in=periods)
    }
    suggested = next((period for period in periods if period.ends_on < today), periods[0] if periods else None)
    return tuple(
        Choice(
            period=period,
            code=period.code,
            words=period_text(period.frequency, period.code, period.starts_on, period.ends_on, today),
            typed=typed(indicator.kind, standing[period.pk]) if period.pk in standing else "",
            is_open=period.ends_on >= today,
            is_suggested=period == suggested,
        )
        for period in periods
    )
