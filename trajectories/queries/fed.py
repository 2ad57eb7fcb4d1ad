"""What a trajectory adds to an indicator: which measure, with which parameters, by which version of the definition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from indicators.calculations import Parts
from indicators.choices import Kind
from indicators.models import Indicator
from indicators.queries.locks import lock_over
from organisation.models import Period, Unit
from trajectories.calculations.contributions import SAME
from trajectories.calculations.filled import filled
from trajectories.models import BoundMeasure, Trajectory, TrajectoryVersion
from trajectories.queries.measures import rules_of

Counted = Literal["episodes", "contacts", "hand_offs", "repetitions", "silences"]
#: Measures that count something other than episodes, and what.
COUNTS: Final[Mapping[str, Counted]] = {
    "contacts": "contacts",
    "handoffs": "hand_offs",
    "rework": "repetitions",
    "gaps": "silences",
}


@dataclass(frozen=True, slots=True)
class Fed:
    """The measure behind a figure, as the version that made it has it.

    `params` are those that were given, `asked` the same filled in by the definition; `counts` says what `n` counts, and
    `n` is None where there is no figure. `locked_at`: the period was locked then, and no later version measured it.
    """

    trajectory: Trajectory
    measure: str
    params: Mapping[str, Any]
    asked: Mapping[str, Any]
    version: int
    changed_at: dt.datetime | None
    counts: Counted
    n: int | None
    locked_at: dt.datetime | None = None


def fed_by(indicator: Indicator, unit: Unit, period: Period, parts: Parts | None) -> Fed | None:
    """Return what feeds a figure, or None where no trajectory does: one query then, else three or four."""
    bound = BoundMeasure.objects.filter(indicator=indicator).select_related("trajectory").first()
    if bound is None:
        return None
    lock = lock_over(indicator, unit, period)
    version = _version(bound.trajectory, lock.locked_at if lock else None)
    measure, params, trajectory = _as_it_was(bound, version)
    return Fed(
        trajectory=bound.trajectory,
        measure=measure,
        params=params,
        asked=filled(SAME.get(measure, measure), params, rules_of(trajectory)),
        version=version.number if version else bound.trajectory.version,
        changed_at=version.changed_at if version else None,
        counts=COUNTS.get(SAME.get(measure, measure), "episodes"),
        n=_count(indicator.kind, parts),
        locked_at=lock.locked_at if lock else None,
    )


@dataclass(frozen=True, slots=True)
class Asking:
    """What was measured for an indicator from a version on: `asked` as the definition filled it in then."""

    version: int
    changed_at: dt.datetime | None
    changed_by: str
    reason: str
    measure: str
    asked: Mapping[str, Any]


def askings_of(bound: BoundMeasure) -> list[Asking]:
    """Return the versions of the definition that changed what is measured for an indicator, newest first; one query."""
    found: list[Asking] = []
    before: object = None
    for version in bound.trajectory.versions.select_related("changed_by").order_by("number"):
        one = next((one for one in version.sheet.get("measures", ()) if one["indicator"] == bound.indicator.code), None)
        rules = rules_of(_trajectory(bound.trajectory, version.sheet))
        asked = filled(SAME.get(one["measure"], one["measure"]), one.get("params", {}), rules) if one else {}
        told = (one["measure"], asked, rules.clock) if one else None
        if one and told != before:
            who = str(version.changed_by) if version.changed_by else ""
            found.append(Asking(version.number, version.changed_at, who, version.reason, one["measure"], asked))
        before = told
    return found[::-1]


def _version(trajectory: Trajectory, moment: dt.datetime | None) -> TrajectoryVersion | None:
    """Return the newest version, or the one that stood at a moment."""
    versions = trajectory.versions.order_by("-number")
    return (versions.exclude(changed_at__gt=moment) if moment else versions).first()


def _as_it_was(bound: BoundMeasure, version: TrajectoryVersion | None) -> tuple[str, Mapping[str, Any], Trajectory]:
    """Return measure and parameters of a version, and the trajectory with its rules; of one before it was bound, today's."""
    for one in version.sheet.get("measures", ()) if version else ():
        if version and one["indicator"] == bound.indicator.code:
            return one["measure"], one.get("params", {}), _trajectory(bound.trajectory, version.sheet)
    return bound.measure, bound.params, bound.trajectory


def _trajectory(trajectory: Trajectory, sheet: Mapping[str, Any]) -> Trajectory:
    """Return a trajectory as a sheet has it; it is never saved."""
    rules = {name: sheet.get(name, {}) for name in ("clock", "priorities", "attribution", "calendar")}
    rules |= {name: sheet.get(name, []) for name in ("steps", "expected")}
    return Trajectory(pk=trajectory.pk, code=trajectory.code, **rules)


def _count(kind: str, parts: Parts | None) -> int | None:
    """Return how many things stand behind a figure; of a list, how many are on it."""
    if parts is None:
        return None
    n = parts.numerator if kind == Kind.STOCK else parts.n
    return None if n is None else int(n.to_integral_value() if isinstance(n, Decimal) else n)
