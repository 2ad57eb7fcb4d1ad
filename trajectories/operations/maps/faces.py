"""Keep where people stand, for every unit, so that a board can show it without reading an event."""

from __future__ import annotations

import datetime as dt

import polars as pl
from django.db import connection, transaction

from trajectories.calculations.asked import Asked
from trajectories.calculations.frame import local
from trajectories.calculations.maps.flow import faces, standing
from trajectories.models import FlowFace, LogDay, Trajectory
from trajectories.operations.refreshing.sharing import shares_of
from trajectories.queries.known import Taken, read_share
from trajectories.queries.places import ancestors_frame, units_frame
from trajectories.queries.rules import trajectory_on

NOBODY = pl.DataFrame(schema={"team": pl.String, "step": pl.Int64, "days": pl.Int64, "is_waiting": pl.Boolean})
#: The letters "face"; no other lock of the database uses them.
FACES_LOCK = int.from_bytes(b"face")
FIGURES = ("people", "waiting", "longest_wait", "median_delay")


@transaction.atomic
def keep_faces(trajectory: Trajectory, *, now: dt.datetime) -> None:
    """Replace the faces of a trajectory: one for everyone, one for each unit that has anyone below it today.

    A long log is read share by share, for its memory. A refresh and the job that draws maps may both come here: the
    second waits, and tells of what is there then.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [FACES_LOCK, trajectory.pk])
    as_of = local(now, trajectory.timezone)
    today = as_of.date()
    defined = trajectory_on(trajectory, today)
    here, passed = _standing(defined, as_of) if defined.steps else (NOBODY, NOBODY)
    above = units_frame().join(ancestors_frame(on=today), on="unit").select("team", above="ancestor")
    by_unit = faces(here.join(above, on="team"), passed.join(above, on="team"), "above")
    everyone = pl.lit(None, dtype=pl.Int64).alias("above")
    for_all = faces(here.with_columns(everyone), passed.with_columns(everyone), "above")
    FlowFace.objects.filter(trajectory=trajectory).delete()
    FlowFace.objects.bulk_create(
        (
            FlowFace(trajectory=trajectory, unit_id=unit, as_of=now, steps=steps)
            for unit, steps in _by_unit(pl.concat([for_all, by_unit]), defined.steps).items()
        ),
        batch_size=1000,
    )


def _standing(trajectory: Trajectory, as_of: dt.datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    events = sum(LogDay.objects.filter(trajectory=trajectory).values_list("events", flat=True))
    of = shares_of(events)
    taken = Taken(trajectory, (), is_undone=False, rows=0)
    found = []
    for number in range(of):
        log = read_share(taken, (), share=(number, of), as_of=as_of)
        found.append(standing(Asked(log, clock=trajectory.clock, as_of=as_of), trajectory.steps, as_of.date()))
    return pl.concat([here for here, _ in found]), pl.concat([passed for _, passed in found])


def _by_unit(rows: pl.DataFrame, steps: list[dict[str, object]]) -> dict[int | None, list[dict[str, object]]]:
    """Return the steps of each unit, in order, those with nobody too."""
    kept: dict[int | None, list[dict[str, object]]] = {}
    for row in rows.drop_nulls("step").iter_rows(named=True):
        face = kept.setdefault(row["above"], [{"code": step["code"]} for step in steps])
        face[row["step"]] |= {name: row[name] for name in FIGURES if row[name] is not None}
    return kept
