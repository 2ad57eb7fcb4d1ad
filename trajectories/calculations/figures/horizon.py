"""Until which day the events of a log tell anything."""

from __future__ import annotations

import datetime as dt

import polars as pl

#: Days past its last event for which a silent log is still believed: who waited then is taken to wait still.
#: Longer silence is no longer news of the list but of the feed, whose figures then turn late.
SILENT_DAYS = 31


def horizon(days: pl.DataFrame, as_of: dt.datetime) -> dt.date | None:
    """Return the last day told of by a log whose events fall on `days`, before `as_of`; None without events."""
    last = days["day"].max()
    return min(as_of.date(), last + dt.timedelta(days=SILENT_DAYS)) if isinstance(last, dt.date) else None
