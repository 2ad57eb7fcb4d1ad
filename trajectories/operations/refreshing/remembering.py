"""Keep what the next refresh goes on from: sums beside the observations, replaced as a whole or changed by differences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl
from django.db import connection

from trajectories.calculations.figures.sums import NOWHERE, summed
from trajectories.models import AwaitedEvent, BoundMeasure, FirstCell, GoingStay, HeldCell, LogDay, Trajectory
from trajectories.operations.refreshing.writing import copy_in
from trajectories.queries.known import NOW, Taken

#: Events that are in force, but whose time has not come.
AWAITED = """
INSERT INTO trajectories_awaitedevent (trajectory_id, "case", wall) SELECT trajectory_id, "case", wall
FROM trajectories_event WHERE trajectory_id = {trajectory} AND wall >= %s AND """


def replace_log_days(trajectory: Trajectory, days: pl.DataFrame) -> None:
    """Keep how many events each day has."""
    LogDay.objects.filter(trajectory=trajectory).delete()
    copy_in("trajectories_logday", days.select(trajectory_id=pl.lit(trajectory.pk), day="day", events="cases"))


def change_log_days(trajectory: Trajectory, days: pl.DataFrame) -> None:
    """Add to, or take from, the events of some days; a day without any is forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH given AS (
                SELECT * FROM unnest(%(days)s::date[], %(events)s::bigint[]) given(day, events)
            ), known AS (
                UPDATE trajectories_logday kept SET events = kept.events + given.events
                FROM given WHERE kept.trajectory_id = %(trajectory)s AND kept.day = given.day RETURNING kept.day
            )
            INSERT INTO trajectories_logday (trajectory_id, day, events)
            SELECT %(trajectory)s, day, events FROM given WHERE day NOT IN (SELECT day FROM known)
            """,
            {"trajectory": trajectory.pk, "days": days["day"].to_list(), "events": days["cases"].to_list()},
        )
    LogDay.objects.filter(trajectory=trajectory, events=0).delete()


def replace_going(measure: BoundMeasure, stays: pl.DataFrame) -> None:
    """Keep the stays that are still going on."""
    GoingStay.objects.filter(measure=measure).delete()
    copy_in(
        "trajectories_goingstay",
        _going(stays).select("rule", measure_id=pl.lit(measure.pk), unit_id="unit", day="day", cases="cases"),
    )


def change_going(measure: BoundMeasure, stays: pl.DataFrame) -> None:
    """Add to, or take from, the stays that are still going on."""
    rows = _going(stays)
    if not rows.height:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH given AS (
                SELECT * FROM unnest(%(rule)s::int[], %(unit)s::bigint[], %(day)s::date[], %(cases)s::bigint[])
                    given(rule, unit_id, day, cases)
            ), known AS (
                UPDATE trajectories_goingstay kept SET cases = kept.cases + given.cases
                FROM given WHERE kept.measure_id = %(measure)s AND kept.rule = given.rule
                    AND kept.unit_id = given.unit_id AND kept.day = given.day
                RETURNING kept.rule, kept.unit_id, kept.day
            )
            INSERT INTO trajectories_goingstay (measure_id, rule, unit_id, day, cases)
            SELECT %(measure)s, rule, unit_id, day, cases FROM given
            WHERE (rule, unit_id, day) NOT IN (SELECT rule, unit_id, day FROM known)
            """,
            {"measure": measure.pk, **{name: rows[name].to_list() for name in ("rule", "unit", "day", "cases")}},
        )
    GoingStay.objects.filter(measure=measure, cases=0).delete()


def _going(stays: pl.DataFrame) -> pl.DataFrame:
    return stays.filter(pl.col("until").is_null())


def replace_firsts(measure: BoundMeasure, firsts: pl.DataFrame) -> None:
    """Keep in which `period` each `unit` first counted anything."""
    FirstCell.objects.filter(measure=measure).delete()
    _add_firsts(measure, firsts)


def change_firsts(measure: BoundMeasure, units: Sequence[int], firsts: pl.DataFrame) -> None:
    """Keep the same of some units alone."""
    FirstCell.objects.filter(measure=measure, unit__in=units).delete()
    _add_firsts(measure, firsts)


def _add_firsts(measure: BoundMeasure, firsts: pl.DataFrame) -> None:
    copy_in("trajectories_firstcell", firsts.select(measure_id=pl.lit(measure.pk), unit_id="unit", period_id="period"))


def replace_awaited(taken: Taken, as_of: dt.datetime) -> None:
    """Keep the events of all cases whose time has not come: on that day the case is another."""
    AwaitedEvent.objects.filter(trajectory=taken.trajectory).delete()
    _add_awaited(taken, as_of, None)


def change_awaited(taken: Taken, as_of: dt.datetime, cases: Sequence[str], *, is_any_to_come: bool) -> None:
    """Keep the same of some cases alone; `is_any_to_come`: whether they have such an event. Mostly there is nothing to do."""
    awaited = AwaitedEvent.objects.filter(trajectory=taken.trajectory)
    if awaited.exists():
        awaited.filter(case__in=cases).delete()
    if is_any_to_come:
        _add_awaited(taken, as_of, cases)


def _add_awaited(taken: Taken, as_of: dt.datetime, cases: Sequence[str] | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            taken.where(AWAITED)
            + taken.where(NOW)
            + taken.where("" if cases is None else ' AND "case" = ANY(%s::uuid[])'),
            [as_of.replace(tzinfo=dt.UTC), *([] if cases is None else [list(cases)])],
        )


def forget_held(measure: BoundMeasure) -> None:
    """Let go of all that could not be written."""
    HeldCell.objects.filter(measure=measure).delete()


def change_left_out(measure: BoundMeasure, basis: str, nowhere: pl.DataFrame, *, is_whole: bool) -> None:
    """Keep what the measure rests on, and what stands at no unit: as it is, or as it differs from before."""
    before = {} if is_whole else measure.left_out
    kept = pl.DataFrame([[*before], [*before.values()]], schema=NOWHERE)
    measure.left_out = dict(summed([kept, nowhere], NOWHERE).sort("team").iter_rows())
    measure.basis = basis
    BoundMeasure.objects.filter(pk=measure.pk).update(left_out=measure.left_out, basis=basis)
