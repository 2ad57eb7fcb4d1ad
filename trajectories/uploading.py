"""Read a file that came by browser: what it seems to hold, and the job that tries or takes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import polars as pl

from core import uploads
from core.imports import ImportReport
from core.sentences import Sentence, kept, renamed, sentence_of
from core.sentences import gettext as _
from core.tables import UnreadableFile
from trajectories.calculations.refusals import TrajectoryRefused
from trajectories.calculations.rows.mapping import complete
from trajectories.choices import RUNNING, UploadStage
from trajectories.forms.reading import Opened, Wishes, open_events
from trajectories.forms.sources import Source
from trajectories.models import EventUpload
from trajectories.operations import Origin, import_events
from trajectories.operations.intake.events import begin_import
from trajectories.operations.intake.losing import close_lost
from trajectories.operations.intake.progress import Watch
from trajectories.operations.intake.uploads import settle
from trajectories.queries.senders import Sender, sender_of

#: Refusals that are kept to be shown, of however many there were.
SHOWN_REFUSALS = 200


def wishes_of(upload: EventUpload, *, is_only_shown: bool = False) -> Wishes:
    """Return how an upload is to be read."""
    kept: dict[str, Any] = upload.wishes
    return Wishes(
        mapping=kept.get("mapping", {}),
        case=kept.get("case", ""),
        delimiter=kept.get("delimiter", ""),
        encoding=kept.get("encoding", ""),
        dates=kept.get("dates", ""),
        nulls=tuple(kept.get("nulls", ())),
        is_only_shown=is_only_shown,
    )


def source_of(upload: EventUpload) -> Source:
    """Return the file of an upload."""
    return Source(uploads.path_of(upload.file))


def why(upload: EventUpload, refused: Exception) -> Sentence:
    """Return why a file cannot be read, under the name by which people know it."""
    return renamed(sentence_of(refused), str(uploads.path_of(upload.file)), upload.name)


def read_upload(upload: EventUpload, *, now: dt.datetime, today: dt.date) -> None:
    """Try or take an upload, as its stage says; what came of it is kept. Taken up again, it begins anew."""
    if upload.stage not in RUNNING:
        return
    if upload.batch is not None and upload.batch.finished_at is None:
        close_lost(upload.batch)
    is_trial, report = upload.stage == UploadStage.TRYING, ImportReport()
    outcome: dict[str, Any] = {}
    try:
        _import(upload, report, now=now, today=today, is_trial=is_trial)
    except (TrajectoryRefused, UnreadableFile) as refused:
        outcome["error"] = kept(why(upload, refused))
    except Exception as error:
        settle(upload=upload, outcome={"error": type(error).__name__}, now=now)
        raise
    settle(upload=upload, outcome=outcome | _counts(report), now=now)


def _import(upload: EventUpload, report: ImportReport, *, now: dt.datetime, today: dt.date, is_trial: bool) -> None:
    trajectory, source = upload.trajectory, source_of(upload)
    opened = open_events(source, report, wishes_of(upload))
    sender = sender_of(upload.by, trajectory, on=today)
    origin = Origin(
        name=upload.name,
        mapping=opened.mapping,
        zone=trajectory.timezone,
        by=upload.by,
        dates=opened.dates,
        nulls=upload.wishes.get("nulls", []),
        may_touch=sender.lets_through,
        joined=opened.joined,
    )
    batch = begin_import(trajectory=trajectory, origin=origin, now=now)
    EventUpload.objects.filter(pk=upload.pk).update(batch=batch)
    import_events(
        trajectory=trajectory,
        chunks=let_through(opened, sender, report),
        origin=origin,
        report=report,
        now=now,
        is_trial=is_trial,
        batch=batch,
        watch=Watch(source.share),
    )


def let_through(opened: Opened, sender: Sender, report: ImportReport) -> Iterator[pl.DataFrame]:
    """Yield the chunks without the rows of units for which the sender enters no figures; they are refused."""
    for chunk in opened.chunks:
        names = [name for name in chunk.columns if name != "#line"]
        column = complete(opened.mapping, names)[0].get("unit")
        units = chunk[column].fill_null("") if column else pl.Series([""] * chunk.height, dtype=pl.String)
        allowed = {unit: sender.lets_through(unit) for unit in units.unique()}
        is_let = units.replace_strict(allowed, return_dtype=pl.Boolean) if chunk.height else units.cast(pl.Boolean)
        for line in chunk.filter(~is_let)["#line"]:
            report.refuse(line, "unit", _("You may not send events of this unit."))
        yield chunk.filter(is_let)


def _counts(report: ImportReport) -> dict[str, Any]:
    """Return what an import says at its end, by line; never what stood in a row."""
    refusals = sorted(report.refusals, key=attrgetter("line"))
    return {
        "read": report.read,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "refused": report.refused,
        "refusals": [[one.line, one.field, kept(one.reason)] for one in refusals[:SHOWN_REFUSALS]],
        "more_refusals": max(0, len(report.refusals) - SHOWN_REFUSALS),
        "notes": [kept(note) for note in report.notes],
    }
