"""Read a trajectory's definition: steps, clock, priorities, calendar, expected pathway, in one spelling.

Whatever is wrong is told at once, each fault with its place: `steps[2].activities: this must be a list of activities.`
Places count from 0, as in JSON.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import available_timezones

from trajectories.calculations.definition import calendars, limits
from trajectories.calculations.definition.attribution import PLACES, read_attribution
from trajectories.calculations.definition.calendars import read_calendar
from trajectories.calculations.definition.limits import read_limits, read_priorities
from trajectories.calculations.faults import ACTIVITIES, UNITS, Fault, Faults, Faulty, at, gettext_noop
from trajectories.calculations.measures.conformance import OF_STEP, ONE, TWO
from trajectories.calculations.storable import unstorable

#: In the order in which a file is written.
KEYS: Final = (
    "code",
    "name_en",
    "name_fr",
    "timezone",
    "steps",
    "clock",
    "priorities",
    "attribution",
    "calendar",
    "expected",
    "measures",
)
#: Of a file alone: from which day on what it says holds.
EFFECT: Final = "takes_effect_on"
STEP_KEYS: Final = ("code", "name_en", "name_fr", "activities", "units", "limits")
#: What the clock knows, and other words for it that definitions use.
CLOCK: Final = {
    "start": ("start", "starts"),
    "pause": ("pause", "pauses"),
    "resume": ("resume", "resumes"),
    "stop": ("stop", "stops"),
    "close": ("close", "closes", "closing", "closure", "exit", "exits"),
    "drop_out": ("drop_out", "dropout", "dropouts", "drop_outs"),
    "refer_out": ("refer_out", "referred_out", "refer_outs"),
    "hand_over": ("hand_over", "hand_overs", "transfer", "transfers"),
}
CLOCK_WORDS: Final = {word: name for name, words in CLOCK.items() for word in words}
#: The keys of the parts of a definition, in the order in which a file is written.
ORDER: Final[Mapping[str, Iterable[str]]] = {
    "clock": tuple(CLOCK),
    "priorities": limits.KEYS,
    "attribution": tuple(PLACES),
    "calendar": calendars.KEYS,
}
#: Longest code, as the table keeps it.
LONGEST_CODE: Final = 60

TRAJECTORY = gettext_noop("a trajectory is an object with code, name_en, steps, clock and measures.")
CODE = gettext_noop("this must be a word of letters, digits, - and _.")
ZONE = gettext_noop("“%(zone)s” is no time zone such as America/Toronto.")
STEP = gettext_noop("a step is an object with code, name_en, name_fr and activities.")
TWICE = gettext_noop("another step has the code “%(code)s” already.")
CLOCK_OBJECT = gettext_noop("this must be an object such as {start: [Referral], stop: [First service]}.")
DAY = gettext_noop("this must be a day such as 2026-12-24.")
RULE = gettext_noop("a rule is precedence or response of two activities, or absence of one.")
NO_STEP = gettext_noop("no step has the code “%(code)s”.")


@dataclass(frozen=True)
class Definition:
    """A trajectory as its file says, checked and in one spelling; `measures` are checked by who binds them.

    `takes_effect_on`: the first day of the periods for which it is meant; None: the file does not say.
    """

    code: str
    fields: Mapping[str, Any]
    measures: list[object]
    takes_effect_on: dt.date | None = None


def read_definition(given: object) -> Definition:
    """Return a definition; raises `Faulty` with all that is wrong."""
    if not isinstance(given, Mapping):
        raise Faulty([Fault("", TRAJECTORY)])
    faults = Faults(unstorable(given))
    faults.end()
    known = faults.mapping(given, "", (*KEYS, EFFECT), TRAJECTORY)
    code = _code(known.get("code"), faults)
    fields: dict[str, Any] = {
        "name_en": faults.text(known.get("name_en"), "name_en") or code,
        "name_fr": faults.text(known.get("name_fr"), "name_fr"),
        "timezone": _zone(known.get("timezone"), faults),
        "steps": _steps(known.get("steps"), faults),
        "clock": _clock(known.get("clock"), faults),
        "priorities": read_priorities(known.get("priorities"), faults),
        "attribution": read_attribution(known.get("attribution"), faults),
        "calendar": read_calendar(known.get("calendar"), faults),
        "expected": [],
    }
    fields["expected"] = _expected(known.get("expected"), fields["steps"], faults)
    measures = faults.items(known.get("measures"), "measures")
    first_day = _day(known.get(EFFECT), EFFECT, faults)
    faults.end()
    return Definition(code, fields, measures, first_day)


def _day(given: object, place: str, faults: Faults) -> dt.date | None:
    if given is None or given == "":
        return None
    try:
        return dt.date.fromisoformat(str(given))
    except ValueError:
        faults.tell(place, DAY)
        return None


def _code(given: object, faults: Faults) -> str:
    code = given if isinstance(given, str) else ""
    if not code.isascii() or not code.replace("-", "").replace("_", "").isalnum():
        faults.tell("code", CODE)
    return faults.text(code, "code", LONGEST_CODE)


def _zone(given: object, faults: Faults) -> str:
    zone = faults.text(given, "timezone") or "UTC"
    if zone not in available_timezones():
        faults.tell("timezone", ZONE, zone=zone)
    return zone


def _steps(given: object, faults: Faults) -> list[dict[str, Any]]:
    steps = [_step(step, f"steps[{number}]", faults) for number, step in enumerate(faults.items(given, "steps"))]
    codes: list[str] = []
    for number, step in enumerate(steps):
        if step.get("code") in codes:
            faults.tell(f"steps[{number}].code", TWICE, code=step["code"])
        codes.append(step.get("code", ""))
    return steps


def _step(given: object, place: str, faults: Faults) -> dict[str, Any]:
    """Return a step; a bare text is a step of that one activity."""
    if isinstance(given, str):
        given = {"code": given}
    if not isinstance(given, Mapping) or not (given.get("code") or given.get("name_en")):
        faults.tell(place, STEP)
        return {}
    known = faults.mapping(given, place, STEP_KEYS, STEP)
    code = faults.text(known.get("code") or known.get("name_en"), at(place, "code"))
    step: dict[str, Any] = {
        "code": code,
        "name_en": faults.text(known.get("name_en"), at(place, "name_en")) or code,
        "name_fr": faults.text(known.get("name_fr"), at(place, "name_fr")),
        "activities": faults.texts(known.get("activities", [code]), at(place, "activities"), ACTIVITIES),
    }
    further = {
        "units": faults.texts(known.get("units"), at(place, "units"), UNITS),
        "limits": read_limits(known.get("limits"), at(place, "limits"), faults),
    }
    return step | {name: value for name, value in further.items() if value}


def _clock(given: object, faults: Faults) -> dict[str, list[str]]:
    clock: dict[str, list[str]] = {}
    for word, activities in faults.mapping(given or None, "clock", CLOCK_WORDS, CLOCK_OBJECT).items():
        named = clock.setdefault(CLOCK_WORDS[word], [])
        named += [one for one in faults.texts(activities, at("clock", word), ACTIVITIES) if one not in named]
    return clock


def _expected(given: object, steps: Iterable[Mapping[str, Any]], faults: Faults) -> list[list[str | None]]:
    """Return the rules of the expected pathway, each as `[word, activity, other activity or None]`; or `step:code`."""
    rules = []
    known = {f"{OF_STEP}{step.get('code')}" for step in steps}
    for number, rule in enumerate(faults.items(given, "expected")):
        read = _rule(rule)
        if read is None:
            faults.tell(f"expected[{number}]", RULE)
            continue
        for side in read[1:]:
            if side is not None and side.startswith(OF_STEP) and side not in known:
                faults.tell(f"expected[{number}]", NO_STEP, code=side.removeprefix(OF_STEP))
        if read not in rules:
            rules.append(read)
    return rules


def _rule(given: object) -> list[str | None] | None:
    """Return a rule written as `[precedence, A, B]` or `{precedence: [A, B]}`; None if it is none."""
    if isinstance(given, Mapping) and len(given) == 1:
        ((word, named),) = given.items()
        given = [word, *(named if isinstance(named, list) else [named])]
    if not isinstance(given, list) or not given:
        return None
    told = [side for side in map(_side, given) if isinstance(side, str) and side]
    if not told or len(told) < sum(one is not None for one in given):
        return None
    word, *named = told
    if len(named) != {**dict.fromkeys(ONE, 1), **dict.fromkeys(TWO, 2)}.get(word):
        return None
    return [word, *named, *([None] if word in ONE else [])]


def _side(given: object) -> object:
    """Return an activity as it is, and a step, written `{step: code}`, as `step:code`."""
    if isinstance(given, Mapping) and set(given) == {"step"} and isinstance(given["step"], str):
        return f"{OF_STEP}{given['step']}"
    return given


def sheet_of(code: str, fields: Mapping[str, Any], measures: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a definition as a file holds it, in the order of its keys, without what it does not say."""
    said = {"code": code, **fields, "measures": measures}
    said["steps"] = [_ordered(step, STEP_KEYS) for step in said["steps"]]
    said |= {name: _ordered(said[name], known) for name, known in ORDER.items()}
    return {name: said[name] for name in KEYS if said.get(name) or name in {"code", "name_en", "timezone"}}


def _ordered(said: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """Return an object in the order in which people write it; the database keeps none."""
    return {name: said[name] for name in known if name in said}
