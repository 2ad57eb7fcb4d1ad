"""Rows of text on their way to being events, so many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from trajectories.calculations.faults import gettext_noop
from trajectories.calculations.refusals import EventsRefused

#: Rows typed, hashed and copied at a time: large enough for columns to pay, small enough for any memory.
CHUNK = 100_000
#: Characters of a chunk, and of one text: more is no event log but something made, or broken, to fill the memory.
MOST_CHARACTERS = 64_000_000
LONGEST_TEXT = 10_000
#: Columns of a source.
MOST_COLUMNS = 1_000

Row = Mapping[str, str]


def chunk_of(rows: Sequence[Row], *, lines: Sequence[int], columns: Iterable[str]) -> pl.DataFrame:
    """Return rows as a frame of text with `#line`; `columns` are there in any case. Raises `EventsRefused`."""
    names = dict.fromkeys(columns) | dict.fromkeys(name for row in rows for name in row if name != "#line")
    if len(names) > MOST_COLUMNS:
        raise EventsRefused(gettext_noop("The source has more than %(most)d columns."), most=MOST_COLUMNS)
    texts = {name: pl.Series(name, [row.get(name) for row in rows], dtype=pl.String) for name in names}
    return pl.DataFrame(texts).with_columns(pl.Series("#line", lines, dtype=pl.Int64))


def chunks_of(rows: Iterable[tuple[int, Row]], *, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Yield numbered rows in chunks, at least one; no chunk is larger than a memory. Raises `EventsRefused`."""
    kept: list[Row] = []
    lines: list[int] = []
    weight, is_first = 0, True
    for line, row in rows:
        kept.append(row)
        lines.append(line)
        weight += sum(map(len, row.values()))
        if len(kept) >= CHUNK or weight > MOST_CHARACTERS:
            yield chunk_of(kept, lines=lines, columns=columns)
            kept, lines, weight, is_first = [], [], 0, False
    if kept or is_first:
        yield chunk_of(kept, lines=lines, columns=columns)
