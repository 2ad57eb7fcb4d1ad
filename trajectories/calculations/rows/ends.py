"""Rows that tell when something began and when it ended: two events, as XES has them."""

from __future__ import annotations

import polars as pl

#: Lifecycles of the two, in the words of XES.
START, COMPLETE = "start", "complete"


def with_ends(typed: pl.DataFrame) -> pl.DataFrame:
    """Return the start and the end of each typed row as events of their own; what has not ended has no end.

    With an id of the source, the end goes by that id and its own word, so that it is no correction of the start. A row
    that is withdrawn takes both back; one that has the one without the other says that there is no other (`is_void`),
    which corrects a row that had both.
    """
    has_id, is_kept = pl.col("event").is_not_null(), ~pl.col("is_withdrawn")
    has_start, has_end = pl.col("at").is_not_null(), pl.col("end").is_not_null()
    starts = typed.filter(has_start | ~has_end | has_id).with_columns(
        lifecycle=pl.lit(START), is_void=is_kept & ~has_start & has_end
    )
    ends = typed.filter(has_end | has_id).with_columns(
        lifecycle=pl.lit(COMPLETE),
        wall="end_wall",
        offset="end_offset",
        event=pl.col("event") + pl.lit(f" {COMPLETE}"),
        is_void=is_kept & ~has_end,
    )
    return pl.concat([starts, ends]).sort("line", maintain_order=True)


def ends_before_it_begins() -> pl.Expr:
    """Return whether the end of a typed row is before its beginning: by instants where both are told, else by clocks."""
    begun, ended = pl.col("wall"), pl.col("end_wall")
    instants = ended - pl.duration(seconds="end_offset") < begun - pl.duration(seconds="offset")
    are_instants = pl.col("offset").is_not_null() & pl.col("end_offset").is_not_null()
    return pl.when(are_instants).then(instants).otherwise(ended < begun)
