"""Compute a trajectory anew: from all of its events, share by share, to all of its cells, block by block."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from trajectories.calculations.figures.cells import KEY, PARTS, SCHEMA, WITH_ZEROS, cells, differing, zeros
from trajectories.calculations.figures.horizon import horizon
from trajectories.calculations.figures.parcels import Part
from trajectories.calculations.figures.placing import Place, begun
from trajectories.calculations.figures.spells import firsts, spells
from trajectories.calculations.figures.sums import COUNTS, FIGURES, NOWHERE, Sums, ends, plus
from trajectories.models import Refresh
from trajectories.operations.ahead import ahead
from trajectories.operations.refreshing import remembering
from trajectories.operations.refreshing.people import count_people
from trajectories.operations.refreshing.sound import Sound
from trajectories.operations.refreshing.work import Work
from trajectories.operations.refreshing.writing import write_cells
from trajectories.queries import measured

#: Cells and days of stays that are made at a time; some 150 MB, twice: the next are made while one block is written.
BLOCK = 1_000_000
#: Units, and the place of the period in which each first counted anything.
NONE_BEGUN = pl.DataFrame(schema={"unit": pl.Int64, "first": pl.Int64})


class Block(NamedTuple):
    """Some periods, their cells, and in which period (its place) each unit that has begun by their end did."""

    periods: pl.DataFrame
    cells: pl.DataFrame
    first: pl.DataFrame


def measure_whole(work: Work, row: Refresh, part: Part) -> None:
    """Bring every measure to what all events say, and keep what the next refresh goes on from."""
    trajectory = work.trajectory
    remembering.replace_log_days(trajectory, part.days)
    remembering.replace_awaited(work.taken, work.as_of)
    until, first = horizon(part.days, work.as_of), part.days["day"].min()
    for one in work.measures:
        if one.counts_people:
            count_people(work, one, part.people[one.row.pk])
            remembering.change_left_out(one.row, one.basis, pl.DataFrame(schema=NOWHERE), is_whole=True)
            continue
        place = work.place(one.row.indicator.frequency, first if isinstance(first, dt.date) else None, until)
        rows = part.rows.get(one.row.pk)
        sums = part.sums[one.row.pk] if rows is None else work.sums(one, rows, place, work.as_of)
        _write(work, one, place, sums, until)
        remembering.replace_going(one.row, sums.stays)
        remembering.change_left_out(one.row, one.basis, sums.nowhere, is_whole=True)
    trajectory.horizon = until
    row.is_full = True


def _write(work: Work, one: Sound, place: Place, sums: Sums, until: dt.date | None) -> None:
    """Write the cells that differ, and take back those in periods that have none any more."""
    periods = one.era.of(begun(place.periods, until))
    remembering.forget_held(one.row)
    surplus = measured.cells_elsewhere(one.row, periods["period"].to_list(), since=one.era.since)
    work.changed += write_cells(one.row, _withdrawn(surplus), now=work.now)
    first = NONE_BEGUN
    for block in ahead(_made(one, place, sums, periods, until)):
        before = measured.cells_in(one.row, block.periods["period"].to_list())
        work.changed += write_cells(one.row, differing(block.cells, before), now=work.now)
        first = block.first
    order = periods.select("period", first=pl.int_range(pl.len(), dtype=pl.Int64))
    remembering.replace_firsts(one.row, first.join(order, on="first").select("unit", "period"))


def _made(one: Sound, place: Place, sums: Sums, periods: pl.DataFrame, until: dt.date | None) -> Iterator[Block]:
    first = NONE_BEGUN
    for offset, block in _blocks(sums, periods):
        fresh = _cells(one, place, sums, block)
        if one.kind in WITH_ZEROS:
            here = firsts(fresh, periods)
            first = pl.concat([first, here]).group_by("unit").agg(pl.col("first").min())
            fresh = _with_zeros(one, fresh, spells(first, place, until), block, offset)
        yield Block(block, fresh, first)


def _withdrawn(cells: pl.DataFrame) -> pl.DataFrame:
    """Return cells as they are when nothing is measured there any more: without parts."""
    return cells.with_columns(pl.lit(None, SCHEMA[part]).alias(part) for part in PARTS).with_columns(
        is_withdrawn=pl.lit(value=True)
    )


def _blocks(sums: Sums, periods: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
    """Yield periods in order, so many at a time that their cells fit into memory, with the place of the first."""
    if not periods.height:
        return
    stays = sums.stays
    begin = periods["end"].search_sorted(stays["day"], side="left")
    end = periods["end"].search_sorted(stays["until"].fill_null(periods["end"][-1] + dt.timedelta(days=1)), side="left")
    steps = pl.concat(
        [begin.alias("place").to_frame().with_columns(n=1), end.alias("place").to_frame().with_columns(n=-1)]
    )
    by_place = steps.group_by("place").agg(pl.col("n").sum())
    order = periods.with_row_index("place").select("place", period="period")
    going = (
        order.join(by_place.cast({"place": pl.UInt32}), on="place", how="left")
        .sort("place")["n"]
        .fill_null(0)
        .cum_sum()
    )
    units = pl.concat([sums.figures["unit"], sums.counts["unit"], stays["unit"]]).n_unique()
    number = ((going + units).cum_sum() // BLOCK).alias("block")
    offset = 0
    for block in periods.with_columns(number).partition_by("block", maintain_order=True):
        yield offset, block.drop("block")
        offset += block.height


def _cells(one: Sound, place: Place, sums: Sums, block: pl.DataFrame) -> pl.DataFrame:
    here = block.select("period")
    figures, counts = (part.join(here, on="period", how="semi") for part in (sums.figures, sums.counts))
    of_stays = ends(sums.stays, block, place.units, one.shapes)
    return cells(plus(figures, of_stays[0], FIGURES), plus(counts, of_stays[1], COUNTS), one.kind)


def _with_zeros(one: Sound, fresh: pl.DataFrame, spell: pl.DataFrame, block: pl.DataFrame, offset: int) -> pl.DataFrame:
    """Return the cells of a block with those of zero: of units that have begun, while they last."""
    order = block.select("period", place=pl.int_range(offset, offset + pl.len(), dtype=pl.Int64))
    inside = spell.with_columns(
        pl.max_horizontal("first", pl.lit(offset)), pl.min_horizontal("last", pl.lit(offset + block.height - 1))
    ).filter(pl.col("first") <= pl.col("last"))
    grid = (
        inside.select("unit", place=pl.int_ranges("first", pl.col("last") + 1))
        .explode("place")
        .join(order, on="place")
        .select(*KEY)
    )
    return pl.concat([fresh, zeros(grid.join(fresh, on=KEY, how="anti"), one.kind)])
