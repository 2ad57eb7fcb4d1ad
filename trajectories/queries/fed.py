"""What a trajectory adds to an indicator: which measure, with which parameters, by which version of the definition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from indicators.calculations import Parts
from indicators.choices import Kind
from indicators.models import Indicator
from indicators.queries.entering.locks import lock_over
from organisation.models import Period, Unit
from trajectories.calculations.definition.filled import filled
from trajectories.calculations.figures.contributions import SAME
from trajectories.models import BoundMeasure, Trajectory, TrajectoryVersion
from trajectories.queries.measures import rules_of
from trajectories.queries.rules import InForce, as_it_was, rules_in_force, version_on

Counted = Literal["episodes", "contacts", "hand_offs", "people", "repetitions", "silences", "days"]
#: Measures that count something other than episodes, and what.
COUNTS: Final[Mapping[str, Counted]] = {
    "contacts": "contacts",
    "workload": "contacts",
    "team_days": "days",
    "handoffs": "hand_offs",
    "ping_pong": "hand_offs",
    "rework": "repetitions",
    "gaps": "silences",
}


@dataclass(frozen=True, slots=True)
class Fed:
    """The measure behind a figure, as the version that made it has it.

    `params` are those that were given, `asked` the same filled in by the definition; `counts` says what `n` counts, and
    `n` is None where there is no figure. `locked_at`: the period was locked then, and no later version measured it.
    `earlier`: the version by which the first part of a longer period was measured, where that asked something else.
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
    earlier: int | None = None


def fed_by(indicator: Indicator, unit: Unit, period: Period, parts: Parts | None) -> Fed | None:
    """Return what feeds a figure, or None where no trajectory does: one query then, else three or four."""
    bound = BoundMeasure.objects.filter(indicator=indicator).select_related("trajectory", "indicator").first()
    if bound is None or period.ends_on < bound.since:
        return None
    lock = lock_over(indicator, unit, period)
    versions = list(bound.trajectory.versions.order_by("-number"))
    stood = [one for one in versions if not (lock and one.changed_at and one.changed_at > lock.locked_at)]
    bound_then = _as_bound_then(bound, versions, stood)
    rules = rules_in_force(bound_then, stood)
    rule, version = _rule_on(rules, period.ends_on), version_on(stood, period.ends_on)
    return Fed(
        trajectory=bound.trajectory,
        measure=rule.measure,
        params=rule.params,
        asked=filled(SAME.get(rule.measure, rule.measure), rule.params, rules_of(rule.trajectory)),
        version=version.number if version else bound.trajectory.version,
        changed_at=version.changed_at if version else None,
        counts=_counts(indicator.kind, rule.measure),
        n=_count(indicator.kind, parts),
        locked_at=lock.locked_at if lock else None,
        earlier=_earlier(indicator, period, rules, rule),
    )


def _counts(kind: str, measure: str) -> Counted:
    """Return what the number behind a figure counts; of different people, these and not what was done with them."""
    return "people" if kind == Kind.DISTINCT else COUNTS.get(SAME.get(measure, measure), "episodes")


def _rule_on(rules: Sequence[InForce], day: dt.date) -> InForce:
    """Return the rule that holds for a period that ends on a day; before the first, that one."""
    return next((one for one in rules if one.era.until is None or day < one.era.until), rules[-1])


def _as_bound_then(
    bound: BoundMeasure, versions: Sequence[TrajectoryVersion], stood: Sequence[TrajectoryVersion]
) -> BoundMeasure:
    """Return the binding as the newest of the versions that stood has it; of one from before it was bound, today's."""
    if len(stood) == len(versions) or not stood:
        return bound
    one = next((one for one in stood[0].sheet.get("measures", ()) if one["indicator"] == bound.indicator.code), None)
    if one is None:
        return bound
    return BoundMeasure(
        trajectory=as_it_was(bound.trajectory, stood[0]),
        indicator=bound.indicator,
        measure=one["measure"],
        params=one.get("params", {}),
        since=bound.since,
    )


def _earlier(indicator: Indicator, period: Period, rules: Sequence[InForce], rule: InForce) -> int | None:
    """Return the version of the rule by which a longer period began to be measured, if that is another."""
    if period.frequency == indicator.frequency or len(rules) == 1:
        return None
    shorter = Period.objects.filter(frequency=indicator.frequency, starts_on__gte=period.starts_on).order_by(
        "starts_on"
    )
    first = shorter.first()
    before = _rule_on(rules, first.ends_on) if first else rule
    return before.version.number if before is not rule and before.version else None


@dataclass(frozen=True, slots=True)
class Asking:
    """What is measured for an indicator since a day (None: from the beginning): `asked` as the definition fills it in."""

    since: dt.date | None
    version: int
    changed_at: dt.datetime | None
    changed_by: str
    reason: str
    measure: str
    asked: Mapping[str, Any]


def askings_of(bound: BoundMeasure) -> list[Asking]:
    """Return the rules by which an indicator is measured, newest first; one query."""
    found: list[Asking] = []
    for rule in rules_in_force(bound, list(bound.trajectory.versions.select_related("changed_by").order_by("-number"))):
        if rule.version is None:
            continue
        version = rule.version
        found.append(
            Asking(
                rule.era.since,
                version.number,
                version.changed_at,
                str(version.changed_by) if version.changed_by else "",
                version.reason,
                rule.measure,
                filled(SAME.get(rule.measure, rule.measure), rule.params, rules_of(rule.trajectory)),
            )
        )
    return found[::-1]


def _count(kind: str, parts: Parts | None) -> int | None:
    """Return how many things stand behind a figure; of a list, how many are on it."""
    if parts is None:
        return None
    n = parts.numerator if kind == Kind.STOCK else parts.n
    return None if n is None else int(n.to_integral_value() if isinstance(n, Decimal) else n)
