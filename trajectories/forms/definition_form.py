"""The form of a definition: from a sheet to what is drawn, from what was sent back to a sheet.

The form is posted whole for every move, addition and removal, and drawn again with it; nothing is kept until it is saved.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Q
from django.http import QueryDict

from organisation.models import Unit
from trajectories.calculations.definition.attribution import PLACES
from trajectories.calculations.definition.calendars import USUAL
from trajectories.calculations.definition.limits import QUEBEC
from trajectories.calculations.definition.proposal import told
from trajectories.queries.activities import LoggedActivity
from trajectories.words import ROLES

Sheet = dict[str, Any]

#: Beside the clock: the activity may set the priority of a case.
SETS_PRIORITY: Final = "set_by"
#: Rows of the table of activities; of a longer log, the commonest. More can be added by name.
SHOWN: Final = 150
#: Rows that a form may have.
MOST_ROWS: Final = 2_000
#: Steps, rules or priorities that a form may have: more is no form that a person filled in.
MOST: Final = 60


@dataclass(frozen=True)
class ActivityRow:
    """A row of the table: the activity, its frequency, the place of its step ("" for none), what it does."""

    name: str
    cases: str
    step: str
    roles: frozenset[str]


@dataclass
class Draft:
    """A definition as it is being written. `also` are activities that the table shows though nothing names them yet."""

    sheet: Sheet
    also: list[str] = field(default_factory=list)
    #: The id of the field that should have the focus.
    focus: str = ""

    @property
    def priorities(self) -> Mapping[str, Any]:
        """The limits by priority, those of Quebec where the sheet names none."""
        limits: Mapping[str, Any] = self.sheet.get("priorities", {}).get("limits") or QUEBEC
        return limits

    @property
    def weekdays(self) -> Sequence[str]:
        """The weekdays that count."""
        days: Sequence[str] = self.sheet.get("calendar", {}).get("weekdays") or USUAL
        return days


def rows_of(draft: Draft, logged: Iterable[LoggedActivity]) -> list[ActivityRow]:
    """Return the rows of the table of activities: those of the steps first, in their order, then by frequency."""
    sheet, counts = draft.sheet, {one.name: told(one.cases) for one in logged}
    steps = {name: str(at) for at, step in reversed(list(enumerate(_steps(sheet)))) for name in step["activities"]}
    named = [name for step in _steps(sheet) for name in step["activities"]]
    named += [name for names in sheet.get("clock", {}).values() for name in names]
    named += sheet.get("priorities", {}).get("activities", [])
    named += [name for rule in sheet.get("expected", ()) for name in rule[1:] if name]
    shown = list(dict.fromkeys([*named, *draft.also, *counts]))[: max(SHOWN, len(set(named)) + len(draft.also))]
    return [ActivityRow(name, counts.get(name, ""), steps.get(name, ""), _roles(sheet, name)) for name in shown]


def _steps(sheet: Sheet) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = sheet.get("steps", [])
    return steps


def _roles(sheet: Sheet, activity: str) -> frozenset[str]:
    found = {role for role, names in sheet.get("clock", {}).items() if activity in names}
    setting = sheet.get("priorities", {}).get("activities", ())
    return frozenset(found | ({SETS_PRIORITY} if activity in setting else set()))


def draft_of(post: QueryDict, before: Sheet) -> Draft:
    """Return what was sent as a draft; `before` is the sheet kept, whose order of activities stays where it can."""
    rows = [_row(post, at) for at in range(_count(post, "activities", MOST_ROWS))]
    sheet: Sheet = {name: post.get(name, "").strip() for name in ("code", "name_en", "name_fr", "timezone")}
    old = {step["code"]: step.get("activities", []) for step in _steps(before)}
    sheet["steps"] = [_step(post, at, rows, old) for at in range(_count(post, "steps"))]
    chosen = {role: [row.name for row in rows if role in row.roles] for role in (*ROLES, SETS_PRIORITY)}
    kept = before.get("clock", {})
    sheet["clock"] = {role: _in_order(chosen[role], kept.get(role, ())) for role in ROLES if chosen[role]}
    sheet["priorities"] = _priorities(post, chosen[SETS_PRIORITY])
    sheet["attribution"] = {what: post[f"at-{what}"] for what in PLACES if post.get(f"at-{what}")}
    sheet["calendar"] = {
        "holidays": post.get("holidays", "").strip(),
        "weekdays": post.getlist("weekdays"),
        "closed": split(post.get("closed", "")),
        "open": split(post.get("open", "")),
    }
    sheet["expected"] = [_rule(post, at) for at in range(_count(post, "rules"))]
    sheet["measures"] = _measures(post.get("measures", ""))
    return Draft(sheet, [row.name for row in rows])


def split(text: str) -> list[str]:
    """Return words that a person has parted by commas, semicolons, spaces or lines."""
    return [word for word in re.split(r"[\s,;]+", text) if word]


def _count(post: QueryDict, name: str, most: int = MOST) -> int:
    text = post.get(f"{name}-count", "0")
    return min(int(text), most) if text.isascii() and text.isdigit() else 0


def _row(post: QueryDict, at: int) -> ActivityRow:
    roles = frozenset(post.getlist(f"activity-{at}-role"))
    return ActivityRow(post.get(f"activity-{at}", ""), "", post.get(f"activity-{at}-step", ""), roles)


def _step(post: QueryDict, at: int, rows: Sequence[ActivityRow], old: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    code = post.get(f"step-{at}-code", "")
    chosen = [row.name for row in rows if row.step == str(at) and row.name]
    limits = {
        name.removeprefix(f"step-{at}-limit-"): number(value)
        for name, value in post.items()
        if name.startswith(f"step-{at}-limit-") and isinstance(value, str) and value.strip()
    }
    return {
        "code": code,
        "name_en": post.get(f"step-{at}-name_en", "").strip(),
        "name_fr": post.get(f"step-{at}-name_fr", "").strip(),
        "activities": _in_order(chosen, old.get(code, ())),
        "units": _units(post.getlist(f"step-{at}-unit"), post.get(f"step-{at}-units", "").strip()),
        "limits": limits,
    }


def _units(kept: Sequence[str], written: str) -> list[str]:
    """Return the codes of units: those kept, and those written, as codes or as the whole name of one."""
    if not written:
        return list(kept)
    named = Unit.objects.filter(Q(name_en__iexact=written) | Q(name_fr__iexact=written)).values_list("code", flat=True)
    return list(dict.fromkeys([*kept, *(list(named[:1]) or split(written))]))


def _in_order(chosen: Sequence[str], before: Sequence[str]) -> list[str]:
    return [*(name for name in before if name in chosen), *(name for name in chosen if name not in before)]


def _priorities(post: QueryDict, setting: Sequence[str]) -> dict[str, Any]:
    rows = range(_count(post, "priorities"))
    limits = {post.get(f"priority-{at}-name", "").strip(): number(post.get(f"priority-{at}-days", "")) for at in rows}
    return {
        "column": post.get("column", "").strip(),
        "activities": list(setting),
        "which": post.get("which") or None,
        "limits": {name: days for name, days in limits.items() if name},
    }


def number(text: str) -> int | float | str:
    """Return a number as a person writes it, or the text as it is, which is then refused where it stands."""
    text = text.strip().replace(",", ".")
    try:
        return int(text) if text.isdecimal() else float(text)
    except ValueError:
        return text


def _rule(post: QueryDict, at: int) -> list[str | None]:
    word, first, second = (post.get(f"rule-{at}-{name}", "").strip() for name in ("word", "first", "second"))
    return [word, first or None, None if word == "absence" else second or None]


def _measures(text: str) -> list[Any]:
    try:
        measures = json.loads(text or "[]")
    except ValueError:
        return []
    return measures if isinstance(measures, list) else []


def coded(sheet: Sheet) -> Sheet:
    """Return a sheet whose new steps have codes, made of their names."""
    codes = {step["code"] for step in _steps(sheet)}
    steps = []
    for at, step in enumerate(_steps(sheet), 1):
        code = step["code"] or re.sub(r"[^a-z0-9]+", "-", step["name_en"].lower()).strip("-")[:40] or f"step-{at}"
        if not step["code"] and code in codes:
            code = f"{code}-{at}"
        codes.add(code)
        steps.append({**step, "code": code})
    return {**sheet, "steps": steps}


def changed(draft: Draft, asked: str, name: str) -> Draft:
    """Return the draft after what a button asks for: `step-up:2`, `rule-add`, …; `name` is that of an activity to add."""
    what, _, place = asked.partition(":")
    kind, _, act = what.rpartition("-")
    if name and kind in {"", "activity"}:
        return Draft(draft.sheet, [*draft.also, name], "add-activity")
    at = int(place) if place.isascii() and place.isdigit() else 0
    if kind in {"step", "rule"}:
        listed = draft.sheet["steps" if kind == "step" else "expected"]
        at = _act(listed, act, at, dict(NEW_STEP) if kind == "step" else ["precedence", None, None])
        return Draft(draft.sheet, draft.also, f"{kind}-{at}")
    if kind == "priority":
        limits = [list(pair) for pair in draft.priorities.items()]
        _act(limits, act, at, [_free(draft.priorities), ""])
        draft.sheet["priorities"]["limits"] = dict(map(tuple, limits))
        return Draft(draft.sheet, draft.also, "priorities")
    return draft


NEW_STEP: Final = {"code": "", "name_en": "", "name_fr": "", "activities": [], "units": [], "limits": {}}


def _free(taken: Mapping[str, Any]) -> str:
    return next(f"P{number}" for number in range(1, len(taken) + 2) if f"P{number}" not in taken)


def _act(listed: list[Any], act: str, at: int, new: Any) -> int:
    """Add, remove or move inside a list, and return the place that a person looks at then."""
    if act == "add":
        listed.append(new)
        return len(listed) - 1
    if at >= len(listed):
        return 0
    if act == "remove":
        del listed[at]
        return max(at - 1, 0)
    to = min(max(at + (1 if act == "down" else -1), 0), len(listed) - 1)
    listed.insert(to, listed.pop(at))
    return to
