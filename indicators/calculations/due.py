"""When a report is due."""

import datetime as dt

#: Days of a week, and how many of them are worked: Monday to Friday. Holidays count as worked.
WEEK, WORKED = 7, 5


def due_day(ends_on: dt.date, due_days: int, *, in_working_days: bool = False) -> dt.date:
    """Return the day on which the report of a period is due, so many days after its end."""
    return working_day_after(ends_on, due_days) if in_working_days else ends_on + dt.timedelta(days=due_days)


def working_day_after(day: dt.date, count: int) -> dt.date:
    """Return the working day so many after a day; of none, the day itself.

    Counted from Friday 30 October, the first is Monday 2 November, and so it is from the Saturday.
    """
    if count == 0:
        return day
    weekday = day.weekday()
    friday = WORKED - 1
    start = day - dt.timedelta(days=max(0, weekday - friday))
    weeks, rest = divmod(count, WORKED)
    over_weekend = WEEK - WORKED if start.weekday() + rest > friday else 0
    return start + dt.timedelta(days=WEEK * weeks + rest + over_weekend)
