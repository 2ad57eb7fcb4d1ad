"""Where and when contributions stand: at which unit, in which period, on which of a period's last days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

PERIODS: dict[str, type[pl.DataType]] = {"period": pl.Int64, "starts_on": pl.Date, "ends_on": pl.Date}
AT_ENDS: dict[str, type[pl.DataType]] = {"unit": pl.Int64, "period": pl.Int64, "days": pl.Int64, "cases": pl.Int64}


@dataclass(frozen=True)
class Place:
    """Where and when cells can be.

    units      team (the unit's code), unit (its id), opens_on, closes_on (null: still open)
    periods    period (its id), starts_on, ends_on, in order and without gaps
    ancestors  unit, ancestor, distance, valid_from, valid_to (null: still valid); every unit is its own at distance 0
    """

    units: pl.DataFrame
    periods: pl.DataFrame
    ancestors: pl.DataFrame


def located(rows: pl.DataFrame, place: Place) -> pl.DataFrame:
    """Add `unit`, `opens_on`, `closes_on`; null where the team is no unit."""
    return rows.join(place.units, on="team", how="left")


def dated(rows: pl.DataFrame, place: Place) -> pl.DataFrame:
    """Add the `period` of `day` and its days; `unit` is null where it is not open in that period, or there is none."""
    found = rows.sort("day").join_asof(
        place.periods, left_on="day", right_on="starts_on", strategy="backward", coalesce=False
    )
    is_inside = (pl.col("day") <= pl.col("ends_on")) & is_open()
    return found.with_columns(unit=pl.when(is_inside).then("unit"))


def is_open() -> pl.Expr:
    """Return whether a unit is open on any day of a period."""
    return (pl.col("opens_on") <= pl.col("ends_on")) & (
        pl.col("closes_on").is_null() | (pl.col("closes_on") >= pl.col("starts_on"))
    )


def begun(periods: pl.DataFrame, horizon: dt.date | None) -> pl.DataFrame:
    """Return the periods begun by the horizon (the last day of which the log tells) with `end`: their last day told of."""
    if horizon is None:
        return periods.clear().with_columns(end=pl.col("ends_on"))
    return periods.filter(pl.col("starts_on") <= horizon).with_columns(
        end=pl.min_horizontal("ends_on", pl.lit(horizon))
    )


def at_ends(stays: pl.DataFrame, periods: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Return `unit`, `period`, `days`, `cases`: what goes on at the end of each period, by days since it began.

    `stays` has `unit`, `day`, `until` (exclusive; null: still going on) and `cases`, which may be negative; `periods`
    has `end` and no gaps.
    """
    if not periods.height or not stays.height:
        return pl.DataFrame(schema=AT_ENDS)
    reached = _reaching(stays, periods, units).select(
        "unit", "cases", pl.col("day").to_physical(), place=pl.int_ranges("first", "after", dtype=pl.Int32)
    )
    ends = periods["end"].to_physical()
    counted = (
        reached.lazy()
        .explode("place")
        .with_columns(days=pl.lit(ends).gather(pl.col("place")) - pl.col("day"))
        .group_by("unit", "place", "days")
        .agg(pl.col("cases").sum())
        .filter(pl.col("cases") != 0)
        .collect()
    )
    return counted.select(
        "unit", periods["period"].gather(counted["place"]).alias("period"), pl.col("days").cast(pl.Int64), "cases"
    )


def _reaching(stays: pl.DataFrame, periods: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Return the stays that reach the end of one of the periods in which their unit is open.

    `first` is the place of the first such period, `after` the one after the last.
    """
    ends, starts = periods["end"], periods["starts_on"]
    last = ends[-1]
    opened = units.select(
        "unit",
        opens=periods["ends_on"].search_sorted(units["opens_on"], side="left").cast(pl.Int64),
        closes=pl.when(pl.col("closes_on").is_null())
        .then(len(ends))
        .otherwise(starts.search_sorted(units["closes_on"].fill_null(last), side="right").cast(pl.Int64)),
    )
    return (
        stays.with_columns(
            first=ends.search_sorted(stays["day"], side="left").cast(pl.Int64),
            after=pl.when(pl.col("until").is_null())
            .then(len(ends))
            .otherwise(ends.search_sorted(stays["until"].fill_null(last), side="left").cast(pl.Int64)),
        )
        .join(opened, on="unit")
        .with_columns(
            pl.max_horizontal("first", "opens").alias("first"), pl.min_horizontal("after", "closes").alias("after")
        )
        .filter(pl.col("after") > pl.col("first"))
    )


def crossings(passages: pl.DataFrame, place: Place) -> pl.DataFrame:
    """Return hand-offs as `unit`, `period`, `step` that add up rightly at every level.

    Into b from a counts 1 at b, and -1 at the lowest unit that stands above both: from there up the case has not
    changed hands. So the sum over a unit and all below it is the number of hand-offs into it from outside.
    """
    came = passages.with_row_index("passage")
    left = place.units.select(before="team", left="unit", left_closes="closes_on")
    both = came.join(left, on="before", how="left")
    # The same two teams in the same period meet at the same unit: looked up once.
    pairs = both.drop_nulls("left").unique(["unit", "left", "period"])
    ours = above(pairs.select("passage", "ends_on", "closes_on", "unit"), place)
    others = above(pairs.select("passage", "ends_on", closes_on="left_closes", unit="left"), place)
    meeting = (
        ours.join(others.select("passage", "ancestor"), on=["passage", "ancestor"])
        .sort("distance")
        .group_by("passage", maintain_order=True)
        .agg(common=pl.col("ancestor").first())
        .join(pairs.select("passage", "unit", "left", "period"), on="passage")
        .drop("passage")
    )
    common = both.join(meeting, on=["unit", "left", "period"])
    return pl.concat(
        [
            came.select("unit", "period", step=pl.lit(1, pl.Int64)),
            common.select("period", unit="common", step=pl.lit(-1, pl.Int64)).select("unit", "period", "step"),
        ]
    )


def above(rows: pl.DataFrame, place: Place) -> pl.DataFrame:
    """Return `passage`, `ancestor`, `distance` in the tree of the period's last day, or of the unit's own last day."""
    day = pl.min_horizontal("ends_on", "closes_on")
    return (
        rows.with_columns(on=day)
        .join(place.ancestors, on="unit")
        .filter(
            pl.col("valid_from") <= pl.col("on"), pl.col("valid_to").is_null() | (pl.col("valid_to") >= pl.col("on"))
        )
        .select("passage", "ancestor", "distance")
    )
