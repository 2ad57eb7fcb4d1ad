"""Read events that a program sends as a list of objects, or line by line (NDJSON)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from core.imports import ImportReport
from core.sentences import gettext as _
from core.sentences import sentence
from trajectories.calculations.rows.chunks import chunks_of
from trajectories.calculations.rows.listed_rows import FIELDS, NotTaken, texts_of


def read_listed_events(
    rows: Iterable[object], report: ImportReport, *, columns: tuple[str, ...] = ("case", "activity", "at")
) -> Iterator[pl.DataFrame]:
    """Yield chunks of text from objects with the fields of an event; further fields, and `attributes`, are kept too.

    A row that is no object, or `NotTaken`, is refused by its place in the list, from 1.
    """
    yield from chunks_of(_sound(rows, report), columns=columns)


def read_named_events(rows: Iterable[object], report: ImportReport) -> Iterator[pl.DataFrame]:
    """Yield the same from objects that all have every field under its own name."""
    yield from read_listed_events(rows, report, columns=FIELDS)


def _sound(rows: Iterable[object], report: ImportReport) -> Iterator[tuple[int, dict[str, str]]]:
    for number, row in enumerate(rows, 1):
        report.read += 1
        taken = texts_of(row) if isinstance(row, Mapping) else row
        if isinstance(taken, dict):
            yield number, taken
        elif isinstance(taken, NotTaken):
            report.refuse(number, taken.field, sentence(taken.reason, taken.values))
        else:
            report.refuse(number, "", _("is not an object"))
