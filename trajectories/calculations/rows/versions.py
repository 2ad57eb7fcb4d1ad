"""Which version of an event is in force, when a source tells of the same event again or takes it back.

The later version wins. The source's own time of recording says which is later, and where it says nothing, the order of
arrival. A withdrawal stands against every version but one that was recorded after it. A void is a version that says that
there is no such event: with a time of recording it is kept as a withdrawal of that time, without one it stands until the
next version comes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

#: Stands for the line of the version that was in force before.
KEPT = -1


@dataclass(frozen=True)
class Settled:
    """What follows from rows that came for events with ids, and how they are counted."""

    #: The rows to keep, with `is_in_force`.
    rows: pl.DataFrame
    #: Ids whose version in force so far leaves force.
    ended: pl.Series
    #: (id, since when) of events that are newly withdrawn.
    withdrawals: list[tuple[str, dt.datetime]]
    #: Batches whose versions or withdrawals were met.
    rests_on: pl.Series
    new: int
    changed: int
    unchanged: int


def settle(rows: pl.DataFrame, *, kept: pl.DataFrame, withdrawn: pl.DataFrame, now: dt.datetime) -> Settled:
    """Settle the versions of events that rows bring, beside those in force and the withdrawals known (`queries.kept`).

    Rows have `event` (null: no id), `fingerprint`, `line`, `recorded_at` (null: not told), `is_withdrawn`, `is_sweeping`
    (the source takes back whatever it may have told, and this is one of the events that may be) and `is_void`.
    """
    arrival = pl.lit(now.astimezone(dt.UTC).replace(tzinfo=None)).cast(pl.Datetime("us"))
    plain = rows.filter(pl.col("event").is_null()).with_columns(is_in_force=pl.lit(value=True))
    keyed = rows.filter(pl.col("event").is_not_null()).with_columns(
        version=pl.coalesce("recorded_at", arrival), is_told=pl.col("recorded_at").is_not_null()
    )
    told = keyed.filter(~pl.col("is_withdrawn") & ~pl.col("is_void"))
    voids = keyed.filter(pl.col("is_void") & ~pl.col("is_told"))
    back = keyed.filter(pl.col("is_withdrawn") | (pl.col("is_void") & pl.col("is_told")))
    versions = told.unique("fingerprint", keep="first", maintain_order=True)
    gone = pl.concat([withdrawn.select("event", "version"), back.select("event", "version")])
    latest = _latest(versions, kept, voids, gone)
    won = versions.join(latest, on="event", how="left", maintain_order="left").with_columns(
        is_in_force=(pl.col("line") == pl.col("last")) & ~pl.col("is_gone")
    )
    fresh = _newly_withdrawn(back, withdrawn, latest)
    is_first = pl.col("event").is_first_distinct() & ~pl.col("event").is_in(kept["event"].implode())
    new, counted = plain.height + versions.filter(is_first).height, fresh.filter("is_counted")
    emptied = latest.filter("is_void").height + counted.filter("is_void").height
    taken_back = counted.filter(~pl.col("is_void")).height
    return Settled(
        rows=pl.concat([plain, won.select(plain.columns)]),
        ended=latest.join(kept, on="event", how="semi").filter(pl.col("is_gone") | (pl.col("last") != KEPT))["event"],
        withdrawals=[(event, at.replace(tzinfo=dt.UTC)) for event, at in fresh.select("event", "version").iter_rows()],
        rests_on=pl.concat([kept["batch"], withdrawn["batch"]]),
        new=new,
        changed=plain.height + versions.height - new + taken_back + emptied,
        unchanged=keyed.filter(~pl.col("is_void")).height - versions.height - taken_back,
    )


def _latest(versions: pl.DataFrame, kept: pl.DataFrame, voids: pl.DataFrame, withdrawn: pl.DataFrame) -> pl.DataFrame:
    """Return for each event the line of its `last` version, and if it `is_gone`: void, or withdrawn in spite of it.

    A version of which the source did not say when it recorded it never stands against a withdrawal: an event that comes
    after its own withdrawal comes late. Voids of events that nobody has told of say nothing.
    """
    columns = ["event", "version", "is_told", "line", "is_void"]
    known = kept.with_columns(line=pl.lit(KEPT, dtype=pl.Int64), is_void=pl.lit(value=False))
    told = pl.concat([known.select(columns), versions.select(columns)])
    every = pl.concat([told, voids.join(told, on="event", how="semi").select(columns)])
    last = every.sort("version", "line").group_by("event", maintain_order=True).last()
    gone = withdrawn.group_by("event").agg(withdrawn=pl.col("version").max())
    is_withdrawn = pl.col("withdrawn").is_not_null() & (~pl.col("is_told") | (pl.col("withdrawn") >= pl.col("version")))
    return last.join(gone, on="event", how="left").select(
        "event", "is_void", last="line", is_gone=pl.col("is_void") | is_withdrawn
    )


def _newly_withdrawn(back: pl.DataFrame, withdrawn: pl.DataFrame, latest: pl.DataFrame) -> pl.DataFrame:
    """Return `event, version` of the withdrawals that were not known; one without a time is known if it has no event.

    Of those that sweep over all that might have been told, only those that met an event are counted (`is_counted`), and
    of voids (`is_void`) only those that took one out of force.
    """
    asked = back.group_by("event").agg(
        pl.col("version").max(), pl.col("is_told").any(), pl.col("is_sweeping").all(), pl.col("is_void").all()
    )
    known = withdrawn.group_by("event").agg(known=pl.col("version").max())
    has_version = pl.col("event").is_in(latest["event"].implode())
    is_ended = pl.col("event").is_in(latest.filter("is_gone")["event"].implode())
    is_known = (pl.col("known") >= pl.col("version")) | (
        pl.col("known").is_not_null() & ~pl.col("is_told") & ~has_version
    )
    is_met = pl.when("is_void").then(is_ended).otherwise(has_version | ~pl.col("is_sweeping"))
    return (
        asked.join(known, on="event", how="left")
        .filter(~is_known.fill_null(value=False))
        .sort("event")
        .select("event", "version", "is_void", is_counted=is_met)
    )
