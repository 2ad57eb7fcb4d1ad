"""Where people stand in a trajectory: from the last refresh for boards, from the events for any other day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import polars as pl

from core.language import in_language
from organisation.models import Unit
from trajectories.calculations.asked import Asked
from trajectories.calculations.frame import local
from trajectories.calculations.maps.flow import faces, standing
from trajectories.models import FlowFace, Trajectory
from trajectories.queries.logs import read_log
from trajectories.queries.rules import trajectory_on


@dataclass(frozen=True)
class FlowStep:
    """One step: who stands in it, who of them waits and for how long (days), and the median way from the step before.

    The delay is that of people who entered the step in the last 90 days; None where nobody did.
    """

    code: str
    name: str
    people: int = 0
    waiting: int = 0
    longest_wait: int | None = None
    median_delay: float | None = None


@dataclass(frozen=True)
class Flow:
    """The steps of a trajectory in order, for a unit and all below it, or for everyone; `as_of` None: never measured."""

    trajectory: str
    name: str
    unit: str | None
    as_of: dt.datetime | None
    steps: tuple[FlowStep, ...]

    @property
    def people(self) -> int:
        """How many are open in any step."""
        return sum(step.people for step in self.steps)

    @property
    def waiting(self) -> int:
        """How many of them wait."""
        return sum(step.waiting for step in self.steps)

    @property
    def longest_wait(self) -> int | None:
        """The longest wait of all, in days; None if nobody waits."""
        return max((step.longest_wait for step in self.steps if step.longest_wait is not None), default=None)


def _day_of(moment: dt.datetime, zone: str) -> dt.date:
    """Return the day of a moment in a zone; in one that this machine does not know, that of UTC.

    Such a trajectory's refreshes fail and say so; what was kept before is shown all the same, and so is the board.
    """
    try:
        return local(moment, zone).date()
    except ZoneInfoNotFoundError:
        return moment.date()


def flow(
    trajectory: Trajectory,
    unit: Unit | None = None,
    as_of: dt.datetime | None = None,
    known_on: dt.datetime | None = None,
) -> Flow:
    """Return where people stand: as the last refresh found it (one query), or before `as_of` (from the events).

    With `known_on`, from what had arrived by that instant, as it was believed then; `as_of` is the same if not given.
    """
    as_of = as_of or known_on
    if as_of is None:
        face = FlowFace.objects.filter(trajectory=trajectory, unit=unit).first()
        kept = face.steps if face else []
        defined = trajectory_on(trajectory, _day_of(face.as_of, trajectory.timezone)) if face else trajectory
        return _flow(defined, unit, face.as_of if face else None, {step["code"]: step for step in kept})
    before = local(as_of, trajectory.timezone)
    log = read_log(trajectory, as_of=before, columns=(), known_on=known_on)
    last = (before - dt.timedelta(microseconds=1)).date()
    trajectory = trajectory_on(trajectory, last)
    asked = Asked(log, clock=trajectory.clock, as_of=before)
    everyone = pl.lit(0).alias("all")
    frames = [frame.with_columns(everyone) for frame in standing(asked, trajectory.steps, last)]
    if unit is not None:
        codes = list(Unit.objects.below(unit, on=last).values_list("code", flat=True))
        frames = [frame.filter(pl.col("team").is_in(codes)) for frame in frames]
    rows = faces(frames[0], frames[1], "all").drop_nulls("step").iter_rows(named=True)
    found = {trajectory.steps[row["step"]]["code"]: row for row in rows}
    return _flow(trajectory, unit, as_of, found)


def _flow(
    trajectory: Trajectory, unit: Unit | None, as_of: dt.datetime | None, found: Mapping[str, Mapping[str, Any]]
) -> Flow:
    steps = []
    for step in trajectory.steps:
        face = found.get(step["code"], {})
        steps.append(
            FlowStep(
                code=step["code"],
                name=in_language(step["name_en"], step.get("name_fr", "")),
                people=face.get("people") or 0,
                waiting=face.get("waiting") or 0,
                longest_wait=face.get("longest_wait"),
                median_delay=face.get("median_delay"),
            )
        )
    return Flow(trajectory.code, trajectory.name, unit.code if unit else None, as_of, tuple(steps))
