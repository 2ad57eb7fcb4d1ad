"""What a refresh knows: which imports it has taken, and the events of a trajectory as these have them, now and before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl
from django.db import connection
from psycopg2 import sql

from trajectories.calculations.frame import frame
from trajectories.models import EventBatch, Trajectory
from trajectories.queries.logs import read_events

#: An import that commits while a refresh is at work is left to the next one, whichever statement would see it already.
KNOWN = (
    "SELECT id FROM trajectories_eventbatch"
    " WHERE trajectory_id = {trajectory} AND (measured_at IS NOT NULL OR id = ANY({taken}))"
)
NOW = f"(batch_id IS NULL OR batch_id IN ({KNOWN})) AND (superseded_by_id IS NULL OR superseded_by_id NOT IN ({KNOWN}))"


@dataclass(frozen=True)
class Taken:
    """The imports whose news a refresh measures. `is_undone`: one of them had been measured, and was taken back since."""

    trajectory: Trajectory
    batches: tuple[int, ...]
    is_undone: bool
    rows: int

    def where(self, text: str) -> sql.Composable:
        """Return a condition on events, of this trajectory and these imports."""
        return sql.SQL(text).format(
            trajectory=sql.Literal(self.trajectory.pk),
            taken=sql.SQL("{}::bigint[]").format(sql.Literal(list(self.batches))),
        )


def take(trajectory: Trajectory) -> Taken:
    """Return the imports that are finished and that no refresh has measured."""
    found = list(EventBatch.objects.unmeasured().filter(trajectory=trajectory).order_by("pk"))
    return Taken(
        trajectory,
        tuple(one.pk for one in found),
        is_undone=any(one.undone_at is not None for one in found),
        rows=sum(one.rows_new + one.rows_changed for one in found),
    )


def touched_cases(taken: Taken, as_of: dt.datetime) -> tuple[list[str], int]:
    """Return the cases (as text) with news, or with an event whose time has come before `as_of`, and how many events are news."""
    with connection.cursor() as cursor:
        query = """
            SELECT DISTINCT "case"::text FROM trajectories_awaitedevent
            WHERE trajectory_id = {trajectory} AND wall < {as_of}
        """
        cursor.execute(taken.where(query.replace("{as_of}", "%s")), [as_of.replace(tzinfo=dt.UTC)])
        cases = {case for (case,) in cursor.fetchall()}
        cursor.execute(
            taken.where(
                """
                SELECT "case"::text, count(*) FROM trajectories_event WHERE trajectory_id = {trajectory}
                    AND (batch_id = ANY({taken}) OR superseded_by_id = ANY({taken})) GROUP BY "case"
                """
            )
        )
        news = dict(cursor.fetchall())
    return sorted(cases | news.keys()), sum(news.values())


def with_their_people(taken: Taken, cases: Sequence[str]) -> list[str]:
    """Return cases and all others of the same people: some measures look at a person across cases."""
    query = """
        SELECT DISTINCT person::text FROM trajectories_event
        WHERE trajectory_id = {trajectory} AND "case" = ANY(%s::uuid[]) AND person IS NOT NULL
    """
    with _page_by_page(), connection.cursor() as cursor:
        cursor.execute(taken.where(query), [list(cases)])
        people = [person for (person,) in cursor.fetchall()]
    return sorted({*cases, *cases_of(taken, ["person"], people)})


def cases_of(taken: Taken, columns: Iterable[str], keys: Sequence[str]) -> list[str]:
    """Return the cases in which any event names one of the pseudonyms in one of the columns (`person`, `worker`).

    They are written into the statement: where the server reads the log through, for no index knows workers, it compares
    a list of its own making one by one, ten thousand of them with each of ten million events.
    """
    named = sql.SQL(" OR ").join(sql.SQL("{} = ANY(%(keys)s::uuid[])").format(sql.Identifier(one)) for one in columns)
    query = 'SELECT DISTINCT "case"::text FROM trajectories_event WHERE trajectory_id = {trajectory} AND ('
    with connection.cursor() as cursor:
        cursor.execute(taken.where(query) + named + sql.SQL(")"), {"keys": list(keys)})
        return [case for (case,) in cursor.fetchall()]


def read_cases(taken: Taken, cases: Sequence[str], columns: Iterable[str]) -> pl.DataFrame:
    """Return the events of some cases, with the marks `is_now`, `was_before`: whether they are, and were, in force."""
    where = taken.where('trajectory_id = {trajectory} AND "case" = ANY(') + sql.SQL("{}::uuid[])").format(
        sql.Literal(list(cases))
    )
    imports = {name: sql.SQL(name) for name in ("batch_id", "superseded_by_id")}
    now = _known(taken)
    with _page_by_page():
        events = read_events(where, columns, imports)
    return events.with_columns(is_now=_in_force(now), was_before=_in_force(now.difference(taken.batches))).drop(imports)


@contextmanager
def _page_by_page() -> Iterator[None]:
    """Read rows in the order in which they lie, several pages ahead, not index entry by index entry; in a transaction.

    A case's events lie months apart. The planner thinks of the server's memory alone and fetches each by itself, which
    takes twice the time from memory and many times that from a disk.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = off")
        yield
        cursor.execute("SET LOCAL enable_indexscan TO DEFAULT")


def _known(taken: Taken) -> set[int]:
    """Return the imports that `KNOWN` names; none is added while the refresh is at work."""
    with connection.cursor() as cursor:
        cursor.execute(taken.where(KNOWN))
        return {number for (number,) in cursor.fetchall()}


def _in_force(imports: set[int]) -> pl.Expr:
    """Answer what `NOW` does, of events that are read and of any imports."""
    came, left = pl.col("batch_id"), pl.col("superseded_by_id")
    return (came.is_null() | came.is_in(imports)) & (left.is_null() | ~left.is_in(imports))


def marked(events: pl.DataFrame, mark: str, *, zone: str, as_of: dt.datetime | None) -> pl.DataFrame:
    """Return the log frame of the events with a mark, before `as_of`; None: there was no time before."""
    chosen = events.filter(mark) if as_of is not None else events.clear()
    return frame(chosen.drop("is_now", "was_before"), zone=zone, as_of=as_of)


def read_share(taken: Taken, columns: Iterable[str], *, share: tuple[int, int], as_of: dt.datetime) -> pl.DataFrame:
    """Return the log frame of the cases of one share of so many (`(0, 1)`: all).

    Cases are keyed hashes, so that ranges of them are shares of equal size.
    """
    number, of = share
    where = taken.where("trajectory_id = {trajectory} AND " + NOW)
    if of > 1:
        bounds = [f"{(1 << 128) * place // of:032x}" for place in (number, number + 1) if place < of]
        where += sql.SQL(' AND "case" >= {}::uuid').format(sql.Literal(bounds[0]))
        if len(bounds) > 1:
            where += sql.SQL(' AND "case" < {}::uuid').format(sql.Literal(bounds[1]))
    return frame(read_events(where, columns), zone=taken.trajectory.timezone, as_of=as_of)
