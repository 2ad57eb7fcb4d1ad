"""What is not counted as usual: a programme left out of a figure, and a team with nothing to report."""

from __future__ import annotations

import datetime as dt

from demo.generate.units import fiscal_year_start
from indicators.calculations import NOT_APPLICABLE
from indicators.choices import Source
from indicators.models import Indicator
from indicators.operations import record_observation
from indicators.operations.definitions.leaving_out import leave_out
from organisation.models import Period, Unit

#: The programme whose plans are of another kind since this fiscal year.
LEFT_OUT = ("plans-agreed", "di-j", "Its plans are drawn up for two years since April and agreed at another table")
#: The team that had nothing to report in the last month.
NOTHING_TO_REPORT = ("ideas-tried", "jed-south-1", "The team was moving; no ideas were collected")


def set_apart(*, today: dt.date, now: dt.datetime) -> None:
    """Leave a programme out of one indicator, and let a team say that nothing applies."""
    code, unit, reason = LEFT_OUT
    leave_out(
        indicator=Indicator.objects.get(code=code),
        unit=Unit.objects.get(code=unit),
        valid_from=fiscal_year_start(today),
        valid_to=None,
        reason=reason,
        now=now,
    )
    code, unit, note = NOTHING_TO_REPORT
    indicator = Indicator.objects.get(code=code)
    record_observation(
        indicator=indicator,
        unit=Unit.objects.get(code=unit),
        period=Period.objects.filter(frequency=indicator.frequency, ends_on__lt=today).latest("ends_on"),
        parts=NOT_APPLICABLE,
        source=Source.IMPORTED,
        by=None,
        now=now,
        today=today,
        note=note,
    )
