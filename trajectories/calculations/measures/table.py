"""The table of measures: name, what computes it, and which parameters it knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trajectories.calculations.asked import Asked
from trajectories.calculations.faults import gettext_noop
from trajectories.calculations.measures import (
    access,
    caseload,
    conformance,
    continuity,
    handoffs,
    priorities,
    stays,
    waiting,
)
from trajectories.calculations.refusals import UnknownMeasure, UnknownParameter
from trajectories.calculations.summaries import Answer

#: Parameters that only explain, or place the question in time; every measure takes them.
EXPLAINING = frozenset(
    {"rule", "ties", "definition", "empty", "at", "percentile", "team_of", "unit_of", "as_of", "note", "level"}
)


@dataclass(frozen=True)
class Measure:
    """One definition of `measures.md`: the function that answers it and the parameters that it reads."""

    answer: Callable[[Asked], Answer]
    params: frozenset[str]


#: Where a delay, a wait, a hand-off, an open case counts; `responsible` is the table of steps that the definition fills in.
DELAY = "delay_at responsible"
WAIT = "wait_at responsible"
CASELOAD = "caseload_at responsible"


def _measure(answer: Callable[[Asked], Answer], params: str = "") -> Measure:
    return Measure(answer, frozenset(params.split()))


MEASURES = {
    "access_delay": _measure(access.access_delay, f"start stop unit target {DELAY}"),
    "access_delay_by_month": _measure(access.access_delay_by_month, f"start stop unit target month_of {DELAY}"),
    "access_delay_by_fiscal_period": _measure(
        access.access_delay_by_fiscal_period, f"start stop unit target period_of periods {DELAY}"
    ),
    "access_delay_by_team": _measure(access.access_delay_by_team, f"start stop unit target {DELAY}"),
    "access_delay_business_days": _measure(
        access.access_delay_business_days, f"start stop holidays calendar target {DELAY}"
    ),
    "access_delay_net_of_pauses": _measure(
        access.access_delay_net_of_pauses, f"start stop pause resume target {DELAY}"
    ),
    "access_delay_kaplan_meier": _measure(access.access_delay_kaplan_meier, f"start stop censored_by {WAIT}"),
    "access_delay_nearest_rank": _measure(access.access_delay_nearest_rank, f"start stop unit target {DELAY}"),
    "waiting_list": _measure(waiting.waiting_list, f"start stop exits days {WAIT}"),
    "waiting_list_series": _measure(waiting.waiting_list_series, f"start stop exits d0 d1 {WAIT}"),
    "within_target_counting_overdue_open": _measure(
        waiting.within_target_counting_overdue_open, f"start stop exits target {DELAY} wait_at"
    ),
    "within_priority_target": _measure(
        priorities.within_priority_target, f"start stop unit target targets column set_by which month_of {DELAY}"
    ),
    "handoffs": _measure(handoffs.handoffs, "column hand_off_at"),
    "handoffs_by_month": _measure(handoffs.handoffs_by_month, "column month_of hand_off_at"),
    "ping_pong": _measure(handoffs.ping_pong, "column"),
    "rework": _measure(handoffs.rework),
    "control_flow": _measure(handoffs.control_flow),
    "continuity": _measure(continuity.continuity, "activities column min_contacts"),
    "open_cases_silent_over_N": _measure(continuity.silent_open, "activities N closing"),
    "workload": _measure(continuity.workload, "activities"),
    "gaps": _measure(continuity.gaps, "activities N closing"),
    "length_of_stay": _measure(stays.length_of_stay, "start stop unit inclusive"),
    "throughput_by_month": _measure(stays.throughput_by_month, "start stop"),
    "return_within_N": _measure(stays.return_within_n, "close back N key"),
    "dropouts": _measure(stays.dropouts, "exits drop_out refer_out first_service stop"),
    "net_of_pauses": _measure(stays.net_of_pauses, "pause_lifecycles"),
    "conformance_rules": _measure(conformance.conformance_rules, "rules"),
    "pathway_order": _measure(conformance.pathway_order, "steps"),
    "starts": _measure(stays.starts, "start"),
    "closures": _measure(stays.closed, "close stop"),
    "contacts": _measure(continuity.contacts_by_month, "activities"),
    "open_caseload": _measure(caseload.open_caseload, f"exits {CASELOAD}"),
    "team_days": _measure(caseload.team_days),
}


def find(name: str) -> Measure:
    """Return a measure by name."""
    try:
        return MEASURES[name]
    except KeyError:
        raise UnknownMeasure(
            gettext_noop("There is no measure “%(name)s”; there are %(known)s."),
            name=name,
            known=", ".join(sorted(MEASURES)),
        ) from None


def check_params(name: str, given: object, further: frozenset[str] = frozenset()) -> None:
    """Refuse parameters that the measure does not know."""
    known = find(name).params | further
    unknown = sorted(set(given) - known - EXPLAINING) if isinstance(given, dict) else ["?"]
    if unknown:
        raise UnknownParameter(
            gettext_noop("%(name)s does not know %(unknown)s; it knows %(known)s."),
            name=name,
            unknown=", ".join(f"“{one}”" for one in unknown),
            known=", ".join(sorted(known | {"as_of"})),
        )


def answer(name: str, asked: Asked) -> Answer:
    """Return the answer of a measure, with the keys that its definition names."""
    check_params(name, dict(asked.params))
    return find(name).answer(asked)
