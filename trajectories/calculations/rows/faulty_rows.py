"""Which rows of an event log cannot be events, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from trajectories.calculations.faults import gettext_noop
from trajectories.calculations.rows.ends import ends_before_it_begins

#: Longest text of each field, as the table keeps it.
LONGEST = {"activity": 200, "team": 200, "priority": 40, "lifecycle": 60}
#: Columns of text that end up in the database, readable or hashed.
TEXTS = ("case", "person", "worker", "event", "activity", "team", "priority", "lifecycle", "attributes")


class Fault(NamedTuple):
    """Why a row was not taken. What stood there is not repeated: it may name someone."""

    line: int
    field: str
    reason: str
    #: What stands in the places of the reason.
    values: Mapping[str, object] = {}


def faults_of(typed: pl.DataFrame) -> list[Fault]:
    """Return every fault of every row of typed columns."""
    checks = [*_presence(), *_senses(), *_lengths()]
    found = typed.lazy().select(
        "line", *(one.is_met.fill_null(value=False).alias(str(n)) for n, one in enumerate(checks))
    )
    return list(_listed(found.collect(), checks))


class Check(NamedTuple):
    """What is wrong with a row where an expression is true."""

    field: str
    is_met: pl.Expr
    reason: str
    values: Mapping[str, object] = {}


def _presence() -> Iterator[Check]:
    """Yield what an event must have, and one that is withdrawn need not say again."""
    stays = ~pl.col("is_withdrawn").fill_null(value=False)
    yield Check("case", pl.col("case").is_null() & stays, gettext_noop("missing case"))
    yield Check("activity", pl.col("activity").is_null() & stays, gettext_noop("missing activity"))
    yield Check("at", pl.col("at").is_null() & pl.col("end").is_null() & stays, gettext_noop("missing time"))


def _senses() -> Iterator[Check]:
    """Yield what must make sense where it is there."""
    at, recorded, sequence = (pl.col(name).is_not_null() for name in ("at", "recorded", "sequence"))
    withdrawn, no_order = pl.col("is_withdrawn"), pl.col("order").is_null()
    yield Check("at", at & pl.col("wall").is_null(), gettext_noop("not a time such as 2024-12-31 08:00:00"))
    has_end = pl.col("end").is_not_null()
    no_time = gettext_noop("not a time such as 2024-12-31 08:00:00")
    yield Check("end", has_end & pl.col("end_wall").is_null(), no_time)
    yield Check("end", has_end & ends_before_it_begins(), gettext_noop("it ends before it begins"))
    yield Check("recorded", recorded & pl.col("recorded_at").is_null(), gettext_noop("not a time"))
    yield Check("withdrawn", withdrawn.is_null(), gettext_noop("neither yes nor no"))
    without_id = withdrawn & pl.col("event").is_null()
    yield Check("withdrawn", without_id, gettext_noop("withdrawn without the id of its event"))
    yield Check("order", sequence & no_order, gettext_noop("not a whole number"))
    yield Check("order", ~sequence & no_order, gettext_noop("missing order"))


def _lengths() -> Iterator[Check]:
    """Yield what texts cannot hold."""
    too_long, nul = gettext_noop("longer than %(most)d characters"), gettext_noop("holds a NUL character")
    yield from (
        Check(name, pl.col(name).str.len_chars() > most, too_long, {"most": most}) for name, most in LONGEST.items()
    )
    yield from (Check("row", pl.col(name).str.contains("\x00", literal=True), nul) for name in TEXTS)


def _listed(found: pl.DataFrame, checks: Sequence[Check]) -> Iterator[Fault]:
    for n, one in enumerate(checks):
        if found[str(n)].any():
            yield from (Fault(line, one.field, one.reason, one.values) for line in found.filter(pl.col(str(n)))["line"])
