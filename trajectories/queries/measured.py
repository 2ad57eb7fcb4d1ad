"""What the last refresh measured: what the observations say, and the sums beside them that the next one goes on from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl
from psycopg2 import sql

from indicators.choices import Source
from trajectories.calculations.figures.cells import KEY, PARTS, SCHEMA
from trajectories.models import BoundMeasure, Trajectory
from trajectories.queries.logs import copied

GOING: dict[str, type[pl.DataType]] = {"rule": pl.Int64, "unit": pl.Int64, "day": pl.Date, "cases": pl.Int64}
LOG_DAYS: dict[str, type[pl.DataType]] = {"day": pl.Date, "events": pl.Int64}
FIRSTS: dict[str, type[pl.DataType]] = {"unit": pl.Int64, "period": pl.Int64}

_PARTS = "({0}.numerator * 1000000)::bigint, ({0}.denominator * 1000000)::bigint, {0}.days::text, {0}.cases::text"


def log_days(trajectory: Trajectory) -> pl.DataFrame:
    """Return how many events of each day were counted."""
    return copied(_select("day, events FROM trajectories_logday WHERE trajectory_id = {}", trajectory.pk), LOG_DAYS)


def going(measure: BoundMeasure) -> pl.DataFrame:
    """Return how many stays at each unit, by rule and the day they began, were still going on."""
    query = "rule, unit_id, day, cases FROM trajectories_goingstay WHERE measure_id = {}"
    return copied(_select(query, measure.pk), GOING)


def first_cells(measure: BoundMeasure) -> pl.DataFrame:
    """Return the period in which each unit first counted anything."""
    return copied(_select("unit_id, period_id FROM trajectories_firstcell WHERE measure_id = {}", measure.pk), FIRSTS)


def held_cells(measure: BoundMeasure) -> pl.DataFrame:
    """Return the cells that could not be written, with `is_withdrawn`."""
    query = f"unit_id, period_id, {_PARTS.format('held')}, is_withdrawn FROM trajectories_heldcell held"
    return copied(
        _select(query + " WHERE measure_id = {}", measure.pk), SCHEMA | {"is_withdrawn": pl.String}
    ).with_columns(pl.col("is_withdrawn") == "t")


def cells_in(measure: BoundMeasure, periods: Sequence[int]) -> pl.DataFrame:
    """Return the cells of all measured observations in some periods."""
    return _cells(measure, "period_id = ANY({}::bigint[])", list(periods))


def cells_elsewhere(measure: BoundMeasure, periods: Sequence[int], *, since: dt.date | None) -> pl.DataFrame:
    """Return the cells of measured observations in all other periods, or of those that end on a day or later."""
    return _cells(
        measure,
        "period_id <> ALL({}::bigint[]) AND ({} IS NULL OR EXISTS ("
        "SELECT FROM organisation_period own WHERE own.id = seen.period_id AND own.ends_on >= {}))",
        list(periods),
        *(sql.SQL("{}::date").format(sql.Literal(since)) for _ in range(2)),
    )


def _cells(measure: BoundMeasure, where: str, *values: object) -> pl.DataFrame:
    query = f"""unit_id, period_id, {_PARTS.format("seen")} FROM indicators_observation seen
        WHERE indicator_id = {{}} AND source = {{}} AND {where}"""
    return copied(_select(query, measure.indicator_id, str(Source.MEASURED), *values), SCHEMA)


def cells_at(measure: BoundMeasure, keys: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of `unit`, `period`, with `is_measured`: whether no other has written there."""
    query = f"""wanted.*, {_PARTS.format("seen")}, seen.source = {{}}
        FROM unnest({{}}::bigint[], {{}}::bigint[]) wanted(unit_id, period_id)
        JOIN indicators_observation seen ON seen.indicator_id = {{}} AND seen.period_id = wanted.period_id
            AND seen.unit_id = wanted.unit_id"""
    chosen = _select(
        query, str(Source.MEASURED), keys["unit"].to_list(), keys["period"].to_list(), measure.indicator_id
    )
    return copied(chosen, SCHEMA | {"is_measured": pl.String}).with_columns(pl.col("is_measured") == "t")


def full_cells(measure: BoundMeasure, units: Sequence[int]) -> pl.DataFrame:
    """Return `unit`, `period` of the measured cells of some units that are not zero, held ones as they should be."""
    query = """unit_id, period_id FROM indicators_observation seen
        WHERE indicator_id = {} AND source = {} AND unit_id = ANY({}::bigint[]) AND numerator <> 0"""
    seen = copied(_select(query, measure.indicator_id, str(Source.MEASURED), list(units)), FIRSTS)
    held = held_cells(measure).filter(pl.col("unit").is_in(list(units)))
    kept = held.filter(~pl.col("is_withdrawn") & (pl.col("numerator") != 0)).select(*KEY)
    return pl.concat([seen.join(held, on=KEY, how="anti"), kept])


def with_held(cells: pl.DataFrame, held: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Return cells at `keys` as they should be where some could not be written."""
    if not held.height:
        return cells
    there = held.join(keys.select(*KEY), on=KEY, how="semi")
    return pl.concat(
        [
            cells.select(*SCHEMA).join(there, on=KEY, how="anti"),
            there.filter(~pl.col("is_withdrawn")).select(*KEY, *PARTS),
        ]
    )


def _select(text: str, *values: object) -> sql.Composable:
    told = (value if isinstance(value, sql.Composable) else sql.Literal(value) for value in values)
    return sql.SQL("SELECT ") + sql.SQL(text).format(*told)
