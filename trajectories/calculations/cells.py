"""Add contributions up into cells: the parts of one unit in one period.

A cell frame has one row a unit and period, both by id, with `numerator`, `denominator`, `days`, `cases` (null where the
kind has no such part).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from trajectories.calculations.contributions import Contributions

#: Rows of the day grid of a waiting list that are made at a time; about 200 MB.
GRID_ROWS = 5_000_000
#: Kinds whose absence of cases is a figure: nobody waits, nobody came.
WITH_ZEROS = frozenset({"count", "stock"})


@dataclass(frozen=True)
class Place:
    """Where and when cells can be.

    units      team (the unit's code), unit (its id), opens_on, closes_on (null: still open)
    periods    period (its id), starts_on, ends_on, in order and without gaps
    ancestors  unit, ancestor, distance, valid_from, valid_to (null: still valid); every unit is its own at distance 0
    horizon    the last day of which the log tells anything
    """

    units: pl.DataFrame
    periods: pl.DataFrame
    ancestors: pl.DataFrame
    horizon: dt.date


@dataclass(frozen=True)
class Added:
    """Cells, and what stands in none: how many contributions, and of which teams."""

    cells: pl.DataFrame
    left_out: int
    teams: frozenset[str]


def add_up(contributed: Contributions, kind: str, place: Place) -> Added:
    """Return the cells of a measure for an indicator of a kind."""
    parts, strange = [], []
    for rows, summed in (
        (contributed.flows, _sums),
        (contributed.lengths, _histograms),
        (contributed.passages, lambda placed: _crossings(placed, place)),
    ):
        if rows is not None:
            dated = _dated(_located(rows, place), place)
            strange.append(dated.filter(pl.col("unit").is_null()).select("team"))
            parts.append(summed(dated.drop_nulls("unit")))
    if contributed.stays is not None:
        located = _located(contributed.stays, place)
        strange.append(located.filter(pl.col("unit").is_null()).select("team"))
        parts.append(_ends(located.drop_nulls("unit"), contributed, kind, place))
    cells = _merged(parts)
    if kind in WITH_ZEROS:
        cells = _with_zeros(cells, place, has_days=contributed.stays is not None)
    nowhere = pl.concat(strange)["team"]
    return Added(cells, nowhere.len(), frozenset(nowhere.drop_nulls().unique()))


def _located(rows: pl.DataFrame, place: Place) -> pl.DataFrame:
    """Add `unit`, `opens_on`, `closes_on`; null where the team is no unit."""
    return rows.join(place.units, on="team", how="left", maintain_order="left")


def _dated(rows: pl.DataFrame, place: Place) -> pl.DataFrame:
    """Add the `period` of `day` and its days; `unit` is null where it is not open in that period, or there is none."""
    dated = rows.sort("day").join_asof(
        place.periods, left_on="day", right_on="starts_on", strategy="backward", coalesce=False
    )
    is_open = (pl.col("day") <= pl.col("ends_on")) & _open()
    return dated.with_columns(unit=pl.when(is_open).then("unit"))


def _open() -> pl.Expr:
    """Return whether a unit is open on any day of a period."""
    return (pl.col("opens_on") <= pl.col("ends_on")) & (
        pl.col("closes_on").is_null() | (pl.col("closes_on") >= pl.col("starts_on"))
    )


def _sums(rows: pl.DataFrame) -> pl.DataFrame:
    sums = [pl.col(part).sum() if rows[part].count() else pl.col(part).first() for part in ("numerator", "denominator")]
    return _cells(rows.group_by("unit", "period").agg(sums))


def _histograms(rows: pl.DataFrame) -> pl.DataFrame:
    counted = rows.group_by("unit", "period", days="value").agg(cases=pl.len().cast(pl.Int64))
    return _cells(_listed(counted))


def _listed(counted: pl.DataFrame) -> pl.DataFrame:
    """Return the histogram of each cell as two lists, days ascending."""
    return counted.sort("days").group_by("unit", "period", maintain_order=True).agg("days", "cases")


def _ends(stays: pl.DataFrame, contributed: Contributions, kind: str, place: Place) -> pl.DataFrame:
    """Return what is going on at the end of each period (of the open one: at the horizon), by days since it began."""
    counted = _grid(stays, place)
    n = pl.col("cases")
    late = n.filter(pl.col("days") > contributed.over).sum() if contributed.over is not None else pl.lit(0)
    by_cell = counted.group_by("unit", "period")
    if kind == "ratio" and contributed.late_in_denominator:
        return _cells(by_cell.agg(numerator=pl.lit(0.0), denominator=late.cast(pl.Float64)))
    if kind == "ratio":
        return _cells(by_cell.agg(numerator=late.cast(pl.Float64), denominator=n.sum().cast(pl.Float64)))
    listed = _listed(counted)
    if kind == "stock":
        listed = listed.with_columns(numerator=pl.col("cases").list.sum().cast(pl.Float64))
    return _cells(listed)


def _grid(stays: pl.DataFrame, place: Place) -> pl.DataFrame:
    """Return `unit`, `period`, `days`, `cases` at the end of every period that a stay reaches, a block at a time."""
    periods = place.periods.filter(pl.col("starts_on") <= place.horizon).with_columns(
        end=pl.min_horizontal("ends_on", pl.lit(place.horizon))
    )
    ends = periods["end"]
    reached = stays.with_columns(
        first=ends.search_sorted(stays["day"], side="left").cast(pl.Int64),
        after=pl.when(pl.col("until").is_null())
        .then(len(ends))
        .otherwise(ends.search_sorted(stays["until"].fill_null(place.horizon), side="left").cast(pl.Int64)),
    ).filter(pl.col("after") > pl.col("first"))
    block = (pl.col("after") - pl.col("first")).cum_sum() // GRID_ROWS
    table = periods.select("period", "starts_on", "ends_on", "end").with_row_index("place")
    counted = [
        part.select("unit", "day", "opens_on", "closes_on", place=pl.int_ranges("first", "after", dtype=pl.UInt32))
        .explode("place")
        .join(table, on="place")
        .filter(_open())
        .group_by("unit", "period", days=(pl.col("end") - pl.col("day")).dt.total_days())
        .agg(cases=pl.len().cast(pl.Int64))
        for part in reached.with_columns(block=block).partition_by("block")
    ]
    if not counted:
        return pl.DataFrame(schema={"unit": pl.Int64, "period": pl.Int64, "days": pl.Int64, "cases": pl.Int64})
    return pl.concat(counted).group_by("unit", "period", "days").agg(pl.col("cases").sum())


def _crossings(passages: pl.DataFrame, place: Place) -> pl.DataFrame:
    """Return hand-offs as parts that add up rightly at every level.

    Into b from a counts 1 at b, and -1 at the lowest unit that stands above both: from there up the case has not
    changed hands. So the sum over a unit and all below it is the number of hand-offs into it from outside.
    """
    came = passages.with_row_index("passage")
    left = place.units.select(before="team", left="unit", left_closes="closes_on")
    both = came.join(left, on="before", how="left", maintain_order="left")
    above = _above(both.select("passage", "ends_on", "closes_on", "unit"), place)
    others = _above(both.drop_nulls("left").select("passage", "ends_on", closes_on="left_closes", unit="left"), place)
    common = (
        above.join(others.select("passage", "ancestor"), on=["passage", "ancestor"])
        .sort("distance")
        .group_by("passage", maintain_order=True)
        .agg(unit=pl.col("ancestor").first())
        .join(came.select("passage", "period"), on="passage")
    )
    steps = [
        came.select("unit", "period", numerator=pl.lit(1.0)),
        common.select("unit", "period", numerator=pl.lit(-1.0)),
    ]
    return _cells(pl.concat(steps).group_by("unit", "period").agg(pl.col("numerator").sum()))


def _above(rows: pl.DataFrame, place: Place) -> pl.DataFrame:
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


#: The columns of a cell frame, in their order.
SCHEMA: dict[str, type[pl.DataType] | pl.DataType] = {
    "unit": pl.Int64,
    "period": pl.Int64,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "days": pl.List(pl.Int64),
    "cases": pl.List(pl.Int64),
}


def _cells(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows with all the columns of a cell frame."""
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None)).cast(kind).alias(name) for name, kind in SCHEMA.items()
    )


def _merged(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Return one row a cell; at most one of the parts has histograms."""
    if len(parts) == 1:
        return parts[0]
    return (
        pl.concat(parts)
        .group_by("unit", "period")
        .agg(pl.col("numerator").sum(), pl.col("denominator").sum(), pl.col("days", "cases").drop_nulls().first())
    )


def _with_zeros(cells: pl.DataFrame, place: Place, *, has_days: bool) -> pl.DataFrame:
    """Add the cells of zero that follow a unit's first one, while the unit is open, up to the horizon."""
    order = place.periods.select("period", "starts_on", "ends_on").with_row_index("place")
    first = cells.join(order.select("period", "place"), on="period").group_by("unit").agg(first=pl.col("place").min())
    lasting = place.units.select("unit", closes_on=pl.col("closes_on").fill_null(place.horizon))
    grid = (
        first.join(lasting, on="unit")
        .join(order.filter(pl.col("starts_on") <= place.horizon), how="cross")
        .filter(pl.col("place") >= pl.col("first"), pl.col("starts_on") <= pl.col("closes_on"))
        .select("unit", "period")
    )
    nothing = pl.lit([], dtype=pl.List(pl.Int64)) if has_days else pl.lit(None, dtype=pl.List(pl.Int64))
    whole = pl.concat([grid, cells.select("unit", "period")]).unique().join(cells, on=["unit", "period"], how="left")
    return whole.with_columns(
        pl.col("numerator").fill_null(0.0), pl.col("days").fill_null(nothing), pl.col("cases").fill_null(nothing)
    )


def signature() -> pl.Expr:
    """Return what two cells with the same parts have in common, as one text: parts to six decimals."""
    return pl.concat_str(
        *(
            (pl.col(part) * 1_000_000).round().cast(pl.Int64).cast(pl.String).fill_null("-")
            for part in ("numerator", "denominator")
        ),
        *(pl.col(part).cast(pl.List(pl.String)).list.join(",").fill_null("-") for part in ("days", "cases")),
        separator=";",
    )
