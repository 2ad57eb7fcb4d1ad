"""Take events in: typed, under pseudonyms, each once, however often and in whatever order they come."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from zoneinfo import available_timezones

import polars as pl
from django.conf import settings
from django.db import connection, transaction

from core.imports import ImportReport
from core.sentences import gettext as _
from core.sentences import kept, ngettext, sentence, sentence_of
from core.tables import UnreadableFile
from live.operations import announce
from organisation.models import Person, Unit
from trajectories.calculations.refusals import EventsRefused, TrajectoryRefused
from trajectories.calculations.rows.adt import Joined
from trajectories.calculations.rows.faulty_rows import Fault
from trajectories.calculations.rows.mapping import Mapping, complete
from trajectories.calculations.rows.timestamps import DateOrder
from trajectories.calculations.rows.typed_rows import Typing
from trajectories.models import EventBatch, Trajectory
from trajectories.operations.ahead import ahead
from trajectories.operations.intake.joining import follow_joins
from trajectories.operations.intake.listed_events import read_listed_events
from trajectories.operations.intake.progress import Progress, Watch
from trajectories.operations.intake.taking import Keeping
from trajectories.operations.keys import check_keys
from trajectories.operations.refreshing.queue import refresh_soon
from trajectories.queries.imports import ALIVE_LOCK, IMPORT_LOCK

#: Rows whose reasons are kept one by one. A source with more of them does not fit its mapping at all.
MOST_REFUSED = 200_000


@dataclass(frozen=True)
class Origin:
    """Where events come from: the name shown, the columns that were mapped, the zone of instants, and who sent them."""

    name: str
    mapping: Mapping
    zone: str
    by: Person | None = None
    #: The order of year, month and day in its dates.
    dates: str = DateOrder.ISO
    #: Words that stand for an absent value.
    nulls: Sequence[str] = ()
    #: Whether an event of a team may be corrected or withdrawn by whoever sends; None: any.
    may_touch: Callable[[str], bool] | None = None
    #: What its messages join; complete once its chunks have been read.
    joined: Sequence[Joined] = ()


def begin_import(*, trajectory: Trajectory, origin: Origin, now: dt.datetime) -> EventBatch:
    """Make the row that tells of an import while it runs."""
    return EventBatch.objects.create(
        trajectory=trajectory, name=origin.name[:200], imported_by=origin.by, imported_at=now
    )


def import_events(
    *,
    trajectory: Trajectory,
    chunks: Iterable[pl.DataFrame],
    origin: Origin,
    report: ImportReport,
    now: dt.datetime,
    is_trial: bool = False,
    batch: EventBatch | None = None,
    watch: Watch | None = None,
) -> EventBatch | None:
    """Keep the events of chunks of text (as `trajectories.forms` reads them) that are not kept yet, all or nothing.

    Counts and refusals go into the report; a trial counts and keeps nothing. The chunks are read in a thread of their
    own, so they must not come from the database. One import of a trajectory at a time: the next waits here, so that
    both see the same events as known. `batch` is what `begin_import` made, if somebody watches it. Raises
    `EventsRefused`, and then the batch tells why.
    """
    if origin.zone not in available_timezones():
        raise EventsRefused(_("“%(zone)s” is no time zone such as America/Toronto.") % {"zone": origin.zone})
    batch, began = batch or begin_import(trajectory=trajectory, origin=origin, now=now), time.monotonic()
    progress = Progress(batch, watch or Watch())
    try:
        with transaction.atomic():
            stay_alive(batch)
            lock_events(trajectory)
            check_keys()
            _take(batch, chunks, origin, report, progress)
            batch.finished_at = now + dt.timedelta(seconds=time.monotonic() - began)
            batch.save()
            if is_trial:
                transaction.set_rollback(True)
            elif report.new or report.changed:
                mark_stale(trajectory, now=now)
    except BaseException as error:
        _give_up(batch, error)
        raise
    finally:
        progress.close()
    if is_trial:
        batch.delete()
        return None
    return batch


def add_events(
    *,
    trajectory: Trajectory,
    rows: Iterable[object],
    by: Person | None,
    now: dt.datetime,
    name: str = "API",
    may_touch: Callable[[str], bool] | None = None,
) -> ImportReport:
    """Keep events that a program sends as objects with `case`, `activity`, `at` and the other fields of an event."""
    report = ImportReport()
    origin = Origin(name=name, mapping={}, zone=trajectory.timezone, by=by, may_touch=may_touch)
    chunks = read_listed_events(rows, report)
    import_events(trajectory=trajectory, chunks=chunks, origin=origin, report=report, now=now)
    return report


def mark_stale(trajectory: Trajectory, *, now: dt.datetime) -> None:
    """Say in the caller's transaction that the trajectory must be measured again, and ask for it after commit."""
    Trajectory.objects.filter(pk=trajectory.pk).update(stale_since=now)
    announce(topic="trajectory", unit_id=None, what={"trajectory": trajectory.code}, now=now)
    refresh_soon(trajectory)


def stay_alive(batch: EventBatch) -> None:
    """Let others see until the end of the transaction that somebody is at work on an import."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ALIVE_LOCK, batch.pk])


def lock_events(trajectory: Trajectory) -> None:
    """Keep every other import and undoing of the trajectory waiting until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORT_LOCK, trajectory.pk])


def _give_up(batch: EventBatch, error: BaseException) -> None:
    """Keep with the batch why nothing of it was kept; the words of an unforeseen error may hold what rows held."""
    is_foreseen = isinstance(error, TrajectoryRefused | UnreadableFile)
    words = sentence_of(error) if is_foreseen and isinstance(error, Exception) else type(error).__name__
    batch.error, batch.why = str(words), kept(words)
    EventBatch.objects.filter(pk=batch.pk).update(error=batch.error, why=batch.why)


def _take(
    batch: EventBatch, chunks: Iterable[pl.DataFrame], origin: Origin, report: ImportReport, progress: Progress
) -> None:
    """Keep chunk after chunk, and count; whatever ends that, the file is closed at once."""
    with ExitStack() as ends:
        iterator = iter(chunks)
        if isinstance(iterator, Generator):
            ends.enter_context(closing(iterator))
        _take_each(batch, iterator, origin, report, progress)


def _take_each(
    batch: EventBatch, iterator: Iterator[pl.DataFrame], origin: Origin, report: ImportReport, progress: Progress
) -> None:
    first = next(iterator)
    typing = _typing(origin, first.columns, report)
    keeping = Keeping(batch, report, may_touch=origin.may_touch)
    teams = []
    with closing(ahead(_typed(typing, first, iterator, origin))) as coming:
        for events, faults in coming:
            _refuse(report, faults)
            keeping.keep(events)
            told = events.filter(~pl.col("is_void")) if events["is_void"].any() else events
            teams.append(told.drop_nulls("team").group_by("team").len())
            progress.tell(report.read)
    batch.mapping = {field: column for field, column in typing.mapping.items() if field != column}
    if origin.joined:
        keeping.rests_on |= follow_joins(batch, origin.joined, report, origin.may_touch)
    batch.rests_on = sorted(keeping.rests_on)
    _count(batch, report, pl.concat(teams).group_by("team").agg(pl.col("len").sum()))
    if keeping.outdated:
        report.notes.append(
            ngettext(
                "%(rows)d row repeats what was corrected or withdrawn since; it changes nothing.",
                "%(rows)d rows repeat what was corrected or withdrawn since; they change nothing.",
                keeping.outdated,
            )
            % {"rows": keeping.outdated}
        )


def _typed(
    typing: Typing, first: pl.DataFrame, others: Iterator[pl.DataFrame], origin: Origin
) -> Iterator[tuple[pl.DataFrame, list[Fault]]]:
    """Yield typed chunks. A column that only a later one has may be a field too, and is then no mere attribute."""
    columns = set(first.columns)
    yield typing.events(first)
    for chunk in others:
        if not columns.issuperset(chunk.columns):
            columns |= set(chunk.columns)
            typing.mapping = complete({**origin.mapping, **typing.mapping}, sorted(columns - {"#line"}))[0]
        yield typing.events(chunk)


def _refuse(report: ImportReport, faults: list[Fault]) -> None:
    for fault in faults:
        report.refuse(fault.line, fault.field, sentence(fault.reason, fault.values))
    if len(report.refusals) > MOST_REFUSED:
        raise EventsRefused(
            _("More than %(most)d rows had to be refused, the first for this: %(field)s %(reason)s.")
            % {"most": MOST_REFUSED, "field": report.refusals[0].field, "reason": report.refusals[0].reason}
        )


def _typing(origin: Origin, columns: list[str], report: ImportReport) -> Typing:
    names = [name for name in columns if name != "#line"]
    mapping, guessed = complete(origin.mapping, names)
    other = [f"{field}={mapping[field]}" for field in guessed if mapping[field] != field]
    if other:
        report.notes.append(_("Guessed from the columns’ names: %(fields)s.") % {"fields": ", ".join(other)})
    return Typing(
        mapping=mapping, zone=origin.zone, keys=settings.PSEUDONYM_KEYS, dates=origin.dates, nulls=origin.nulls
    )


def _count(batch: EventBatch, report: ImportReport, teams: pl.DataFrame) -> None:
    """Keep the counts with the batch, and say which teams are no unit (yet)."""
    known = Unit.objects.filter(code__in=teams["team"].to_list()).values_list("code", flat=True)
    strange = teams.filter(~pl.col("team").is_in(list(known)))
    batch.rows_read, batch.rows_new, batch.rows_changed = report.read, report.new, report.changed
    batch.rows_unchanged, batch.rows_refused = report.unchanged, report.refused
    batch.teams_unknown, batch.rows_of_unknown_teams = strange.height, int(strange["len"].sum())
    if strange.height:
        report.notes.append(
            ngettext(
                "%(teams)d team of the log is no known unit; it is kept as text (rows: %(rows)d).",
                "%(teams)d teams of the log are no known units; they are kept as text (rows: %(rows)d).",
                strange.height,
            )
            % {"teams": strange.height, "rows": batch.rows_of_unknown_teams}
        )
