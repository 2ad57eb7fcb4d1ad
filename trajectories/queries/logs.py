"""Read events back as a log frame, quickly: COPY out, polars in."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

import polars as pl
from django.db import connection
from psycopg2 import sql

from trajectories.calculations.frame import ALWAYS, frame
from trajectories.models import Trajectory

#: What every frame is made of: name in the frame, column or expression of the table, type.
COLUMNS: dict[str, tuple[str, type[pl.DataType]]] = {
    "id": ("id", pl.Int64),
    "case": ('"case"', pl.String),
    "activity": ("activity", pl.String),
    # The wall clock is stored as if it were UTC; microseconds since 1970 need no parsing.
    "wall": ("(extract(epoch FROM wall) * 1000000)::bigint", pl.Int64),
    "offset": ("utc_offset", pl.Int32),
    "order": ('"order"', pl.Int64),
    "team": ("nullif(team, '')", pl.String),
}
#: Read only where a measure asks for them.
FURTHER: dict[str, tuple[str, type[pl.DataType]]] = {
    "person": ("person", pl.String),
    "worker": ("worker", pl.String),
    "priority": ("nullif(priority, '')", pl.String),
    "lifecycle": ("nullif(lifecycle, '')", pl.String),
    # Pseudonyms as they are kept: of a worker, and of the case where an event names no person.
    "worker_key": ("worker", pl.String),
    "case_key": ('CASE WHEN person IS NULL THEN "case" END', pl.String),
}


def read_log(
    trajectory: Trajectory,
    *,
    as_of: dt.datetime | None = None,
    columns: Iterable[str] = ("person", "worker", "priority", "lifecycle"),
    cases: Sequence[UUID] | None = None,
    known_on: dt.datetime | None = None,
    share: tuple[int, int] = (0, 1),
) -> pl.DataFrame:
    """Return the log frame of a trajectory before `as_of` (a wall clock), or of some of its cases.

    Events in force alone are read, or those that were at the instant `known_on`: what had arrived by then, as it was
    believed then. `columns` names what is needed beyond case, activity, time and team: fields of an event or any other
    column of the log. What is not asked for is null. The pseudonyms of cases become small numbers, for speed. `share`: of
    all cases, one share of so many.
    """
    where = sql.SQL("trajectory_id = {} AND {}").format(sql.Literal(trajectory.pk), _in_force(known_on))
    if cases is not None:
        where += sql.SQL(' AND "case" = ANY({}::uuid[])').format(sql.Literal([str(case) for case in cases]))
    where += of_share(share)
    if as_of is not None:
        where += sql.SQL(" AND wall < {}").format(sql.Literal(as_of.replace(tzinfo=dt.UTC)))
    return frame(read_events(where, columns), zone=trajectory.timezone, as_of=as_of)


def of_share(share: tuple[int, int]) -> sql.Composable:
    """Return the further condition on events of one share of so many (`(0, 1)`: all).

    Cases are keyed hashes, so that ranges of them are shares of equal size.
    """
    number, of = share
    if of == 1:
        return sql.SQL("")
    bounds = [f"{(1 << 128) * place // of:032x}" for place in (number, number + 1) if place < of]
    where = sql.SQL(' AND "case" >= {}::uuid').format(sql.Literal(bounds[0]))
    return where if len(bounds) == 1 else where + sql.SQL(' AND "case" < {}::uuid').format(sql.Literal(bounds[1]))


def has_activity(trajectory: Trajectory, activities: Sequence[str], *, before: dt.datetime) -> bool:
    """Answer whether any event in force before a wall clock is one of some activities."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM trajectories_event WHERE trajectory_id = %s AND superseded_by_id IS NULL"
            " AND activity = ANY(%s) AND wall < %s)",
            [trajectory.pk, list(activities), before.replace(tzinfo=dt.UTC)],
        )
        return bool(cursor.fetchone()[0])


def read_events(
    where: sql.Composable,
    columns: Iterable[str],
    marks: Mapping[str, sql.Composable] = MappingProxyType({}),
) -> pl.DataFrame:
    """Return the events that satisfy a condition, as `frame` takes them; `marks` are further whole numbers of each."""
    asked = list(dict.fromkeys(columns))
    read = COLUMNS | {name: FURTHER[name] for name in asked if name in FURTHER}
    attributes = [name for name in asked if name not in COLUMNS | FURTHER]
    selected: list[sql.Composable] = [sql.SQL(text) for text, _ in read.values()]
    selected += [sql.SQL("attributes->>{}").format(sql.Literal(name)) for name in attributes]
    selected += marks.values()
    types = {name: kind for name, (_, kind) in read.items()} | dict.fromkeys(attributes, pl.String)
    types |= dict.fromkeys(marks, pl.Int64)
    query = sql.SQL("SELECT {} FROM trajectories_event WHERE {}").format(sql.SQL(", ").join(selected), where)
    return typed(copied(query, types))


def copied(query: sql.Composable, types: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """Return the rows of a query as a frame, by way of COPY."""
    text = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT csv)").format(query), text)
    text.seek(0)
    if not text.getbuffer().nbytes:
        return pl.DataFrame(schema=types)
    return pl.read_csv(text, has_header=False, schema=types)


def _in_force(known_on: dt.datetime | None) -> sql.Composable:
    if known_on is None:
        return sql.SQL("superseded_by_id IS NULL")
    return sql.SQL("recorded_at <= {0} AND (superseded_at IS NULL OR superseded_at > {0})").format(
        sql.Literal(known_on)
    )


def typed(events: pl.DataFrame) -> pl.DataFrame:
    """Return events with times as times, cases and workers as small numbers, and absent columns null."""
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in ALWAYS if name not in events.columns]
    keys = [_numbered(events[name]) for name in ("case", "worker") if name in events.columns]
    return events.with_columns(pl.col("wall").cast(pl.Datetime("us")), *keys, *absent)


def _numbered(texts: pl.Series) -> pl.Series:
    """Return a small number for each distinct text; null stays null."""
    numbers = texts.unique().drop_nulls().to_frame().with_row_index("number")
    return texts.to_frame().join(numbers, on=texts.name, how="left", maintain_order="left")["number"].alias(texts.name)
