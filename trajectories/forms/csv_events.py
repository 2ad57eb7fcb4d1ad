"""Read event logs from CSV in chunks of text; nothing is typed here, so that a case named "NA" stays one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import polars as pl
from django.utils.translation import gettext as _

from core.imports import ImportReport
from core.tables import open_text
from trajectories.calculations.chunks import CHUNK
from trajectories.calculations.refusals import EventsRefused

#: A longer line is no event: it is a binary file, or one made to fill the memory.
LONGEST_LINE = 1_000_000


def read_csv_events(path: Path, report: ImportReport) -> Iterator[pl.DataFrame]:
    """Yield chunks with the columns of the file, as text, and `#line`; rows of the wrong length are refused.

    The first chunk may be empty of rows, so that its columns are known in any case. Raises `UnreadableFile` and
    `EventsRefused`.
    """
    with open_text(path) as text:
        lines = _lines(text)
        header = next(lines, "")
        delimiter = max(",;\t", key=header.count)
        columns = next(csv.reader([header], delimiter=delimiter), [])
        _check(columns)
        csv.field_size_limit(LONGEST_LINE)
        yield from _chunks(csv.reader(lines, delimiter=delimiter), columns, report)


def _lines(text: TextIO) -> Iterator[str]:
    """Yield lines no longer than a line may be."""
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            raise EventsRefused(_("Line %(line)d is too long to be an event.") % {"line": number})
        yield line


def _check(columns: list[str]) -> None:
    if not any(columns):
        raise EventsRefused(_("The file has no header."))
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice or "#line" in columns:
        raise EventsRefused(
            _("Columns must have names of their own: %(names)s.") % {"names": ", ".join(twice or ["#line"])}
        )


def _chunks(reader: Iterator[list[str]], columns: list[str], report: ImportReport) -> Iterator[pl.DataFrame]:
    kept: list[list[str]] = []
    lines: list[int] = []
    is_first, width, before = True, len(columns), 1
    for cells in reader:
        line, before = before + 1, 1 + reader.line_num  # type: ignore[attr-defined]  # a csv reader counts its lines
        if not cells:
            continue
        report.read += 1
        if len(cells) != width:
            report.refuse(
                line, "", _("has %(cells)d cells, the header %(columns)d") % {"cells": len(cells), "columns": width}
            )
            continue
        kept.append(cells)
        lines.append(line)
        if len(kept) == CHUNK:
            yield _chunk(kept, lines, columns)
            kept, lines, is_first = [], [], False
    if kept or is_first:
        yield _chunk(kept, lines, columns)


def _chunk(rows: list[list[str]], lines: list[int], columns: list[str]) -> pl.DataFrame:
    by_column = zip(*rows, strict=True) if rows else ((),) * len(columns)
    texts = {name: pl.Series(name, cells, dtype=pl.String) for name, cells in zip(columns, by_column, strict=True)}
    return pl.DataFrame(texts).with_columns(pl.Series("#line", lines, dtype=pl.Int64))
