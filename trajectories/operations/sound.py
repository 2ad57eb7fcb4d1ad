"""Which bound measures can be computed, from what, and whether what they say was computed from the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from django.db import connection

from indicators.choices import IndicatorStatus
from trajectories.calculations.asked import Asked
from trajectories.calculations.contributions import contributions, reads
from trajectories.calculations.frame import frame
from trajectories.calculations.refusals import MeasureRefused
from trajectories.calculations.sums import Shape, shape_of
from trajectories.models import BoundMeasure, Trajectory
from trajectories.queries.logs import COLUMNS, typed
from trajectories.queries.measures import columns_of, with_columns

#: Changed whenever the same events would give other figures: then all is computed anew.
ARITHMETIC = 1
#: Parameters that name a column of the person; with one, a case counts together with others.
ACROSS = ("person",)


@dataclass(frozen=True)
class Sound:
    """A bound measure that can be computed: its parameters as the frame names columns, and what it rests on."""

    row: BoundMeasure
    params: Mapping[str, object]
    columns: tuple[str, ...]
    shape: Shape
    basis: str

    @property
    def kind(self) -> str:
        """The kind of indicator that it feeds."""
        return str(self.row.indicator.kind)

    @property
    def is_across_cases(self) -> bool:
        """Whether what a case adds depends on other cases."""
        return self.params.get("key") in ACROSS


def sound_measures(trajectory: Trajectory, *, tree: str) -> tuple[list[Sound], dict[int, str]]:
    """Return the measures that can be computed, and why others cannot (none of these has a basis any more).

    Each is tried on a log without events, so that a wrong parameter is found before any work is done. What is suspended
    or abandoned is passed over.
    """
    sound, faults, idle = [], {}, []
    for row in trajectory.measures.select_related("indicator"):
        if row.indicator.status in {IndicatorStatus.SUSPENDED, IndicatorStatus.ABANDONED}:
            idle.append(row.pk)
            continue
        try:
            sound.append(_tried(trajectory, row, tree))
        except MeasureRefused as refused:
            faults[row.indicator_id] = f"{row.indicator.code}: {refused}"
            idle.append(row.pk)
    BoundMeasure.objects.filter(pk__in=idle).exclude(basis="").update(basis="")
    return sound, faults


def _tried(trajectory: Trajectory, row: BoundMeasure, tree: str) -> Sound:
    params = with_columns(trajectory, row.params, row.measure)
    columns = tuple(dict.fromkeys([*reads(row.measure), *columns_of(params)]))
    empty = Asked(frame(_no_events(columns), zone="UTC"), params, trajectory.clock)
    shape = shape_of(contributions(row.measure, row.indicator.kind, empty), row.indicator.kind)
    told = [ARITHMETIC, tree, trajectory.timezone, trajectory.clock, row.measure, params]
    told += [row.indicator.kind, row.indicator.frequency]
    return Sound(row, params, columns, shape, _fingerprint(told))


def _no_events(columns: Sequence[str]) -> pl.DataFrame:
    types = {name: kind for name, (_, kind) in COLUMNS.items()} | dict.fromkeys(columns, pl.String)
    return typed(pl.DataFrame(schema=types))


def _fingerprint(told: Sequence[object]) -> str:
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def calendar_fingerprint() -> str:
    """Return what changes whenever someone edits the fiscal periods."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT md5(coalesce(string_agg(concat_ws(' ', code, starts_on, ends_on), ',' ORDER BY code), ''))
            FROM organisation_period WHERE frequency IN ('fiscal_period', 'fiscal_year')
            """
        )
        (fingerprint,) = cursor.fetchone()
        return str(fingerprint)
