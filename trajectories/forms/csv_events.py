"""Read event logs from CSV in chunks of text; nothing is typed here, so that a case named "NA" stays one."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from core.imports import ImportReport
from core.sentences import gettext as _
from core.sentences import ngettext
from core.tables import said_delimiter
from trajectories.calculations.refusals import EventsRefused
from trajectories.calculations.rows.chunks import CHUNK, MOST_COLUMNS
from trajectories.calculations.rows.headings import named
from trajectories.forms.guessing import Reading, guess_csv
from trajectories.forms.lines import PATIENCE, blocks, text_lines
from trajectories.forms.sources import Source


@dataclass
class Table:
    """The columns of a file, how its cells are parted, and the line that comes next."""

    columns: list[str]
    delimiter: str
    line: int


def read_csv_events(
    path: Path | Source, report: ImportReport, reading: Reading | None = None
) -> Iterator[pl.DataFrame]:
    """Yield chunks with the columns of the file, as text, and `#line`; rows of the wrong length are refused.

    The first chunk may be empty of rows, so that its columns are known in any case. How the file is to be read is
    guessed if it is not told. Raises `UnreadableFile` and `EventsRefused`.
    """
    source = path if isinstance(path, Source) else Source(path)
    told = reading or guess_csv(source).reading()
    csv.field_size_limit(PATIENCE)
    with source.opened() as stream:
        coming = blocks(stream, told.encoding, source.path)
        first = next(coming, b"")
        table, rest = _header(first, told.delimiter)
        yield frame_of([], [], table.columns)
        yield from _tables(itertools.chain([rest] if rest else [], coming), table, report)


def _header(first: bytes, delimiter: str) -> tuple[Table, bytes]:
    """Return the columns and what of the block comes after them."""
    lines, above = text_lines(first), 1
    if said_delimiter(lines.readline()):
        above = 2
    else:
        lines.seek(0)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        columns = next(reader, [])
    except csv.Error:
        columns = []
    columns = named(columns)
    check_columns(columns)
    return Table(columns, delimiter, above + reader.line_num), lines.read().encode()


def check_columns(columns: list[str]) -> None:
    """Refuse columns that cannot be told apart, or none. Raises `EventsRefused`."""
    if not any(columns):
        raise EventsRefused(_("The file has no header."))
    if len(columns) > MOST_COLUMNS:
        raise EventsRefused(_("The file has more than %(most)d columns.") % {"most": MOST_COLUMNS})
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice or "#line" in columns:
        raise EventsRefused(
            _("Columns must have names of their own: %(names)s.") % {"names": ", ".join(twice or ["#line"])}
        )


def _tables(coming: Iterator[bytes], table: Table, report: ImportReport) -> Iterator[pl.DataFrame]:
    """Yield blocks as columns at once where no cell is quoted; from the first that is, row by row."""
    for block in coming:
        if b'"' in block:
            lines = itertools.chain.from_iterable(text_lines(one) for one in itertools.chain([block], coming))
            yield from _row_by_row(lines, table, report)
            return
        plain = _plain(block, table)
        if plain is None:
            yield from _row_by_row(iter(text_lines(block)), table, report)
        else:
            report.read += plain.height
            yield plain


def _plain(block: bytes, table: Table) -> pl.DataFrame | None:
    """Return a block whose every line has every cell; None where some has not, or is empty."""
    text = block.replace(b"\r\n", b"\n")
    text = text if text.endswith(b"\n") else text + b"\n"
    height, width = text.count(b"\n"), len(table.columns)
    is_regular = (
        text.count(table.delimiter.encode()) == height * (width - 1)
        and b"\r" not in text
        and b"\n\n" not in text
        and not text.startswith(b"\n")
    )
    if not is_regular:
        return None
    try:
        rows = pl.read_csv(
            text,
            has_header=False,
            separator=table.delimiter,
            quote_char=None,
            schema=dict.fromkeys(table.columns, pl.String),
            truncate_ragged_lines=False,
        )
    except pl.exceptions.PolarsError:
        return None
    if rows.height != height:
        return None
    first, table.line = table.line, table.line + height
    return rows.with_columns(pl.int_range(first, first + height, dtype=pl.Int64, eager=True).alias("#line"))


def _row_by_row(lines: Iterator[str], table: Table, report: ImportReport) -> Iterator[pl.DataFrame]:
    watched = Watched(lines)
    reader = csv.reader(watched, delimiter=table.delimiter)
    start, width = table.line, len(table.columns)
    kept: list[list[str]] = []
    at: list[int] = []
    while (cells := _next(reader, start)) is not None:
        line, table.line = table.line, start + reader.line_num
        watched.size = 0
        if not cells:
            continue
        report.read += 1
        if len(cells) != width:
            words = ngettext(
                "has %(cells)d cell, the header %(columns)d", "has %(cells)d cells, the header %(columns)d", len(cells)
            )
            report.refuse(line, "", words % {"cells": len(cells), "columns": width})
            continue
        kept.append(cells)
        at.append(line)
        if len(kept) == CHUNK:
            yield frame_of(kept, at, table.columns)
            kept, at = [], []
    if kept:
        yield frame_of(kept, at, table.columns)


class Watched:
    """Lines on their way to the csv module, which joins them without end while a quotation mark stays open."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self.size = lines, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines, "")
        if not line and not self.size:
            raise StopIteration
        self.size += len(line)
        if not line or self.size > PATIENCE:
            raise EventsRefused(_("A quotation mark is opened and never closed."))
        return line


def _next(reader: Iterator[list[str]], start: int) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error:
        line = start + reader.line_num - 1  # type: ignore[attr-defined]  # a csv reader counts its lines
        raise EventsRefused(_("Line %(line)d cannot be read as CSV.") % {"line": line}) from None


def frame_of(rows: Sequence[Sequence[str]], lines: Sequence[int], columns: Sequence[str]) -> pl.DataFrame:
    """Return rows of cells as columns of text, with the `#line` of each."""
    by_column = zip(*rows, strict=True) if rows else ((),) * len(columns)
    texts = {name: pl.Series(name, cells, dtype=pl.String) for name, cells in zip(columns, by_column, strict=True)}
    return pl.DataFrame(texts).with_columns(pl.Series("#line", lines, dtype=pl.Int64))
