"""What is kept already of the events that an import brings."""

from __future__ import annotations

import polars as pl
from django.db import connection

from trajectories.calculations.rows.joins import Link

Schema = dict[str, pl.DataType | type[pl.DataType]]

KEPT: Schema = {"fingerprint": pl.String, "batch": pl.Int64, "is_outdated": pl.Boolean}
#: `is_told`: the source said itself when it recorded this version.
VERSIONS: Schema = {
    "event": pl.String,
    "version": pl.Datetime("us"),
    "is_told": pl.Boolean,
    "batch": pl.Int64,
    "team": pl.String,
}
WITHDRAWN: Schema = {"event": pl.String, "version": pl.Datetime("us"), "batch": pl.Int64}


def has_events(trajectory_id: int) -> bool:
    """Answer whether a trajectory has any event, in force or not, or was told that one is withdrawn."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM trajectories_event WHERE trajectory_id = %s)"
            " OR EXISTS (SELECT FROM trajectories_withdrawal WHERE trajectory_id = %s)",
            [trajectory_id, trajectory_id],
        )
        (found,) = cursor.fetchone()
        return bool(found)


def kept_events(trajectory_id: int, fingerprints: pl.Series) -> pl.DataFrame:
    """Return which of these fingerprints are kept, by which batch, and if they are out of force by now."""
    return _rows(
        "SELECT replace(fingerprint::text, '-', ''), coalesce(batch_id, 0), superseded_by_id IS NOT NULL"
        " FROM trajectories_event WHERE trajectory_id = %s AND fingerprint = ANY(%s::uuid[])",
        trajectory_id,
        fingerprints,
        KEPT,
    )


def kept_versions(trajectory_id: int, ids: pl.Series) -> pl.DataFrame:
    """Return the versions in force of events with these ids."""
    return _rows(
        "SELECT replace(source_key::text, '-', ''), coalesce(source_recorded_at, recorded_at) AT TIME ZONE 'UTC',"
        " source_recorded_at IS NOT NULL, batch_id, team FROM trajectories_event"
        " WHERE trajectory_id = %s AND source_key = ANY(%s::uuid[]) AND superseded_by_id IS NULL",
        trajectory_id,
        ids,
        VERSIONS,
    )


def kept_withdrawals(trajectory_id: int, ids: pl.Series) -> pl.DataFrame:
    """Return the latest withdrawal of each event with one of these ids."""
    return _rows(
        "SELECT DISTINCT ON (source_key) replace(source_key::text, '-', ''), recorded_at AT TIME ZONE 'UTC', batch_id"
        " FROM trajectories_withdrawal WHERE trajectory_id = %s AND source_key = ANY(%s::uuid[])"
        " ORDER BY source_key, recorded_at DESC",
        trajectory_id,
        ids,
        WITHDRAWN,
    )


def kept_links(trajectory_id: int) -> list[tuple[Link, int]]:
    """Return which numbers are joined, in the order in which that was told, and by which import."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT replace(person_from::text, '-', ''), replace(case_from::text, '-', ''),"
            " replace(person_to::text, '-', ''), replace(case_to::text, '-', ''), batch_id"
            " FROM trajectories_joining WHERE trajectory_id = %s ORDER BY id",
            [trajectory_id],
        )
        return [(Link(*ends), batch) for *ends, batch in cursor.fetchall()]


def _rows(query: str, trajectory_id: int, keys: pl.Series, schema: Schema) -> pl.DataFrame:
    if keys.is_empty():
        return pl.DataFrame(schema=schema)
    with connection.cursor() as cursor:
        cursor.execute(query, [trajectory_id, keys.to_list()])
        return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")
