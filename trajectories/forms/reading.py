"""Read a file of events in whatever format it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from core.imports import ImportReport
from trajectories.calculations.rows.adt import Joined
from trajectories.calculations.rows.timestamps import DateOrder
from trajectories.forms.csv_events import read_csv_events
from trajectories.forms.fhir_events import read_fhir_bundle, read_fhir_lines
from trajectories.forms.formats import Format, format_of
from trajectories.forms.guessing import Guess, guess_csv
from trajectories.forms.hl7_events import read_hl7_events
from trajectories.forms.json_events import read_json_events, read_json_lines
from trajectories.forms.ocel_events import read_ocel_events
from trajectories.forms.sheet_events import guess_sheet, read_sheet_events
from trajectories.forms.sources import Source
from trajectories.forms.xes_events import read_xes_events


@dataclass(frozen=True)
class Wishes:
    """What whoever brings a file says of it; what is empty is guessed."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    #: What a case is: the type of object of an OCEL log, or patient, episode, request of FHIR.
    case: str = ""
    delimiter: str = ""
    encoding: str = ""
    dates: str = ""
    nulls: Sequence[str] = ()
    #: Whether the guesses are to be shown, and nothing read: doubts stop nothing then.
    is_only_shown: bool = False


@dataclass(frozen=True)
class Opened:
    """A file that was recognised, and its events, which are read as they are asked for."""

    format: Format
    chunks: Iterator[pl.DataFrame]
    #: Which columns of the chunks are which fields, as far as that was told.
    mapping: dict[str, str]
    dates: str = DateOrder.ISO
    #: Of CSV and XLSX alone.
    guess: Guess | None = None
    #: Of HL7 alone: what messages join, as far as the chunks have been read.
    joined: list[Joined] = field(default_factory=list)


def open_events(source: Source, report: ImportReport, wishes: Wishes) -> Opened:
    """Recognise a file. Raises `UnreadableFile` and `EventsRefused`, and so do its chunks as they are read."""
    if source.is_zipped():
        return _sheet(source, report, wishes)
    kind = format_of(source.head())
    if kind is Format.CSV:
        return _csv(source, report, wishes)
    if kind is Format.XES:
        return Opened(kind, read_xes_events(source, report), dict(wishes.mapping), wishes.dates or DateOrder.ISO)
    if kind is Format.HL7:
        joined: list[Joined] = []
        return Opened(kind, read_hl7_events(source, report, joined), {}, joined=joined)
    return Opened(kind, LISTED[kind](source, report, wishes), {}, wishes.dates or DateOrder.ISO)


def _csv(source: Source, report: ImportReport, wishes: Wishes) -> Opened:
    guess = guess_csv(source, wishes.mapping, delimiter=wishes.delimiter, encoding=wishes.encoding)
    if wishes.is_only_shown:
        return Opened(Format.CSV, iter(()), dict(wishes.mapping), guess.dates, guess)
    reading = guess.reading(delimiter=wishes.delimiter, encoding=wishes.encoding, dates=wishes.dates)
    chunks = read_csv_events(source, report, reading)
    return Opened(Format.CSV, chunks, dict(wishes.mapping), reading.dates, guess)


def _sheet(source: Source, report: ImportReport, wishes: Wishes) -> Opened:
    guess = guess_sheet(source, wishes.mapping)
    if wishes.is_only_shown:
        return Opened(Format.XLSX, iter(()), dict(wishes.mapping), guess.dates, guess)
    reading = guess.reading(dates=wishes.dates)
    return Opened(Format.XLSX, read_sheet_events(source, report), dict(wishes.mapping), reading.dates, guess)


#: Formats whose rows name the fields of an event themselves.
LISTED: Mapping[Format, Callable[[Source, ImportReport, Wishes], Iterator[pl.DataFrame]]] = {
    Format.JSON: lambda source, report, wishes: read_json_events(source, report, wishes.mapping),
    Format.JSON_LINES: lambda source, report, wishes: read_json_lines(source, report, wishes.mapping),
    Format.OCEL: lambda source, report, wishes: read_ocel_events(source, report, wishes.mapping, wishes.case),
    Format.FHIR_BUNDLE: lambda source, report, wishes: read_fhir_bundle(source, report, wishes.case),
    Format.FHIR_LINES: lambda source, report, wishes: read_fhir_lines(source, report, wishes.case),
}
