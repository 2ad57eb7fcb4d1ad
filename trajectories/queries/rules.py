"""By which rules a trajectory is measured: the version of its definition that holds for each period.

Of several versions that have begun by a period's last day, the highest number holds. So each version holds from its first
day to that of a newer one, and those that a newer one replaces as a whole hold for nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from trajectories.calculations.definition.filled import filled
from trajectories.calculations.figures.contributions import SAME
from trajectories.calculations.figures.eras import Era
from trajectories.choices import ALWAYS
from trajectories.models import BoundMeasure, Trajectory, TrajectoryVersion
from trajectories.queries.measures import rules_of


@dataclass(frozen=True)
class InForce:
    """What is measured for an indicator in an era, and the trajectory as its definition was then; it is never saved.

    `version` is the first that said so; None: none was ever kept.
    """

    version: TrajectoryVersion | None
    era: Era
    measure: str
    params: Mapping[str, Any]
    trajectory: Trajectory

    @property
    def question(self) -> object:
        """What decides the figures: of two rules that ask the same, the later one changes nothing."""
        rules = rules_of(self.trajectory)
        return self.measure, filled(SAME.get(self.measure, self.measure), self.params, rules), rules.clock


def holding(versions: Iterable[TrajectoryVersion]) -> list[tuple[TrajectoryVersion, Era]]:
    """Return the versions that hold for any period, oldest first, from `versions` given newest first."""
    found: list[tuple[TrajectoryVersion, Era]] = []
    until = None
    for version in versions:
        first = version.takes_effect_on
        if until is None or first < until:
            found.append((version, Era(None if first <= ALWAYS else first, until)))
            until = first
    return found[::-1]


def version_on(versions: Sequence[TrajectoryVersion], day: dt.date) -> TrajectoryVersion | None:
    """Return the version that holds for a period that ends on a day, from `versions` given newest first.

    Before the oldest one began, that one holds: there is no other.
    """
    return next((one for one in versions if one.takes_effect_on <= day), versions[-1] if versions else None)


def rules_in_force(bound: BoundMeasure, versions: Sequence[TrajectoryVersion]) -> list[InForce]:
    """Return the rules by which an indicator is measured, oldest first; `versions` are all, newest first.

    The newest rule is that of the rows themselves. The oldest reaches back to where the indicator is measured at all
    (`since`). Rules that follow each other and ask the same are one; while a version did not bind the indicator, the rule
    before goes on.
    """
    since = None if bound.since <= ALWAYS else bound.since
    found: list[InForce] = []
    until = None
    for number, (version, era) in enumerate(reversed(holding(versions))):
        one = _named(version, bound.indicator.code)
        if number == 0:
            rule = InForce(version, era, bound.measure, bound.params, bound.trajectory)
        elif one is not None:
            was = as_it_was(bound.trajectory, version)
            rule = InForce(version, Era(era.since, until), one["measure"], one.get("params", {}), was)
        else:
            continue
        found.insert(0, rule)
        until = era.since
        if since is not None and (until is None or until <= since):
            break
    if not found:
        return [InForce(None, Era(since), bound.measure, bound.params, bound.trajectory)]
    found[0] = replace(found[0], era=Era(since, found[0].era.until))
    return _merged(found)


def _merged(rules: Sequence[InForce]) -> list[InForce]:
    merged: list[InForce] = []
    for rule in rules:
        if merged and merged[-1].question == rule.question:
            before = merged[-1]
            is_last = rule.era.until is None
            # The rows themselves speak for the newest rule.
            kept = rule if is_last else before
            merged[-1] = replace(kept, version=before.version, era=Era(before.era.since, rule.era.until))
        else:
            merged.append(rule)
    return merged


def _named(version: TrajectoryVersion, indicator: str) -> Mapping[str, Any] | None:
    """Return the measure that a version binds to an indicator."""
    return next((one for one in version.sheet.get("measures", ()) if one["indicator"] == indicator), None)


def trajectory_on(trajectory: Trajectory, day: dt.date) -> Trajectory:
    """Return a trajectory as its definition holds on a day: itself, unless versions differ; never to be saved then."""
    if trajectory.version == 1:
        return trajectory
    versions = list(trajectory.versions.order_by("-number"))
    version = version_on(versions, day)
    return trajectory if version is None or version.number == trajectory.version else as_it_was(trajectory, version)


def as_it_was(trajectory: Trajectory, version: TrajectoryVersion) -> Trajectory:
    """Return a trajectory as a version has it; it is never saved."""
    sheet = version.sheet
    told: dict[str, Any] = {name: sheet.get(name, {}) for name in ("clock", "priorities", "attribution", "calendar")}
    told |= {name: sheet.get(name, []) for name in ("steps", "expected")}
    names = {name: sheet.get(name, "") for name in ("name_en", "name_fr")}
    return Trajectory(
        pk=trajectory.pk, code=trajectory.code, timezone=trajectory.timezone, version=version.number, **names, **told
    )
