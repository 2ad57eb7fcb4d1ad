"""The one shape in which every measure reads a log.

A log frame has one row an event, sorted by `case`, `instant`, `order`, with the columns

    case      any key that tells cases apart
    person    a key, or null
    worker    a key, or null (`resource` is another name for it)
    activity  text
    wall      datetime without zone: the clock on the wall where it happened
    instant   datetime without zone: what differences of time are taken of (UTC, or the wall for naive logs)
    day       the date of `wall`
    order     whole number that settles ties (where even that is equal, `id`, if there is one: the order of arrival)
    position  0, 1, 2 … inside the case
    team, priority, lifecycle   text, or null where absent

and further columns of the log under their own names.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl

from trajectories.calculations.faults import gettext_noop
from trajectories.calculations.refusals import UnknownColumn

#: Names that logs and analysts use for a column of the frame.
ALIASES = {"resource": "worker", "unit": "team", "case_id": "case", "person_id": "person"}
#: Columns that every frame has, also where the log knows nothing of them.
ALWAYS = frozenset({"case", "person", "worker", "activity", "team", "priority", "lifecycle"})

INSTANT = pl.col("instant")
ORDER = ("case", "instant", "order")


def frame(events: pl.DataFrame, *, zone: str, as_of: dt.datetime | None = None) -> pl.DataFrame:
    """Return the log frame of events that happened before `as_of` on the wall clock.

    `events` has `wall` and `offset` (seconds east of UTC, null where the source gave none). In a case that mixes both,
    a time without offset is read on the clock of `zone`; in a case without any, differences are wall-clock differences.
    """
    known = events if as_of is None else events.filter(pl.col("wall") < as_of)
    return (
        known.with_columns(
            instant=pl.col("wall") - pl.duration(seconds=_offset(known, zone)), day=pl.col("wall").dt.date()
        )
        .sort(*ORDER, *(["id"] if "id" in known.columns else []))
        .with_columns(position=pl.int_range(pl.len()).over("case"))
        .drop("offset")
    )


def _offset(events: pl.DataFrame, zone: str) -> pl.Expr:
    """Return the seconds to take from the wall clock; a case's own events alone decide, so cases stay independent."""
    given = pl.col("offset")
    if events["offset"].null_count() in (0, events.height):
        return given.fill_null(0)
    local = pl.col("wall").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    of_zone = (pl.col("wall") - local.dt.convert_time_zone("UTC").dt.replace_time_zone(None)).dt.total_seconds()
    mixed = given.is_not_null().any().over("case")
    return pl.when(mixed).then(given.fill_null(of_zone)).otherwise(given).fill_null(0)


def column(log: pl.DataFrame, name: str) -> str:
    """Return the frame's column for a name that an analyst would use."""
    found = name if name in log.columns else ALIASES.get(name, name)
    if found not in log.columns:
        raise UnknownColumn(gettext_noop("The log has no column “%(name)s”."), name=name)
    return found


def local(moment: dt.datetime, zone: str) -> dt.datetime:
    """Return a moment on the wall clock of a zone; one without offset stands on that clock already."""
    return moment if moment.tzinfo is None else moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
