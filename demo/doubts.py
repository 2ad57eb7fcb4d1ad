"""What validation rules doubt of the figures that were entered, and what someone has checked since."""

from __future__ import annotations

import datetime as dt

from indicators.models import Observation
from indicators.operations.doubts.doubting import confirm_figure
from organisation.models import Person

#: The decimal point was not forgotten after all. The other slip, more plans signed than written, waits to be checked.
CHECKED = ("overtime", "heb-river", "Checked against the payroll: two nights of storm, nobody could be relieved")
CHECKED_BY = "catherine.rivard@vallee.example"


def confirm_checked(*, today: dt.date, now: dt.datetime) -> None:
    """Let a lead confirm a figure that a rule doubts."""
    indicator, unit, note = CHECKED
    person = Person.objects.get(email=CHECKED_BY)
    doubted = Observation.objects.filter(indicator__code=indicator, unit__code=unit).exclude(suspicions=[])
    for row in doubted.select_related("indicator", "unit", "period"):
        confirm_figure(
            indicator=row.indicator, unit=row.unit, period=row.period, note=note, by=person, now=now, today=today
        )
