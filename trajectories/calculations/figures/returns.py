"""Ping-pong at every level: a case leaves a unit for another of its level, and comes straight back."""

from __future__ import annotations

import polars as pl

from trajectories.calculations.figures.placing import Place, above

#: Where a team stands that is no unit.
OUTSIDE = -1
STEPS: dict[str, type[pl.DataType]] = {"unit": pl.Int64, "period": pl.Int64, "step": pl.Int64}


def returned(runs: pl.DataFrame, place: Place) -> pl.DataFrame:
    """Return what goes straight back as `unit`, `period`, `step`, `ends_on`, `day`, that add up rightly at every level.

    `runs` has whole cases: `case`, `position`, `day`, and as placed `unit`, `period`, `ends_on`, `closes_on`. A team may
    see no return where its programme does, and the other way round: so a return counts 1 at the unit it comes back to
    and -1 at the one above, which counts its own. The sum over a unit and all below it is the number of returns to it.
    """
    ordered = runs.sort("case", "position").with_row_index("run")
    seats = ordered.drop_nulls("unit").unique(["unit", "period"]).select("unit", "period", "ends_on", "closes_on")
    numbered = seats.with_row_index("passage")
    chains = above(numbered, place).with_columns(depth=pl.col("distance").max().over("passage") - pl.col("distance"))
    found = chains.join(numbered.select("passage", "unit", "period"), on="passage").select(
        "unit", "period", "ancestor", "depth"
    )
    levels = range(int(str(found["depth"].max())) + 1) if found.height else range(0)
    hits = [_at_level(ordered, found, level) for level in levels]
    counted = ("period", "ends_on", "day")
    steps = [hit.select(*counted, unit="here", step=pl.lit(1, pl.Int64)) for hit in hits]
    steps += [hit.drop_nulls("above").select(*counted, unit="above", step=pl.lit(-1, pl.Int64)) for hit in hits]
    return pl.concat([part.select(*STEPS, "ends_on", "day") for part in steps]) if steps else _none(ordered)


def _at_level(ordered: pl.DataFrame, chains: pl.DataFrame, level: int) -> pl.DataFrame:
    """Return the runs by which a case comes straight back to a unit of a level: the unit (`here`) and the one `above`."""
    ours = chains.filter(pl.col("depth") == level).select("unit", "period", here="ancestor")
    over = chains.filter(pl.col("depth") == level - 1).select("unit", "period", above="ancestor")
    key = ["unit", "period"]
    # Who stands higher than the level stands there itself: it is another than any unit of the level.
    stands = pl.coalesce("here", "unit", pl.lit(OUTSIDE))
    return (
        ordered.join(ours, on=key, how="left", maintain_order="left")
        .join(over, on=key, how="left", maintain_order="left")
        .with_columns(stands=stands)
        .with_columns(before=pl.col("stands").shift(1).over("case"))
        .filter(pl.col("before").is_null() | (pl.col("stands") != pl.col("before")))
        .with_columns(before_that=pl.col("stands").shift(2).over("case"))
        .filter(pl.col("stands") == pl.col("before_that"))
        .drop_nulls("here")
    )


def _none(ordered: pl.DataFrame) -> pl.DataFrame:
    return ordered.clear().select("unit", "period", "ends_on", "day", step=pl.lit(1, pl.Int64))
