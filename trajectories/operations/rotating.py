"""Take a further key of pseudonyms: what is stored follows it, and what comes later meets it there.

Page by page, each kept with how far it came: a rotation that is broken off goes on where it stood. Meanwhile the same
person is two, so nothing is imported, undone or measured.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import polars as pl
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg2 import sql

from indicators.operations.people_keys import PeopleNotCarried, carry_people, refuse_to_lose_people
from indicators.operations.refusals import OtherPeopleKeys
from trajectories.calculations.refusals import EventsRefused
from trajectories.calculations.rows.pseudonyms import carried, mark
from trajectories.models import BoundMeasure, PseudonymMark, Trajectory
from trajectories.operations.intake.events import mark_stale
from trajectories.operations.keys import OtherKey, wrong_keys
from trajectories.queries.logs import copied

#: Every column that holds a pseudonym, or is made of some, and the domain in which it is hashed.
TABLES: Mapping[str, Mapping[str, str]] = {
    "trajectories_event": {
        "fingerprint": "fingerprint",
        "source_key": "event",
        "case": "case",
        "person": "person",
        "worker": "worker",
    },
    "trajectories_withdrawal": {"source_key": "event"},
    "trajectories_awaitedevent": {"case": "case"},
    "trajectories_joining": {"person_from": "person", "case_from": "case", "person_to": "person", "case_to": "case"},
}
#: What nothing else changes meanwhile, and must be as many rows and people after it as before.
COUNTED = ("trajectories_event", "trajectories_withdrawal", "trajectories_joining")
#: Domains whose pseudonyms come again and again.
REPEATED = ("case", "person", "worker")
#: Rows at a time.
ROWS = 100_000
#: The letters "rota"; no other lock of the database uses them.
LOCK = int.from_bytes(b"rota")

#: Told how many rows are done, of how many.
Tell = Callable[[int, int], None]


class RotationRefused(EventsRefused):
    """Another rotation is at work, or the rows after it are not those before it."""


def rotate_keys(*, now: dt.datetime, tell: Tell = lambda _done, _all: None) -> int:
    """Bring all that is stored under the environment's keys, and return how many rows; 0 if it is there already.

    What is counted of distinct people on a log is measured anew, since it is kept as hashes; sets of people from files
    follow at the end. Raises `OtherKey` where the keys do not begin with those under which the database is, and
    `RotationRefused`, before anything has changed also where some people could not follow.
    """
    with _alone():
        return _rotate_events(now, tell) + _carry_people(now)


def _rotate_events(now: dt.datetime, tell: Tell) -> int:
    row = _begin(settings.PSEUDONYM_KEYS)
    if row is None:
        return 0
    further, total = _further_keys(row, settings.PSEUDONYM_KEYS), sum(one[0] for one in row.counted.values())
    for table in TABLES:
        for _page in _pages(row, table, further):
            tell(_rows_done(row), total)
    _end(row, now)
    return _rows_done(row)


def _carry_people(now: dt.datetime) -> int:
    try:
        return carry_people(settings.PSEUDONYM_KEYS, now=now)
    except (PeopleNotCarried, OtherPeopleKeys) as refused:
        raise RotationRefused(str(refused)) from refused


@contextmanager
def _alone() -> Iterator[None]:
    """Hold off a second rotation. Raises `RotationRefused`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (is_ours,) = cursor.fetchone()
        if not is_ours:
            raise RotationRefused(_("Another process is bringing the pseudonyms under a further key."))
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@transaction.atomic
def _begin(keys: Sequence[str]) -> PseudonymMark | None:
    """Return the row of a rotation that is to be done or gone on with, after imports at work have ended; None: of none."""
    _lock_marks()
    row = PseudonymMark.objects.first()
    if row is None:
        PseudonymMark.objects.create(mark=mark(keys))
        return None
    if row.toward and row.toward != mark(keys):
        raise OtherKey(wrong_keys())
    if not row.toward and not _further_keys(row, keys):
        return None
    if not row.toward:
        _refuse_to_lose_people(keys)
        row.toward, row.done, row.counted = mark(keys), {}, {table: _counted(table) for table in COUNTED}
        row.save()
        BoundMeasure.objects.update(basis="")
    return row


def _refuse_to_lose_people(keys: Sequence[str]) -> None:
    try:
        refuse_to_lose_people(keys)
    except PeopleNotCarried as refused:
        raise RotationRefused(str(refused)) from refused


def _further_keys(row: PseudonymMark, keys: Sequence[str]) -> Sequence[str]:
    """Return the keys that come after those under which the database is. Raises `OtherKey`."""
    for count in range(1, len(keys) + 1):
        if mark(keys[:count]) == row.mark:
            return keys[count:]
    raise OtherKey(wrong_keys())


def _counted(table: str) -> list[int]:
    """Return how many rows a table has, and how many different values each of its columns of pseudonyms."""
    each = (sql.SQL("count(DISTINCT {})").format(sql.Identifier(name)) for name in TABLES[table])
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*), {} FROM {}").format(sql.SQL(", ").join(each), sql.Identifier(table)))
        return list(cursor.fetchone())


def _pages(row: PseudonymMark, table: str, keys: Sequence[str]) -> Iterator[int]:
    """Bring page after page of a table under the keys; yield how many rows each has."""
    known: dict[str, dict[str, str]] = {domain: {} for domain in REPEATED}
    while rows := _one_page(row, table, keys, known):
        yield rows


@transaction.atomic
def _one_page(row: PseudonymMark, table: str, keys: Sequence[str], known: Mapping[str, dict[str, str]]) -> int:
    last, done = row.done.get(table, (0, 0))
    old = _after(table, last)
    if old.is_empty():
        return 0
    fresh = old.with_columns(
        carried(old[name], keys=keys, domain=domain, known=known.get(domain)).alias(name)
        for name, domain in TABLES[table].items()
    )
    if _write(table, fresh) != old.height:
        raise RotationRefused(_("Rows of events changed while their pseudonyms did."))
    row.done = {**row.done, table: [int(old["id"][-1]), done + old.height]}
    row.save(update_fields=["done"])
    return old.height


def _after(table: str, last: int) -> pl.DataFrame:
    """Return id and pseudonyms of the next rows, the latter as 32 hexadecimal digits."""
    names = list(TABLES[table])
    shown = sql.SQL(", ").join(sql.SQL("replace({}::text, '-', '')").format(sql.Identifier(name)) for name in names)
    query = sql.SQL("SELECT id, {} FROM {} WHERE id > {} ORDER BY id LIMIT {}").format(
        shown, sql.Identifier(table), sql.Literal(last), sql.Literal(ROWS)
    )
    return copied(query, {"id": pl.Int64, **dict.fromkeys(names, pl.String)})


def _write(table: str, fresh: pl.DataFrame) -> int:
    names = list(TABLES[table])
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    kinds = sql.SQL(", ").join(sql.SQL("{} uuid").format(sql.Identifier(name)) for name in names)
    changes = sql.SQL(", ").join(sql.SQL("{0} = rekeyed.{0}").format(sql.Identifier(name)) for name in names)
    text = io.BytesIO()
    fresh.write_csv(text, include_header=False)
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE TEMP TABLE rekeyed (id bigint PRIMARY KEY, {})").format(kinds))
        cursor.copy_expert(sql.SQL("COPY rekeyed (id, {}) FROM STDIN WITH (FORMAT csv)").format(columns), text)
        cursor.execute("ANALYZE rekeyed")
        cursor.execute(
            sql.SQL("UPDATE {table} SET {changes} FROM rekeyed WHERE {table}.id = rekeyed.id").format(
                table=sql.Identifier(table), changes=changes
            )
        )
        written = int(cursor.rowcount)
        cursor.execute("DROP TABLE rekeyed")
    return written


@transaction.atomic
def _end(row: PseudonymMark, now: dt.datetime) -> None:
    """See that as many cases, people and events are there as before, and let imports and measures go on."""
    _lock_marks()
    counted = {table: _counted(table) for table in COUNTED}
    if counted != row.counted:
        raise RotationRefused(
            _("After the rotation other numbers of rows, cases or people are there than before: restore the backup.")
        )
    row.mark, row.toward, row.since, row.counted = row.toward, "", now, {}
    row.save()
    BoundMeasure.objects.update(basis="")
    for trajectory in Trajectory.objects.all():
        mark_stale(trajectory, now=now)


def _rows_done(row: PseudonymMark) -> int:
    return sum(done for _last, done in row.done.values())


def _lock_marks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE trajectories_pseudonymmark IN EXCLUSIVE MODE")
