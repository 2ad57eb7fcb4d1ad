"""Which priority a case has, and how long each priority may wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from trajectories.calculations.faults import ACTIVITIES, Faults, at, gettext_noop

#: Days allowed by priority where nothing else is said (clinical prioritisation grid of the MSSS, indicator 7.04.00).
QUEBEC: Final = {"P1": 2, "P2": 10, "P3": 30, "P4": 90}
KEYS: Final = ("column", "activities", "which", "limits")
WHICH: Final = ("first", "last")
#: Days beyond which nobody waits: 2,700 years, so that whatever is written for "no limit" is taken.
LONGEST: Final = 1_000_000

PRIORITIES = gettext_noop("this must be an object such as {column: priority, limits: {P1: 2, P2: 10}}.")
LIMITS = gettext_noop("this must give days for each priority, such as {P1: 2, P2: 10}.")


def read_priorities(given: object, faults: Faults) -> dict[str, Any]:
    """Return what a definition says of priorities, without what is usual."""
    place = "priorities"
    known = faults.mapping(given, place, KEYS, PRIORITIES)
    read = {
        "column": faults.text(known.get("column"), at(place, "column"), longest=100),
        "activities": faults.texts(known.get("activities"), at(place, "activities"), ACTIVITIES),
        "which": faults.choice(known.get("which"), at(place, "which"), WHICH, "first"),
        "limits": read_limits(known.get("limits"), at(place, "limits"), faults),
    }
    usual = {"column": "priority", "which": "first", "limits": QUEBEC}
    return {name: value for name, value in read.items() if value and value != usual.get(name)}


def read_limits(given: object, place: str, faults: Faults) -> dict[str, float]:
    """Return days by priority; nothing, where nothing is said."""
    if given is None or given == "":
        return {}
    if not isinstance(given, Mapping):
        faults.tell(place, LIMITS)
        return {}
    wrong = [name for name, days in given.items() if not _is_days(days)]
    for name in wrong:
        faults.tell(at(place, str(name)), LIMITS)
    return {str(name): days for name, days in given.items() if name not in wrong}


def _is_days(given: object) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= LONGEST


def limits_of(
    priorities: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], stop: Sequence[str]
) -> Mapping[str, float]:
    """Return the days allowed by priority until one of some activities: the limits of their step, else all cases'."""
    own = [step["limits"] for step in steps if step.get("limits") and set(stop) & set(step.get("activities", ()))]
    return own[0] if own else priorities.get("limits") or QUEBEC
