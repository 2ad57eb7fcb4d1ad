"""An uploaded file as its page shows it: how it seems to be written, its first rows, and what came of a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext, pgettext_lazy

from core.imports import ImportReport
from core.sentences import told
from core.tables import UnreadableFile
from trajectories.calculations.refusals import TrajectoryRefused, WhichCase
from trajectories.calculations.rows.mapping import FIELDS as FIELDS_OF_EVENTS
from trajectories.calculations.rows.mapping import likely
from trajectories.calculations.rows.timestamps import DateOrder
from trajectories.forms.formats import Format
from trajectories.forms.guessing import Guess
from trajectories.forms.reading import open_events
from trajectories.models import EventUpload
from trajectories.uploading import source_of, why, wishes_of
from trajectories.views.states import count_text

#: Rows in view, and characters of a cell.
ROWS, LONGEST = 5, 60
#: Formats whose fields are not columns that could be mapped.
FIXED = frozenset({Format.FHIR_BUNDLE, Format.FHIR_LINES, Format.HL7})
DELIMITERS: tuple[tuple[str, str | Promise], ...] = (
    (",", _("comma")),
    (";", _("semicolon")),
    ("\t", _("tab")),
    ("|", _("bar")),
)
ENCODINGS = ("utf-8", "utf-8-sig", "windows-1252", "iso-8859-1", "utf-16")
FIELDS: dict[str, str | Promise] = {
    "case": pgettext_lazy("a field of an event", "case"),
    "activity": pgettext_lazy("a field of an event", "activity"),
    "at": pgettext_lazy("a field of an event", "when it happened"),
    "unit": pgettext_lazy("a field of an event", "team"),
    "time": pgettext_lazy("a field of an event", "time of day"),
    "end": pgettext_lazy("a field of an event", "when it ended"),
    "worker": pgettext_lazy("a field of an event", "worker"),
    "person": pgettext_lazy("a field of an event", "person"),
    "priority": pgettext_lazy("a field of an event", "priority"),
    "lifecycle": pgettext_lazy("a field of an event", "start or end"),
    "order": pgettext_lazy("a field of an event", "order among equals"),
    "event": pgettext_lazy("a field of an event", "the event’s own id"),
    "withdrawn": pgettext_lazy("a field of an event", "withdrawn"),
    "recorded": pgettext_lazy("a field of an event", "when it was recorded"),
}
#: What an import counts, in the order in which it is shown.
COUNTED = ("read", "new", "changed", "unchanged", "refused")
#: A day in each order.
WRITTEN = {
    DateOrder.ISO: "2026-12-31",
    DateOrder.YMD: "2026/12/31",
    DateOrder.DMY: "31/12/2026",
    DateOrder.MDY: "12/31/2026",
}
#: What must be looked at before a file is read, by the option that decides it.
DOUBTS: dict[str, str | Promise] = {
    "encoding": _(
        "The file is not UTF-8 text. Look at the accents below, and choose the encoding that shows them well."
    ),
    "dates": _("Its times can be read in more than one order of day and month: choose one."),
}


@dataclass(frozen=True)
class ColumnFace:
    """A column: its heading, what it was taken for, and what else it could be."""

    number: int
    heading: str
    field: str
    choices: tuple[tuple[str, str | Promise, bool], ...]
    #: Nobody has said so: its heading was taken for a field.
    is_guessed: bool = False


@dataclass(frozen=True)
class Preview:
    """What is seen of a file before it is read whole. `refused` says why nothing is; `doubts` what must be decided."""

    format: str = ""
    columns: tuple[ColumnFace, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    can_map: bool = False
    is_csv: bool = False
    delimiters: tuple[tuple[str, str | Promise, bool], ...] = ()
    encodings: tuple[tuple[str, str, bool], ...] = ()
    dates: tuple[tuple[str, str | Promise, bool], ...] = ()
    nulls: tuple[tuple[str, bool], ...] = ()
    doubts: tuple[str | Promise, ...] = ()
    refused: str = ""
    #: Types of objects of which one must be chosen for the case.
    cases: tuple[str, ...] = ()


def preview_of(upload: EventUpload) -> Preview:
    """Return what the first rows of an upload tell; a file that cannot be read says why."""
    try:
        opened = open_events(source_of(upload), ImportReport(), wishes_of(upload, is_only_shown=True))
        if opened.guess is not None:
            return _table(upload, opened.format, opened.guess)
        first = next(islice(opened.chunks, 1), None)
        names = [name for name in first.columns if name != "#line"] if first is not None else []
        rows = [tuple(map(_cell, row)) for row in first.select(names).head(ROWS).rows()] if first is not None else []
    except WhichCase as refused:
        return Preview(refused=str(_("Choose which type of object is the case.")), cases=refused.types)
    except (TrajectoryRefused, UnreadableFile) as refused:
        return Preview(refused=why(upload, refused))
    can_map = opened.format not in FIXED
    return Preview(
        format=str(opened.format),
        columns=_columns(upload, names) if can_map else _named(names),
        rows=tuple(rows),
        can_map=can_map,
    )


def _table(upload: EventUpload, kind: Format, guess: Guess) -> Preview:
    kept: dict[str, Any] = upload.wishes
    dates, nulls = kept.get("dates", ""), kept.get("nulls", [])
    encoding = kept.get("encoding") or guess.encoding
    words = sorted({word for found in guess.null_words.values() for word in found} | set(nulls))
    return Preview(
        format=str(kind),
        columns=_columns(upload, guess.columns),
        rows=tuple(tuple(map(_cell, row)) for row in guess.rows),
        can_map=True,
        is_csv=kind is Format.CSV,
        delimiters=tuple((sign, word, sign == guess.delimiter) for sign, word in DELIMITERS),
        encodings=tuple((one, one, one == encoding) for one in dict.fromkeys((encoding, *ENCODINGS))),
        dates=(
            ("", _("as the rows tell: %(order)s") % {"order": WRITTEN[DateOrder(guess.dates)]}, not dates),
            *((str(one), WRITTEN[one], one == dates) for one in DateOrder),
        ),
        nulls=tuple((word, word in nulls) for word in words),
        doubts=tuple(DOUBTS.get(name, doubt) for name, doubt in guess.doubts.items() if not kept.get(name)),
    )


def _mapping(upload: EventUpload, names: Sequence[str]) -> dict[str, str]:
    """Return field → column as the file would be read now; a remembered column that is not there is forgotten."""
    said = {
        field: column for field, column in upload.wishes.get("mapping", {}).items() if not column or column in names
    }
    return likely(said, list(names))[0]


def _columns(upload: EventUpload, names: Sequence[str]) -> tuple[ColumnFace, ...]:
    fields = {column: field for field, column in _mapping(upload, names).items()}
    said = upload.wishes.get("mapping", {})
    return tuple(
        ColumnFace(
            number=number,
            heading=name,
            field=fields.get(name, ""),
            choices=tuple((field, word, field == fields.get(name)) for field, word in FIELDS.items()),
            is_guessed=name in fields and said.get(fields[name]) != name,
        )
        for number, name in enumerate(names)
    )


def _named(names: Sequence[str]) -> tuple[ColumnFace, ...]:
    """Return the columns of a format whose fields are known, in the reader's words."""
    return tuple(ColumnFace(number, field_text(name), name, ()) for number, name in enumerate(names))


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def asked_wishes(posted: Any, preview: Preview) -> dict[str, Any]:
    """Return how the file is to be read, as the form says; every field is said, so that none is guessed again."""
    mapping = dict.fromkeys(FIELDS_OF_EVENTS, "")
    for column in preview.columns:
        field = posted.get(f"column-{column.number}", "")
        if field in mapping and not mapping[field]:
            mapping[field] = column.heading
    return {
        "mapping": mapping if preview.can_map else {},
        "delimiter": posted.get("delimiter", ""),
        "encoding": posted.get("encoding", ""),
        "dates": posted.get("dates", "") if posted.get("dates", "") in set(DateOrder) else "",
        "nulls": posted.getlist("nulls"),
        "case": posted.get("case", ""),
    }


def field_text(field: str) -> str:
    """Name the field of a refusal; a column that is none goes by its own heading."""
    return str(FIELDS.get(field, field))


def _counts(outcome: Mapping[str, Any]) -> list[tuple[str, int, str]]:
    """Return how many rows were read, new and so on, each with its word for one or for many."""
    read, new, changed, unchanged, refused = (outcome.get(name, 0) for name in COUNTED)
    words = (
        npgettext("rows of events", "read", "read", read),
        npgettext("rows of events", "new", "new", new),
        npgettext("rows of events", "corrected or withdrawn", "corrected or withdrawn", changed),
        npgettext("rows of events", "known already", "known already", unchanged),
        npgettext("rows of events", "refused", "refused", refused),
    )
    return list(zip(COUNTED, (read, new, changed, unchanged, refused), words, strict=True))


def outcome_face(upload: EventUpload) -> dict[str, Any]:
    """Return the counts of a trial or an import as they are shown, none before there are any."""
    outcome = upload.outcome
    if not outcome:
        return {}
    return {
        "error": told(outcome.get("error", "")),
        "counts": [(word, count_text(count), name) for name, count, word in _counts(outcome)],
        "refusals": [(line, field_text(field), told(reason)) for line, field, reason in outcome.get("refusals", [])],
        "more": outcome.get("more_refusals", 0),
        "notes": [told(note) for note in outcome.get("notes", [])],
        "brings": outcome.get("new", 0) + outcome.get("changed", 0),
    }
