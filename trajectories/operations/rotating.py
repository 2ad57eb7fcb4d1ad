"""Take a further key of pseudonyms: what is stored follows it, and what comes later meets it there."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence

import polars as pl
from django.conf import settings
from django.db import connection, transaction
from psycopg2 import sql

from trajectories.calculations.pseudonyms import carried, mark
from trajectories.models import BoundMeasure, PseudonymMark, Trajectory
from trajectories.operations.events import mark_stale
from trajectories.operations.keys import OtherKey, wrong_keys

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
}
#: Rows at a time.
ROWS = 100_000


@transaction.atomic
def rotate_keys(*, now: dt.datetime) -> int:
    """Bring all that is stored under the environment's keys, and return how many rows; 0 if it is there already.

    All or nothing, while imports wait. What is counted of distinct people is measured anew, since it is kept as hashes.
    Raises `OtherKey` where the keys do not begin with those under which the database is.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE trajectories_pseudonymmark IN EXCLUSIVE MODE")
    further = _further_keys(settings.PSEUDONYM_KEYS)
    if not further:
        return 0
    rows = sum(_rekey(table, domains, further) for table, domains in TABLES.items())
    PseudonymMark.objects.all().delete()
    PseudonymMark.objects.create(mark=mark(settings.PSEUDONYM_KEYS), since=now)
    BoundMeasure.objects.update(basis="")
    for trajectory in Trajectory.objects.all():
        mark_stale(trajectory, now=now)
    return rows


def _further_keys(keys: Sequence[str]) -> Sequence[str]:
    """Return the keys that come after those under which the database is."""
    kept = PseudonymMark.objects.first()
    if kept is None:
        PseudonymMark.objects.create(mark=mark(keys))
        return []
    for count in range(1, len(keys) + 1):
        if mark(keys[:count]) == kept.mark:
            return keys[count:]
    raise OtherKey(wrong_keys())


def _rekey(table: str, domains: Mapping[str, str], keys: Sequence[str]) -> int:
    columns = sql.SQL(", ").join(map(sql.Identifier, domains))
    kinds = sql.SQL(", ").join(sql.SQL("{} uuid").format(sql.Identifier(name)) for name in domains)
    changes = sql.SQL(", ").join(sql.SQL("{0} = rekeyed.{0}").format(sql.Identifier(name)) for name in domains)
    done = 0
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE TEMP TABLE rekeyed (id bigint PRIMARY KEY, {}) ON COMMIT DROP").format(kinds))
        for rows in _pages(table, list(domains)):
            fresh = rows.with_columns(
                carried(rows[name], keys=keys, domain=domain).alias(name) for name, domain in domains.items()
            )
            text = io.BytesIO()
            fresh.write_csv(text, include_header=False)
            text.seek(0)
            cursor.copy_expert(sql.SQL("COPY rekeyed (id, {}) FROM STDIN WITH (FORMAT csv)").format(columns), text)
            cursor.execute(
                sql.SQL("UPDATE {table} SET {changes} FROM rekeyed WHERE {table}.id = rekeyed.id").format(
                    table=sql.Identifier(table), changes=changes
                )
            )
            cursor.execute("TRUNCATE rekeyed")
            done += rows.height
        cursor.execute("DROP TABLE rekeyed")
    return done


def _pages(table: str, columns: list[str]) -> Iterator[pl.DataFrame]:
    """Yield id and columns of all rows, the latter as 32 hexadecimal digits."""
    schema: dict[str, pl.DataType | type[pl.DataType]] = {"id": pl.Int64, **dict.fromkeys(columns, pl.String)}
    shown = sql.SQL(", ").join(sql.SQL("replace({}::text, '-', '')").format(sql.Identifier(name)) for name in columns)
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("SELECT id, {} FROM {} WHERE id > %s ORDER BY id LIMIT %s").format(
                    shown, sql.Identifier(table)
                ),
                [last, ROWS],
            )
            rows = pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")
        if not rows.height:
            return
        yield rows
        last = int(rows["id"][-1])
