"""From rows of text to typed events, and from rows that cannot be typed to reasons."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import polars as pl

from trajectories.calculations.mapping import Mapping
from trajectories.calculations.occurrences import Occurrences
from trajectories.calculations.timestamps import read_times

#: Between the columns of a fingerprint, and in place of an absent one.
BETWEEN, ABSENT = "\x1f", "\x1e"
#: Longest text of each field, as the table keeps it.
LONGEST = {"activity": 200, "team": 200, "priority": 40, "lifecycle": 60}
#: What the fingerprint of an event is taken over; the order too where the source declares one.
IDENTITY = ("case", "activity", "wall", "offset", "team", "worker", "person", "priority", "lifecycle", "attributes")


class Fault(NamedTuple):
    """Why a row was not taken. What stood there is not repeated: it may name someone."""

    line: int
    field: str
    reason: str


@dataclass
class Typing:
    """How the rows of one source become events, and what it has seen of them so far."""

    mapping: Mapping
    zone: str
    #: (texts, domain) -> pseudonyms
    hide: Callable[[pl.Series, str], pl.Series]
    occurrences: Occurrences = field(default_factory=Occurrences)

    def events(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
        """Return the typed events of rows of text (with `#line`), each with its `fingerprint`, and the faults."""
        typed = self._fields(rows)
        faults = list(_faults(typed))
        sound = typed.filter(~pl.col("line").is_in([fault.line for fault in faults])) if faults else typed
        hidden = sound.with_columns(
            self.hide(sound[domain], domain).alias(domain) for domain in ("case", "person", "worker")
        )
        return self._fingerprinted(hidden), faults

    def _fields(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return one column a field, absent where the source has none."""
        texts = {column: pl.col(column).replace("", None) for column in rows.columns if column != "#line"}

        def text(name: str) -> pl.Expr:
            return texts.get(self.mapping.get(name, ""), pl.lit(None, dtype=pl.String))

        typed = rows.select(
            line=pl.col("#line"),
            **{name: text(name) for name in ("case", "person", "worker", "activity", "priority", "lifecycle", "at")},
            team=text("unit"),
            sequence=text("order"),
            order=text("order").cast(pl.Int64, strict=False) if "order" in self.mapping else pl.col("#line"),
            attributes=_attributes(sorted(set(texts) - set(self.mapping.values()))),
        )
        return typed.hstack(read_times(typed["at"], self.zone))

    def _fingerprinted(self, events: pl.DataFrame) -> pl.DataFrame:
        """Add `fingerprint`: SHA-256 (first 16 bytes) over what identifies the row and how often it came before."""
        identity = [*IDENTITY, *(["order"] if "order" in self.mapping else [])]
        whole = events.select(
            pl.concat_str([pl.col(name).cast(pl.String).fill_null(ABSENT) for name in identity], separator=BETWEEN)
        ).to_series()
        digests = [hashlib.sha256(text.encode()).digest()[:16] for text in whole]
        numbers = self.occurrences.number(np.frombuffer(b"".join(digests), dtype=np.uint64)[::2])
        for place in np.flatnonzero(numbers):
            digests[place] = hashlib.sha256(digests[place] + int(numbers[place]).to_bytes(8)).digest()[:16]
        return events.with_columns(fingerprint=pl.Series([digest.hex() for digest in digests], dtype=pl.String))


def _attributes(columns: list[str]) -> pl.Expr:
    """Return the further columns of a row as a JSON object of texts; absent ones are left out, none at all is null."""
    if not columns:
        return pl.lit(None, dtype=pl.String)
    pairs = [pl.lit(f"{_quoted_text(name)}:") + _quoted(pl.col(name).replace("", None)) for name in columns]
    inside = pl.concat_str(pairs, separator=",", ignore_nulls=True)
    return pl.when(pl.any_horizontal(pl.col(name).replace("", None).is_not_null() for name in columns)).then(
        pl.lit("{") + inside + pl.lit("}")
    )


def _quoted(text: pl.Expr) -> pl.Expr:
    """Return a text as JSON writes it; control characters, which no log means, become spaces."""
    escaped = text.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    return pl.lit('"') + escaped.str.replace_all(r"[\x01-\x1f]", " ") + pl.lit('"')


def _quoted_text(text: str) -> str:
    return str(pl.select(_quoted(pl.lit(text))).item())


def _faults(typed: pl.DataFrame) -> Iterable[Fault]:
    """Yield every fault of every row."""
    every = pl.concat_str([pl.col(name) for name in typed.columns if typed[name].dtype == pl.String], ignore_nulls=True)
    checks = [
        ("case", pl.col("case").is_null(), "missing case"),
        ("activity", pl.col("activity").is_null(), "missing activity"),
        ("at", pl.col("at").is_null(), "missing time"),
        ("at", pl.col("at").is_not_null() & pl.col("wall").is_null(), "not a time such as 2024-12-31 08:00:00"),
        ("order", pl.col("sequence").is_not_null() & pl.col("order").is_null(), "not a whole number"),
        ("order", pl.col("sequence").is_null() & pl.col("order").is_null(), "missing order"),
        ("row", every.str.contains("\x00", literal=True), "holds a NUL character"),
        *(
            (name, pl.col(name).str.len_chars() > most, f"longer than {most} characters")
            for name, most in LONGEST.items()
        ),
    ]
    found = typed.select(
        "line", *(check.fill_null(value=False).alias(str(n)) for n, (_, check, _) in enumerate(checks))
    )
    for n, (name, _, reason) in enumerate(checks):
        for line in found.filter(pl.col(str(n)))["line"] if found[str(n)].any() else ():
            yield Fault(line, name, reason)
