"""When a report is due."""

import datetime as dt

from core.working_days import working_day_after


def due_day(ends_on: dt.date, due_days: int, *, in_working_days: bool = False, region: str = "") -> dt.date:
    """Return the day on which the report of a period is due, so many days after its end.

    Working days are Monday to Friday without the holidays of a region (`CA-QC`); of no region, with all of them.
    """
    if in_working_days:
        return working_day_after(ends_on, due_days, region)
    return ends_on + dt.timedelta(days=due_days)
