"""Read events that a program sends as a list of objects, or line by line (NDJSON)."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import polars as pl

from core.imports import ImportReport
from trajectories.calculations.chunks import CHUNK, chunk_of


class NotTaken(NamedTuple):
    """Stands in a list of events for one that its reader has refused already: the field, and why."""

    field: str
    reason: str


def read_listed_events(rows: Iterable[object], report: ImportReport) -> Iterator[pl.DataFrame]:
    """Yield chunks of text from objects with the fields of an event; further fields, and `attributes`, are kept too.

    A row that is no object, or `NotTaken`, is refused by its place in the list, from 1.
    """
    numbered = enumerate(rows, 1)
    is_first = True
    while (taken := list(itertools.islice(numbered, CHUNK))) or is_first:
        is_first = False
        report.read += len(taken)
        sound = []
        for number, row in taken:
            if isinstance(row, Mapping):
                sound.append((number, _texts(row)))
            elif isinstance(row, NotTaken):
                report.refuse(number, row.field, row.reason)
            else:
                report.refuse(number, "", "is not an object")
        chunk = chunk_of([row for _, row in sound], first=1, columns=("case", "activity", "at"))
        yield chunk.with_columns(pl.Series("#line", [number for number, _ in sound], dtype=pl.Int64))


def _texts(row: Mapping[str, object]) -> dict[str, str]:
    """Return an object's fields as texts; those of `attributes` beside the others, absent ones left out."""
    further = row.get("attributes")
    flat = {**(further if isinstance(further, Mapping) else {}), **{k: v for k, v in row.items() if k != "attributes"}}
    return {str(name): _text(value) for name, value in flat.items() if value is not None}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
