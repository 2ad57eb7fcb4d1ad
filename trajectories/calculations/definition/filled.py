"""What a question about a trajectory means where it is silent: the definition fills its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from trajectories.calculations.definition.attribution import PLACES
from trajectories.calculations.definition.limits import limits_of
from trajectories.calculations.measures.conformance import step_activities

Params = dict[str, Any]


@dataclass(frozen=True)
class Rules:
    """What a definition says beyond its clock, in the spelling of `read_definition`."""

    steps: Sequence[Mapping[str, Any]] = ()
    clock: Mapping[str, Sequence[str]] = field(default_factory=dict)
    priorities: Mapping[str, Any] = field(default_factory=dict)
    attribution: Mapping[str, str] = field(default_factory=dict)
    calendar: Mapping[str, Any] = field(default_factory=dict)
    expected: Sequence[Sequence[str | None]] = ()


def filled(measure: str, params: Mapping[str, Any], rules: Rules) -> Params:
    """Return the parameters of a measure with what the definition says where they are silent."""
    given = {name: value for name, value in params.items() if value is not None}
    fill = FILLING.get(measure)
    found = fill(given, rules) if fill else {}
    for what in COUNTING.get(measure, ()):
        if what in rules.attribution:
            found[f"{what}_at"] = rules.attribution[what]
    whole = {**params, **{name: value for name, value in found.items() if name not in given}}
    if "responsible" in [whole.get(f"{what}_at") for what in PLACES] and "responsible" not in given:
        whole["responsible"] = _responsible(rules.steps)
    return whole


def _responsible(steps: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return the units responsible by activity; of an activity in two steps the first counts."""
    table: dict[str, list[str]] = {}
    for step in steps:
        for activity in step.get("activities", ()):
            if step.get("units"):
                table.setdefault(activity, list(step["units"]))
    return table


#: How many of a question's units a day has; limits are told in days.
IN_A_DAY: Final = {"minutes": 1440, "hours": 24}


def _priorities(params: Params, rules: Rules) -> Params:
    stop = params.get("stop") or rules.clock.get("stop", ())
    limits = limits_of(rules.priorities, rules.steps, [stop] if isinstance(stop, str) else stop)
    times = IN_A_DAY.get(str(params.get("unit")), 1)
    found: Params = {"targets": {name: days * times for name, days in limits.items()}}
    if "target" in params or "targets" in params:
        found = {}
    if rules.priorities.get("activities"):
        found["set_by"] = rules.priorities["activities"]
    return found | {name: rules.priorities[name] for name in ("column", "which") if name in rules.priorities}


def _calendar(params: Params, rules: Rules) -> Params:
    return {"calendar": dict(rules.calendar)} if rules.calendar and "holidays" not in params else {}


def _rules(_params: Params, rules: Rules) -> Params:
    expected: Params = {"rules": [list(rule) for rule in rules.expected]} if rules.expected else {}
    return expected | ({"step_activities": step_activities(rules.steps)} if rules.steps else {})


def _order(_params: Params, rules: Rules) -> Params:
    steps = [step["activities"][0] for step in rules.steps if step.get("activities")]
    return {"steps": list(dict.fromkeys(steps))} if steps else {}


FILLING: Final[Mapping[str, Callable[[Params, Rules], Params]]] = {
    "within_priority_target": _priorities,
    "access_delay_business_days": _calendar,
    "conformance_rules": _rules,
    "pathway_order": _order,
}
_DELAY, _WAIT = ("delay",), ("wait",)
#: What each measure counts somewhere.
COUNTING: Final[Mapping[str, tuple[str, ...]]] = {
    "access_delay": _DELAY,
    "access_delay_by_month": _DELAY,
    "access_delay_by_team": _DELAY,
    "access_delay_by_fiscal_period": _DELAY,
    "access_delay_business_days": _DELAY,
    "access_delay_net_of_pauses": _DELAY,
    "access_delay_kaplan_meier": _WAIT,
    "within_priority_target": _DELAY,
    "within_target_counting_overdue_open": ("delay", "wait"),
    "waiting_list": _WAIT,
    "waiting_list_series": _WAIT,
    "handoffs": ("hand_off",),
    "handoffs_by_month": ("hand_off",),
    "open_caseload": ("caseload",),
}
