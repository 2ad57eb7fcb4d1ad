"""Read a trajectory's definition: its steps and the activities of its clock, in one spelling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import available_timezones

from trajectories.calculations.conformance import read_rules
from trajectories.calculations.refusals import BadParameter, DefinitionRefused

KEYS = ("code", "name_en", "name_fr", "timezone", "steps", "clock", "expected", "measures")
STEP_KEYS = ("code", "name_en", "name_fr", "activities")
#: What the clock knows, and other words for it that definitions use.
CLOCK = {
    "start": ("start", "starts"),
    "pause": ("pause", "pauses"),
    "resume": ("resume", "resumes"),
    "stop": ("stop", "stops"),
    "close": ("close", "closes", "closing", "closure", "exit", "exits"),
    "drop_out": ("drop_out", "dropout", "dropouts", "drop_outs"),
    "refer_out": ("refer_out", "referred_out", "refer_outs"),
    "hand_over": ("hand_over", "hand_overs", "transfer", "transfers"),
}
CLOCK_WORDS = {word: name for name, words in CLOCK.items() for word in words}
#: Longest code, as the table keeps it.
LONGEST_CODE = 60


@dataclass(frozen=True)
class Definition:
    """A trajectory as its file says, checked and in one spelling; `measures` are checked by who binds them."""

    code: str
    fields: Mapping[str, object]
    measures: list[object]


def read_definition(given: object) -> Definition:
    """Return a definition; raises `DefinitionRefused` with a sentence."""
    if not isinstance(given, Mapping):
        raise DefinitionRefused("A trajectory is an object with code, name_en, steps, clock and measures.")
    _known(given, KEYS, "A trajectory")
    code, zone = given.get("code"), given.get("timezone") or "UTC"
    if not isinstance(code, str) or not code.isascii() or not code.replace("-", "").replace("_", "").isalnum():
        raise DefinitionRefused("“code” must be a word of letters, digits, - and _.")
    if len(code) > LONGEST_CODE:
        raise DefinitionRefused(f"“code” must not be longer than {LONGEST_CODE} characters.")
    if zone not in available_timezones():
        raise DefinitionRefused(f"“{zone}” is no time zone such as America/Toronto.")
    measures = given.get("measures") or []
    if not isinstance(measures, list):
        raise DefinitionRefused("“measures” must be a list.")
    fields = {
        "name_en": str(given.get("name_en") or code),
        "name_fr": str(given.get("name_fr") or ""),
        "timezone": zone,
        "steps": [_step(step) for step in _list(given.get("steps"), "steps")],
        "clock": _clock(given.get("clock") or {}),
        "expected": _expected(given.get("expected")),
    }
    return Definition(code, fields, measures)


def _step(given: object) -> dict[str, object]:
    """Return a step; a bare text is a step of that one activity."""
    if isinstance(given, str):
        return {"code": given, "name_en": given, "name_fr": "", "activities": [given]}
    if not isinstance(given, Mapping) or not (given.get("code") or given.get("name_en")):
        raise DefinitionRefused("A step is an object with code, name_en, name_fr and activities.")
    _known(given, STEP_KEYS, "A step")
    code = str(given.get("code") or given.get("name_en"))
    return {
        "code": code,
        "name_en": str(given.get("name_en") or code),
        "name_fr": str(given.get("name_fr") or ""),
        "activities": _texts(given.get("activities", [code]), f"activities of step {code}"),
    }


def _clock(given: object) -> dict[str, list[str]]:
    if not isinstance(given, Mapping):
        raise DefinitionRefused("“clock” must be an object such as {start: [REFERRAL], stop: [FIRST_SERVICE]}.")
    _known(given, CLOCK_WORDS, "The clock")
    clock: dict[str, list[str]] = {}
    for word, activities in given.items():
        clock.setdefault(CLOCK_WORDS[word], []).extend(_texts(activities, f"clock.{word}"))
    return clock


def _expected(given: object) -> list[list[str | None]]:
    """Return the rules of the expected pathway, each as `[word, activity, other activity or None]`."""
    try:
        return [list(rule) for rule in read_rules(_list(given, "expected"))]
    except BadParameter as refused:
        raise DefinitionRefused(f"“expected”: {refused}") from None


def _known(given: Mapping[str, object], known: Iterable[str], what: str) -> None:
    names = list(known)
    if unknown := [str(name) for name in given if name not in names]:
        raise DefinitionRefused(f"{what} does not know {', '.join(unknown)}; it knows {', '.join(names)}.")


def _list(given: object, name: str) -> list[object]:
    if given is not None and not isinstance(given, list):
        raise DefinitionRefused(f"“{name}” must be a list.")
    return given or []


def _texts(given: object, name: str) -> list[str]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise DefinitionRefused(f"“{name}” must be a list of activities.")
    return texts
