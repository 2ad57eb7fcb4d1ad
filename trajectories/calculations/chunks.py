"""Rows of text on their way to being events, so many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

#: Rows typed, hashed and copied at a time: large enough for columns to pay, small enough for any memory.
CHUNK = 100_000


def chunk_of(rows: Sequence[Mapping[str, str]], *, first: int, columns: Iterable[str]) -> pl.DataFrame:
    """Return rows as a frame of text with `#line` counted from `first`; `columns` are there in any case."""
    names = dict.fromkeys(columns) | dict.fromkeys(name for row in rows for name in row if name != "#line")
    texts = {name: pl.Series(name, [row.get(name) for row in rows], dtype=pl.String) for name in names}
    return pl.DataFrame(texts).with_columns(pl.int_range(first, first + len(rows), eager=True).alias("#line"))
