"""What tells that a row of a source is one that was read before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import polars as pl

from trajectories.calculations.rows.occurrences import Occurrences

#: Between the columns of a fingerprint, and in place of an absent one.
BETWEEN, ABSENT = "\x1f", "\x1e"
#: What the fingerprint of an event is taken over; the order too where the source declares one.
IDENTITY = ("case", "activity", "wall", "offset", "team", "worker", "person", "priority", "lifecycle", "attributes")


def fingerprints(events: pl.DataFrame, further: Sequence[str], occurrences: Occurrences) -> pl.Series:
    """Return SHA-256 (first 16 bytes, hexadecimal) over what identifies each row.

    Rows without an id of the source that are the same in all columns are told apart by how often they came before;
    those with an id are one event, however often they come.
    """
    told = [pl.col(name).cast(pl.String).fill_null(ABSENT) for name in [*IDENTITY, *further]]
    of_id = pl.concat_str(
        pl.lit(BETWEEN), "event", pl.lit(BETWEEN), pl.col("recorded_at").cast(pl.String).fill_null("")
    )
    whole = events.select(pl.concat_str(*told, separator=BETWEEN) + of_id.fill_null("")).to_series()
    digests = [hashlib.sha256(text.encode()).digest()[:16] for text in whole]
    plain = np.flatnonzero(events["event"].is_null().to_numpy())
    hashes = np.frombuffer(b"".join(digests), dtype=np.uint64)[::2]
    numbers = occurrences.number(hashes[plain])
    for place in np.flatnonzero(numbers):
        at = plain[place]
        digests[at] = hashlib.sha256(digests[at] + int(numbers[place]).to_bytes(8)).digest()[:16]
    return pl.Series("fingerprint", [digest.hex() for digest in digests], dtype=pl.String)
