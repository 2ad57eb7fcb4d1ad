"""Which rows of an event log cannot be events, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

#: Longest text of each field, as the table keeps it.
LONGEST = {"activity": 200, "team": 200, "priority": 40, "lifecycle": 60}
#: Columns of text that end up in the database, readable or hashed.
TEXTS = ("case", "person", "worker", "event", "activity", "team", "priority", "lifecycle", "attributes")


class Fault(NamedTuple):
    """Why a row was not taken. What stood there is not repeated: it may name someone."""

    line: int
    field: str
    reason: str


def faults_of(typed: pl.DataFrame) -> list[Fault]:
    """Return every fault of every row of typed columns."""
    checks = [
        *_presence(),
        ("at", pl.col("at").is_not_null() & pl.col("wall").is_null(), "not a time such as 2024-12-31 08:00:00"),
        ("recorded", pl.col("recorded").is_not_null() & pl.col("recorded_at").is_null(), "not a time"),
        ("withdrawn", pl.col("is_withdrawn").is_null(), "neither yes nor no"),
        ("withdrawn", pl.col("is_withdrawn") & pl.col("event").is_null(), "withdrawn without the id of its event"),
        ("order", pl.col("sequence").is_not_null() & pl.col("order").is_null(), "not a whole number"),
        ("order", pl.col("sequence").is_null() & pl.col("order").is_null(), "missing order"),
        *(
            (name, pl.col(name).str.len_chars() > most, f"longer than {most} characters")
            for name, most in LONGEST.items()
        ),
        *(("row", pl.col(name).str.contains("\x00", literal=True), "holds a NUL character") for name in TEXTS),
    ]
    found = typed.lazy().select(
        "line", *(check.fill_null(value=False).alias(str(n)) for n, (_, check, _) in enumerate(checks))
    )
    return list(_listed(found.collect(), [(name, reason) for name, _, reason in checks]))


def _presence() -> Iterator[tuple[str, pl.Expr, str]]:
    """Yield what an event must have, and one that is withdrawn need not say again."""
    stays = ~pl.col("is_withdrawn").fill_null(value=False)
    yield "case", pl.col("case").is_null() & stays, "missing case"
    yield "activity", pl.col("activity").is_null() & stays, "missing activity"
    yield "at", pl.col("at").is_null() & stays, "missing time"


def _listed(found: pl.DataFrame, names: list[tuple[str, str]]) -> Iterator[Fault]:
    for n, (name, reason) in enumerate(names):
        if found[str(n)].any():
            yield from (Fault(line, name, reason) for line in found.filter(pl.col(str(n)))["line"])
