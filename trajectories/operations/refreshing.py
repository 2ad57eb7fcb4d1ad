"""Measure a trajectory: from its events to ordinary observations, of which only those that differ are written."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl
from django.db import connection, transaction

from indicators.calculations import Parts
from indicators.choices import IndicatorStatus, Source
from indicators.models import Indicator
from indicators.operations import Row, drain_rollups, rebuild_values, record_observations
from live.operations import announce
from organisation.operations import periods_spanning
from trajectories.calculations.asked import Asked
from trajectories.calculations.cells import SCHEMA, Place, add_up, signature
from trajectories.calculations.contributions import contributions, reads
from trajectories.calculations.frame import local
from trajectories.calculations.refusals import MeasureRefused
from trajectories.models import BoundMeasure, Refresh, Trajectory
from trajectories.operations.faces import store_faces
from trajectories.queries.logs import read_log
from trajectories.queries.measures import columns_of, with_columns
from trajectories.queries.observed import measured_cells
from trajectories.queries.places import ancestors_frame, periods_frame, tree_fingerprint, units_frame

logger = logging.getLogger(__name__)

#: Any constant that no other lock of the database uses; the letters "meas".
REFRESH_LOCK = int.from_bytes(b"meas")
#: Days past its last event for which a silent log is still believed: who waited then is taken to wait still.
#: Longer silence is no longer news of the list but of the feed, whose figures then turn late.
SILENT_DAYS = 31
#: Refreshes kept for the page that shows them.
KEPT_REFRESHES = 200
#: How long a trajectory whose refresh failed is left alone, unless something new arrives.
REST = dt.timedelta(minutes=10)


@dataclass
class _Work:
    """One refresh as it goes on: what it reads, and what it has to tell."""

    trajectory: Trajectory
    now: dt.datetime
    log: pl.DataFrame
    units: pl.DataFrame
    ancestors: pl.DataFrame
    as_of: dt.datetime
    changed: int = 0
    left_out: int = 0
    teams: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


def refresh(trajectory: Trajectory, *, now: dt.datetime, full: bool = False) -> Refresh | None:
    """Measure a trajectory again and let the values follow; return None where another process is at it already.

    `full` also rebuilds the values of its indicators from their observations. What goes wrong is kept in the row that
    is returned, and the trajectory stays stale.
    """
    row, began = Refresh(trajectory=trajectory, started_at=now), time.monotonic()
    try:
        with transaction.atomic():
            if not _is_ours(trajectory):
                return None
            _measure(row, trajectory, now)
        _roll_up(trajectory, now=now, full=full)
    except Exception as error:
        logger.exception("The refresh of %s failed.", trajectory.code)
        row.error = f"{type(error).__name__}: {error}"
    row.finished_at = now + dt.timedelta(seconds=time.monotonic() - began)
    row.save()
    old = trajectory.refreshes.values_list("pk", flat=True)[KEPT_REFRESHES:]
    Refresh.objects.filter(pk__in=list(old)).delete()
    return row


def refresh_due(*, now: dt.datetime) -> list[Refresh]:
    """Refresh every trajectory whose events, definition, units or day changed; one that fails stops no other."""
    tree = tree_fingerprint()
    due = [one for one in Trajectory.objects.all() if _is_due(one, tree, now=now)]
    return [row for row in (refresh(one, now=now) for one in due) if row is not None]


def _is_due(trajectory: Trajectory, tree: str, *, now: dt.datetime) -> bool:
    """Answer whether there is anything to measure; one that failed rests until something changes or a while passes."""
    today = local(now, trajectory.timezone).date()
    if trajectory.stale_since is None and (trajectory.measured_on, trajectory.tree) == (today, tree):
        return False
    last = trajectory.refreshes.first()
    if last is None or not last.error or now - last.started_at >= REST:
        return True
    return trajectory.stale_since is not None and trajectory.stale_since > last.started_at


def _is_ours(trajectory: Trajectory) -> bool:
    """Take the trajectory's lock until the end of the transaction, also if that end is the death of the process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [REFRESH_LOCK, trajectory.pk])
        (is_ours,) = cursor.fetchone()
        return bool(is_ours)


def _measure(row: Refresh, trajectory: Trajectory, now: dt.datetime) -> None:
    """Compute every bound measure and the faces of the flow, and take the trajectory off the stale ones.

    What arrives from here on sets a later `stale_since`, which then stays.
    """
    trajectory.refresh_from_db()
    stale_since, tree = trajectory.stale_since, tree_fingerprint()
    bound = list(trajectory.measures.select_related("indicator"))
    as_of = local(now, trajectory.timezone)
    log = read_log(trajectory, as_of=as_of, columns=_columns(trajectory, bound))
    work = _Work(trajectory, now, log, units_frame(), ancestors_frame(), as_of)
    for one in bound:
        _measure_one(work, one)
    store_faces(trajectory, log=log, units=work.units, as_of=as_of, now=now)
    row.events, row.observations_changed = log.height, work.changed
    row.left_out = {"contributions": work.left_out, "teams": len(work.teams)}
    row.error = "\n".join(work.faults)
    Trajectory.objects.filter(pk=trajectory.pk).update(measured_on=as_of.date(), tree=tree)
    Trajectory.objects.filter(pk=trajectory.pk, stale_since=stale_since).update(stale_since=None)
    announce(topic="trajectory", unit_id=None, what={"trajectory": trajectory.code}, now=now)


def _columns(trajectory: Trajectory, bound: list[BoundMeasure]) -> list[str]:
    """Return the columns beyond the usual ones that the bound measures read."""
    named: list[str] = []
    for one in bound:
        with contextlib.suppress(MeasureRefused):
            named += [*reads(one.measure), *columns_of(with_columns(trajectory, one.params, one.measure))]
    return list(dict.fromkeys(named))


def _measure_one(work: _Work, bound: BoundMeasure) -> None:
    """Write what differs of one bound measure; one that cannot be computed is told of and stops no other."""
    indicator = bound.indicator
    if indicator.status in {IndicatorStatus.SUSPENDED, IndicatorStatus.ABANDONED}:
        return
    try:
        fresh = _cells(work, bound)
    except MeasureRefused as refused:
        work.faults.append(f"{indicator.code}: {refused}")
        return
    rows = _differing(indicator, fresh)
    tally = record_observations(rows=rows, source=Source.MEASURED, by=None, now=work.now)
    work.changed += tally.new + tally.changed


def _cells(work: _Work, bound: BoundMeasure) -> pl.DataFrame:
    """Return the cells of a bound measure as the events have them now; none without events."""
    days = work.log["day"]
    first, last = days.min(), days.max()
    if not isinstance(first, dt.date) or not isinstance(last, dt.date):
        return pl.DataFrame(schema=SCHEMA)
    horizon = min(work.as_of.date(), last + dt.timedelta(days=SILENT_DAYS))
    params = with_columns(work.trajectory, bound.params, bound.measure)
    asked = Asked(work.log, params, work.trajectory.clock, work.as_of)
    periods = periods_frame(periods_spanning(bound.indicator.frequency, first, horizon))
    place = Place(work.units, periods, work.ancestors, horizon)
    added = add_up(contributions(bound.measure, bound.indicator.kind, asked), bound.indicator.kind, place)
    work.left_out += added.left_out
    work.teams |= added.teams
    return added.cells


def _differing(indicator: Indicator, fresh: pl.DataFrame) -> Iterator[Row]:
    """Yield what must be written for the observations to say what the cells say: new, changed and withdrawn ones."""
    before = measured_cells(indicator.pk).select("unit", "period", before=signature())
    both = fresh.with_columns(after=signature()).join(before, on=["unit", "period"], how="full", coalesce=True)
    for cell in both.filter(pl.col("after").ne_missing(pl.col("before"))).iter_rows(named=True):
        yield Row(indicator.pk, cell["unit"], cell["period"], None if cell["after"] is None else _parts(cell))


def _parts(cell: dict[str, Any]) -> Parts:
    days, cases = cell["days"], cell["cases"]
    return Parts(
        _decimal(cell["numerator"]),
        _decimal(cell["denominator"]),
        None if days is None else tuple(days),
        None if cases is None else tuple(cases),
    )


def _decimal(figure: float | None) -> Decimal | None:
    return None if figure is None else round(Decimal(figure), 6)


def _roll_up(trajectory: Trajectory, *, now: dt.datetime, full: bool) -> None:
    indicators = list(trajectory.measures.values_list("indicator_id", flat=True))
    drain_rollups(now=now, indicators=indicators)
    if full:
        rebuild_values(indicators=indicators, now=now)
