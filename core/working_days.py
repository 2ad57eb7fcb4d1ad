"""Working days: which days are holidays in a country or region, and which day so many worked ones follow.

A region is written as a country or a country and its part: `CA`, `CA-QC`; without one there are no holidays.
"""

import datetime as dt
from functools import lru_cache

import holidays

#: Saturday, as Python counts weekdays: from here on nobody works.
SATURDAY = 5
ONE_DAY = dt.timedelta(days=1)


@lru_cache(1)
def regions() -> dict[str, list[str]]:
    """Return the countries of which holidays are known, each with its regions."""
    return holidays.list_supported_countries()


def is_region(region: str) -> bool:
    """Answer whether holidays are known of `CA` or `CA-QC`."""
    country, _, part = region.partition("-")
    known = regions()
    return country in known and (not part or part in known[country])


@lru_cache(64)
def holidays_in(region: str, first: int, after: int) -> frozenset[dt.date]:
    """Return the holidays of a region from the year `first` up to, not including, `after`; none without a region."""
    country, _, part = region.partition("-")
    if not country:
        return frozenset()
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=range(first, after)))


@lru_cache(4_096)
def working_day_after(day: dt.date, count: int, region: str = "") -> dt.date:
    """Return the day that is `count` working days after a day; for 0, the day itself.

    Counted from Friday 30 October, the first is Monday 2 November, and so it is from the Saturday.
    """
    while count:
        day += ONE_DAY
        count -= is_worked(day, region)
    return day


def is_worked(day: dt.date, region: str) -> bool:
    """Whether a day is a weekday and no holiday of the region."""
    return day.weekday() < SATURDAY and day not in holidays_in(region, day.year, day.year + 1)
