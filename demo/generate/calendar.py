"""The days on which people work in Quebec, and how many referrals a day of the school year brings."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

#: numpy's own day type; every day in the generators is one of these or a `dt.date`.
Days = NDArray[np.datetime64]

#: Referrals of a month against the mean month: schools refer from October to May and are closed in July.
SCHOOL_YEAR = np.array([0.97, 1.14, 1.16, 1.08, 1.18, 0.92, 0.52, 0.58, 0.98, 1.22, 1.24, 0.88])
#: Referrals of a weekday against the mean working day, Monday first; weekends bring emergencies alone.
WEEKDAY = np.array([1.22, 1.08, 1.0, 0.96, 0.78, 0.05, 0.04])
#: What is left of a day's referrals between Christmas and the return to school.
CHRISTMAS = 0.45


def easter(year: int) -> dt.date:
    """Return Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), g = divmod(b, 4), (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return dt.date(year, month, day + 1)


def nth_monday(year: int, month: int, n: int) -> dt.date:
    """Return the n-th Monday of a month."""
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=-first.weekday() % 7 + 7 * (n - 1))


def holidays(first: dt.date, last: dt.date) -> Days:
    """Return the statutory holidays of Quebec's network between two years, weekends included."""
    found: list[dt.date] = []
    for year in range(first.year, last.year + 1):
        sunday, patriots = easter(year), dt.date(year, 5, 24)
        found += [dt.date(year, month, day) for month, day in ((1, 1), (1, 2), (6, 24), (7, 1), (12, 24))]
        found += [dt.date(year, 12, day) for day in (25, 26, 31)]
        found += [sunday - dt.timedelta(days=2), sunday + dt.timedelta(days=1)]
        found += [patriots - dt.timedelta(days=patriots.weekday()), nth_monday(year, 9, 1), nth_monday(year, 10, 2)]
    return np.array(sorted(found), dtype="datetime64[D]")


def working_calendar(first: dt.date, last: dt.date) -> np.busdaycalendar:
    """Return numpy's calendar of Mondays to Fridays without the holidays."""
    return np.busdaycalendar(holidays=holidays(first, last))


def referral_weight(days: Days, calendar: np.busdaycalendar) -> NDArray[np.float64]:
    """Return how many referrals each day brings, against a mean working day of 1."""
    month = days.astype("datetime64[M]").astype(int) % 12
    weekday = (days.astype(int) + 3) % 7
    weight = SCHOOL_YEAR[month] * WEEKDAY[weekday]
    of_month = (days - days.astype("datetime64[M]")).astype(int) + 1
    weight[((month == 11) & (of_month >= 21)) | ((month == 0) & (of_month <= 6))] *= CHRISTMAS
    weight[np.isin(days, calendar.holidays)] = WEEKDAY[5]
    return np.asarray(weight)
