"""Of units that count: from which period to which they have a cell, be it of zero.

A unit that has once had a case tells of every period from there to the horizon, while it is open: "none" is a figure.
A spell frame has one row a unit, with `first` and `last`: places in the order of periods.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from trajectories.calculations.figures.cells import KEY
from trajectories.calculations.figures.placing import Place

SPELLS: dict[str, type[pl.DataType]] = {"unit": pl.Int64, "first": pl.Int64, "last": pl.Int64}


def placed(rows: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """Add `place` in the order of periods to rows with `period`."""
    order = periods.select("period", place=pl.int_range(pl.len(), dtype=pl.Int64))
    return rows.join(order, on="period", how="inner")


def firsts(rows: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """Return `unit`, `first`: the place of each unit's first cell."""
    return placed(rows, periods).group_by("unit").agg(first=pl.col("place").min())


def spells(first: pl.DataFrame, place: Place, horizon: dt.date | None) -> pl.DataFrame:
    """Return the spell of each unit that has begun: until the horizon, or until it closed."""
    if horizon is None:
        return pl.DataFrame(schema=SPELLS)
    starts = place.periods["starts_on"]
    until = place.units.select("unit", on=pl.min_horizontal(pl.col("closes_on").fill_null(horizon), pl.lit(horizon)))
    last = until.with_columns(last=starts.search_sorted(until["on"], side="right").cast(pl.Int64) - 1)
    found = first.join(last.select("unit", "last"), on="unit")
    return found.select(*SPELLS).filter(pl.col("first") <= pl.col("last"))


def gained(now: pl.DataFrame, before: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """Return `unit`, `period` of the places that spells have now and had not before."""
    both = now.join(before.rename({"first": "was", "last": "had"}), on="unit", how="left").with_columns(
        pl.col("was").fill_null(pl.col("last") + 1), pl.col("had").fill_null(pl.col("first") - 1)
    )
    earlier = both.select("unit", a="first", b=pl.min_horizontal("last", pl.col("was") - 1))
    # A unit that had none has all of its places in the first piece.
    later = both.filter(pl.col("was") <= pl.col("had")).select(
        "unit", a=pl.max_horizontal("first", pl.col("had") + 1), b="last"
    )
    order = periods.select("period", place=pl.int_range(pl.len(), dtype=pl.Int64))
    return (
        pl.concat([earlier, later])
        .filter(pl.col("a") <= pl.col("b"))
        .select("unit", place=pl.int_ranges("a", pl.col("b") + 1))
        .explode("place")
        .unique()
        .join(order, on="place")
        .select(*KEY)
    )
