"""Keep where people stand, for every unit, so that a board can show it without reading an event."""

from __future__ import annotations

import datetime as dt

import polars as pl

from trajectories.calculations.asked import Asked
from trajectories.calculations.flow import faces, standing
from trajectories.models import FlowFace, Trajectory
from trajectories.queries.places import ancestors_frame

FIGURES = ("people", "waiting", "longest_wait", "median_delay")


def store_faces(
    trajectory: Trajectory, *, log: pl.DataFrame, units: pl.DataFrame, as_of: dt.datetime, now: dt.datetime
) -> None:
    """Replace the faces of a trajectory: one for everyone, one for each unit that has anyone below it today."""
    today = as_of.date()
    here, passed = standing(Asked(log, clock=trajectory.clock, as_of=as_of), trajectory.steps, today)
    above = units.join(ancestors_frame(on=today), on="unit").select("team", above="ancestor")
    by_unit = faces(here.join(above, on="team"), passed.join(above, on="team"), "above")
    everyone = pl.lit(None, dtype=pl.Int64).alias("above")
    for_all = faces(here.with_columns(everyone), passed.with_columns(everyone), "above")
    FlowFace.objects.filter(trajectory=trajectory).delete()
    FlowFace.objects.bulk_create(
        (
            FlowFace(trajectory=trajectory, unit_id=unit, as_of=now, steps=steps)
            for unit, steps in _by_unit(pl.concat([for_all, by_unit]), trajectory.steps).items()
        ),
        batch_size=1000,
    )


def _by_unit(rows: pl.DataFrame, steps: list[dict[str, object]]) -> dict[int | None, list[dict[str, object]]]:
    """Return the steps of each unit, in order, those with nobody too."""
    kept: dict[int | None, list[dict[str, object]]] = {}
    for row in rows.drop_nulls("step").iter_rows(named=True):
        face = kept.setdefault(row["above"], [{"code": step["code"]} for step in steps])
        face[row["step"]] |= {name: row[name] for name in FIGURES if row[name] is not None}
    return kept
