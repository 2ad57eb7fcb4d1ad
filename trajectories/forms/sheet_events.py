"""Read event logs from spreadsheets (XLSX): a process of its own opens them, whatever that does to it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import polars as pl

import core
from core.imports import ImportReport
from core.sentences import gettext as _
from core.sentences import ngettext
from core.tables import UnreadableFile
from trajectories.calculations.refusals import EventsRefused
from trajectories.calculations.rows.chunks import CHUNK, MOST_CHARACTERS
from trajectories.calculations.rows.headings import letter
from trajectories.calculations.rows.timestamps import DateOrder
from trajectories.forms.csv_events import check_columns, frame_of
from trajectories.forms.formats import archive
from trajectories.forms.guessing import Guess, guess_table
from trajectories.forms.lines import LONGEST_LINE
from trajectories.forms.sources import Source

READER = Path(core.__file__).with_name("sheet_stream.py")
#: Rows by which it is guessed what the columns are and how dates are written.
LOOKED_AT = 500

Row = tuple[int, list[str] | int]


@dataclass
class Sheet:
    """The sheet that is read, of so many; its last row, the number of its first column, and its rows as they come.

    Of a row with a formula the column of the formula comes in place of the cells.
    """

    sheets: int
    rows: int
    column: int
    coming: Iterator[Row]

    def columns(self) -> list[str]:
        """Take the row of headings; a column without one goes by its letter. Raises `EventsRefused`."""
        line, cells = next(self.coming, (1, []))
        if isinstance(cells, int):
            raise EventsRefused(_("A formula stands among the headings, in line %(line)d.") % {"line": line})
        names = [cell.strip() for cell in cells]
        while names and not names[-1]:
            names.pop()
        columns = [name or self.letter(place) for place, name in enumerate(names)]
        check_columns(columns)
        return columns

    def letter(self, place: int) -> str:
        """Return by which letters people know a column."""
        return letter(self.column + place)


def guess_sheet(source: Source, mapping: Mapping[str, str]) -> Guess:
    """Return what can be told from the first rows. Raises `UnreadableFile` and `EventsRefused`."""
    with _opened(source, most=LOOKED_AT) as sheet:
        columns = sheet.columns()
        rows = [cells[: len(columns)] for _line, cells in sheet.coming if isinstance(cells, list)]
    return guess_table(columns, rows, mapping, Guess("", "", DateOrder.ISO, (), {}), has_dates=True)


def read_sheet_events(source: Source, report: ImportReport) -> Iterator[pl.DataFrame]:
    """Yield chunks with the columns of the first sheet in view, as text, and `#line`, the number of the row.

    Rows with a formula are refused. The first chunk is empty of rows. Raises `UnreadableFile` and `EventsRefused`.
    """
    with _opened(source) as sheet:
        columns = sheet.columns()
        if sheet.sheets > 1:
            report.notes.append(_("Of %(sheets)d sheets the first was read.") % {"sheets": sheet.sheets})
        yield frame_of([], [], columns)
        rows = _sound(sheet, columns, report)
        while kept := _some(rows):
            source.reached(kept[-1][0] / sheet.rows)
            yield frame_of([cells for _line, cells in kept], [line for line, _cells in kept], columns)


def _some(rows: Iterator[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """Return rows for one chunk, which no memory is too small for."""
    kept, weight = [], 0
    for line, cells in islice(rows, CHUNK):
        kept.append((line, cells))
        weight += sum(map(len, cells))
        if weight > MOST_CHARACTERS:
            break
    return kept


def _sound(sheet: Sheet, columns: list[str], report: ImportReport) -> Iterator[tuple[int, list[str]]]:
    width = len(columns)
    for line, cells in sheet.coming:
        report.read += 1
        if isinstance(cells, int):
            field = columns[cells] if cells < width else ""
            words = _("a formula stands in column %(column)s; put its value in its place")
            report.refuse(line, field, words % {"column": sheet.letter(cells)})
        elif any(cells[width:]):
            words = ngettext(
                "has %(cells)d cell, the header %(columns)d", "has %(cells)d cells, the header %(columns)d", len(cells)
            )
            report.refuse(line, "", words % {"cells": len(cells), "columns": width})
        else:
            yield line, cells[:width]


@contextmanager
def _opened(source: Source, *, most: int = 0) -> Iterator[Sheet]:
    """Let a process read a sheet, at most so many rows (0: all), which ends with whoever asks for it."""
    command = [sys.executable, "-I", str(READER), str(source.path), str(most)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:  # noqa: S603 - our own script
        try:
            lines = _lines(child, source.path)
            yield _sheet(next(lines), lines)
        finally:
            child.kill()


def _sheet(first: Any, lines: Iterator[Any]) -> Sheet:
    refused = first.get("refused", "")
    if refused == "archive":
        raise EventsRefused(archive())
    if refused:
        raise EventsRefused(_("The file swells without measure when it is unpacked."))
    return Sheet(first["sheets"], first["rows"], first["column"], ((line, cells) for line, cells in lines))


def _lines(child: subprocess.Popen[bytes], path: Path) -> Iterator[Any]:
    """Yield what the process tells; that it died, of whatever it read, is `UnreadableFile`."""
    told: IO[bytes] = child.stdout  # type: ignore[assignment]  # a pipe was asked for
    count = 0
    while line := told.readline(LONGEST_LINE):
        if not line.endswith(b"\n"):
            raise EventsRefused(_("Line %(line)d is too long to be an event.") % {"line": count})
        count += 1
        yield json.loads(line)
    if child.wait() or not count:
        raise UnreadableFile(_("%(path)s is no spreadsheet that can be read, or is too large.") % {"path": path})
