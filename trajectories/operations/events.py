"""Take events in: typed, under pseudonyms, each once, however often and in whatever order they come."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import available_timezones

import polars as pl
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.imports import ImportReport
from live.operations import announce
from organisation.models import Person, Unit
from trajectories.calculations.mapping import Mapping, complete
from trajectories.calculations.pseudonyms import pseudonyms
from trajectories.calculations.refusals import EventsRefused
from trajectories.calculations.typed_rows import Typing
from trajectories.models import EventBatch, Trajectory
from trajectories.operations.listed_events import read_listed_events
from trajectories.operations.queue import refresh_soon

#: Columns of the table as they are copied, and where each comes from.
COPIED = {
    "fingerprint": "fingerprint",
    "case": "case",
    "person": "person",
    "worker": "worker",
    "activity": "activity",
    "wall": "wall",
    "utc_offset": "offset",
    "order": "order",
    "team": "team",
    "priority": "priority",
    "lifecycle": "lifecycle",
    "attributes": "attributes",
}
#: What stands for an absent value in what is copied; no text column holds a lone NUL.
NULL = "\\N"
#: Any two constants that no other lock of the database uses; the letters "even".
IMPORT_LOCK = int.from_bytes(b"even")


@dataclass(frozen=True)
class Origin:
    """Where events come from: the name shown, the columns that were mapped, the zone of instants, and who sent them."""

    name: str
    mapping: Mapping
    zone: str
    by: Person | None = None


@transaction.atomic
def import_events(
    *,
    trajectory: Trajectory,
    chunks: Iterable[pl.DataFrame],
    origin: Origin,
    report: ImportReport,
    now: dt.datetime,
    is_trial: bool = False,
) -> EventBatch | None:
    """Keep the events of chunks of text (as `trajectories.forms` reads them) that are not kept yet, all or nothing.

    Counts and refusals go into the report; a trial counts and keeps nothing. One import of a trajectory at a time: the
    next waits here, so that both see the same events as known. Raises `EventsRefused`.
    """
    if origin.zone not in available_timezones():
        raise EventsRefused(_("“%(zone)s” is no time zone such as America/Toronto.") % {"zone": origin.zone})
    _lock(trajectory)
    batch = EventBatch.objects.create(
        trajectory=trajectory, name=origin.name[:200], imported_by=origin.by, imported_at=now
    )
    teams = _take(trajectory, batch, chunks, origin, report)
    _count(batch, report, teams)
    if is_trial:
        transaction.set_rollback(True)
        return None
    if report.new:
        mark_stale(trajectory, now=now)
    return batch


def add_events(
    *, trajectory: Trajectory, rows: Iterable[object], by: Person | None, now: dt.datetime, name: str = "API"
) -> ImportReport:
    """Keep events that a program sends as objects with `case`, `activity`, `at` and the other fields of an event."""
    report = ImportReport()
    origin = Origin(name=name, mapping={}, zone=trajectory.timezone, by=by)
    chunks = read_listed_events(rows, report)
    import_events(trajectory=trajectory, chunks=chunks, origin=origin, report=report, now=now)
    return report


def mark_stale(trajectory: Trajectory, *, now: dt.datetime) -> None:
    """Say in the caller's transaction that the trajectory must be measured again, and ask for it after commit."""
    Trajectory.objects.filter(pk=trajectory.pk).update(stale_since=now)
    announce(topic="trajectory", unit_id=None, what={"trajectory": trajectory.code}, now=now)
    refresh_soon(trajectory)


def _lock(trajectory: Trajectory) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORT_LOCK, trajectory.pk])


def _take(
    trajectory: Trajectory, batch: EventBatch, chunks: Iterable[pl.DataFrame], origin: Origin, report: ImportReport
) -> pl.DataFrame:
    """Copy what is new of every chunk; return how many rows named each team."""
    typing: Typing | None = None
    has_earlier = _has_events(trajectory)
    teams = []
    for chunk in chunks:
        if typing is None:
            typing = _typing(origin, chunk.columns, report)
            batch.mapping = {field: column for field, column in typing.mapping.items() if field != column}
        events, faults = typing.events(chunk)
        for fault in faults:
            report.refuse(*fault)
        fresh = _unknown(trajectory, events) if has_earlier else events
        _copy(trajectory, batch, fresh)
        report.new += fresh.height
        report.unchanged += events.height - fresh.height
        teams.append(events.drop_nulls("team").group_by("team").len())
    return pl.concat(teams).group_by("team").agg(pl.col("len").sum())


def _typing(origin: Origin, columns: list[str], report: ImportReport) -> Typing:
    names = [name for name in columns if name != "#line"]
    mapping, guessed = complete(origin.mapping, names)
    other = [f"{field}={mapping[field]}" for field in guessed if mapping[field] != field]
    if other:
        report.notes.append(_("Guessed from the columns' names: %(fields)s.") % {"fields": ", ".join(other)})

    def hide(texts: pl.Series, domain: str) -> pl.Series:
        return pseudonyms(texts, key=settings.PSEUDONYM_KEY, domain=domain)

    return Typing(mapping=mapping, zone=origin.zone, hide=hide)


def _has_events(trajectory: Trajectory) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM trajectories_event WHERE trajectory_id = %s)", [trajectory.pk])
        (found,) = cursor.fetchone()
        return bool(found)


def _unknown(trajectory: Trajectory, events: pl.DataFrame) -> pl.DataFrame:
    """Return the events whose fingerprint is not kept yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT replace(fingerprint::text, '-', '') FROM trajectories_event"
            " WHERE trajectory_id = %s AND fingerprint = ANY(%s::uuid[])",
            [trajectory.pk, events["fingerprint"].to_list()],
        )
        known = pl.Series([one for (one,) in cursor.fetchall()], dtype=pl.String)
    return events.filter(~pl.col("fingerprint").is_in(known.implode()))


def _copy(trajectory: Trajectory, batch: EventBatch, events: pl.DataFrame) -> None:
    """Write events with COPY: a million rows in the time of a few thousand inserts."""
    if not events.height:
        return
    rows = events.select(
        trajectory_id=pl.lit(trajectory.pk),
        batch_id=pl.lit(batch.pk),
        recorded_at=pl.lit(batch.imported_at.isoformat()),
        **{
            column: pl.col(source).fill_null("") if source in {"team", "priority", "lifecycle"} else pl.col(source)
            for column, source in COPIED.items()
        },
    ).with_columns(pl.col("wall").dt.to_string("%Y-%m-%d %H:%M:%S%.6f+00"))
    text = io.BytesIO()
    rows.write_csv(text, include_header=False, null_value=NULL)
    text.seek(0)
    columns = ", ".join(f'"{column}"' for column in rows.columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY trajectories_event ({columns}) FROM STDIN WITH (FORMAT csv, NULL '{NULL}')", text)


def _count(batch: EventBatch, report: ImportReport, teams: pl.DataFrame) -> None:
    """Keep the counts with the batch, and say which teams are no unit (yet)."""
    known = Unit.objects.filter(code__in=teams["team"].to_list()).values_list("code", flat=True)
    strange = teams.filter(~pl.col("team").is_in(list(known)))
    batch.rows_read, batch.rows_new = report.read, report.new
    batch.rows_unchanged, batch.rows_refused = report.unchanged, report.refused
    batch.finished_at = timezone.now()
    batch.teams_unknown, batch.rows_of_unknown_teams = strange.height, int(strange["len"].sum())
    batch.save()
    if strange.height:
        report.notes.append(
            _("%(teams)d teams of the log are no known unit; they are kept as text (%(rows)d rows).")
            % {"teams": strange.height, "rows": batch.rows_of_unknown_teams}
        )
