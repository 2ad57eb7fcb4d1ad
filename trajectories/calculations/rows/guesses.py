"""Guess from the first rows of a table in which way it is written."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence

import polars as pl

from trajectories.calculations.rows.timestamps import DateOrder, read_times

DELIMITERS = ",;\t|"
#: Words by which systems write that there is nothing; but some of them are real cases, so a person decides.
NULL_WORDS = frozenset({"NULL", "null", "None", "N/A", "n/a", "NA", "#N/A", "NaN", "nan", "\\N", "-"})
#: Share of times that an order of dates must be able to read, to be taken for that of the source.
MOST = 0.9


def delimiter_of(lines: Sequence[str]) -> str:
    """Return what parts the cells: with which most lines have as many cells as the first, and that has most."""
    return max(DELIMITERS, key=lambda one: _fit(lines, one))


def _fit(lines: Sequence[str], delimiter: str) -> tuple[bool, float, int]:
    try:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells]
    except csv.Error:
        return False, 0.0, 0
    if not widths:
        return False, 0.0, 0
    return widths[0] > 1, sum(width == widths[0] for width in widths) / len(widths), widths[0]


def orders_of(texts: Sequence[str], *, has_dates: bool = False) -> list[DateOrder]:
    """Return the orders of year, month and day in which nearly all times can be read; more than one leaves a doubt.

    In a spreadsheet, which `has_dates`, those in ISO 8601 are cells that are dates, and say nothing of those that are text.
    """
    times = pl.Series("text", [text for text in texts if text.strip()], dtype=pl.String)
    told = times.filter(read_times(times, "UTC")["wall"].is_null())
    if told.is_empty() or (told.len() < times.len() and not has_dates):
        return [DateOrder.ISO]
    others = (DateOrder.YMD, DateOrder.DMY, DateOrder.MDY)
    sound = {order: _read(told, order) for order in others}
    best = max(sound.values())
    return [order for order in others if sound[order] == best and best >= MOST * len(told)] or [DateOrder.ISO]


def _read(texts: pl.Series, order: DateOrder) -> int:
    return int(read_times(texts, "UTC", order)["wall"].is_not_null().sum())


def null_words(rows: Sequence[Sequence[str]], columns: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return for each column the words in it that may stand for nothing, and how often."""
    found = {
        name: Counter(row[place] for row in rows if place < len(row) and row[place] in NULL_WORDS)
        for place, name in enumerate(columns)
    }
    return {name: dict(words) for name, words in found.items() if words}
