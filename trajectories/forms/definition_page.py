"""What the form of a definition draws: each field with what stands in it and what may."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from core.language import in_language
from core.working_days import regions
from organisation.models import Unit
from trajectories.calculations.definition.attribution import PLACES as USUAL_PLACES
from trajectories.calculations.definition.calendars import WEEKDAYS as ALL_WEEKDAYS
from trajectories.calculations.measures.conformance import OF_STEP
from trajectories.forms.definition_form import SETS_PRIORITY, ActivityRow, Draft, rows_of
from trajectories.queries.activities import LoggedActivity
from trajectories.words import COUNTED, MEASURES, PLACES, ROLES, RULES, WEEKDAYS, WHICH, Label
from trajectories.words import SETS_PRIORITY as SETS

#: Units and activities that a browser is given to look through while a name is typed; beyond, it is typed whole.
OFFERED: Final = 5_000
Choice = tuple[str, Label, bool]


@dataclass(frozen=True)
class StepRow:
    """A step as it is being written; `limits` (priority, days) by priority of the trajectory."""

    at: int
    code: str
    name_en: str
    name_fr: str
    #: Code and name of each that is responsible.
    units: tuple[tuple[str, str], ...]
    limits: tuple[tuple[str, object], ...]
    activities: str

    @property
    def key(self) -> str:
        """The place as text, as buttons and choices name it."""
        return str(self.at)

    @property
    def label(self) -> str:
        """What the step is called in a list."""
        return in_language(self.name_en, self.name_fr) or _("Step %(number)d") % {"number": self.at + 1}

    @property
    def up(self) -> str:
        """The name of the button that moves the step up."""
        return _("Move %(step)s up") % {"step": self.label}

    @property
    def down(self) -> str:
        """The name of the button that moves the step down."""
        return _("Move %(step)s down") % {"step": self.label}

    @property
    def remove(self) -> str:
        """The name of the button that takes the step away."""
        return _("Remove %(step)s") % {"step": self.label}


@dataclass(frozen=True)
class RuleRow:
    """A rule as it is being written."""

    at: int
    words: tuple[Choice, ...]
    first: str
    second: str

    @property
    def key(self) -> str:
        """The place as text, as buttons name it."""
        return str(self.at)


@dataclass(frozen=True)
class DefinitionPage:
    """All fields of the form."""

    sheet: dict[str, Any]
    steps: tuple[StepRow, ...]
    rows: Sequence[ActivityRow]
    roles: tuple[tuple[str, Label, Label], ...]
    #: Name, days, and what its button asks for.
    priorities: tuple[tuple[str, object, str], ...]
    which: tuple[Choice, ...]
    counted: tuple[tuple[str, Label, tuple[Choice, ...]], ...]
    weekdays: tuple[Choice, ...]
    closed: str
    opened: str
    rules: tuple[RuleRow, ...]
    measures: tuple[tuple[str, Label], ...]
    measures_json: str
    zones: Sequence[str]
    regions: Sequence[str]
    units: Sequence[tuple[str, str]]
    #: The activities of the log, and what a rule may be about besides: steps, by how it names them.
    activities: Sequence[str]
    step_sides: Sequence[tuple[str, str]]
    focus: str


def page_of(draft: Draft, logged: Iterable[LoggedActivity]) -> DefinitionPage:
    """Return what is drawn of a draft."""
    sheet, logged = draft.sheet, list(logged)
    steps = tuple(_step(at, step, draft, _named_units(sheet)) for at, step in enumerate(sheet.get("steps", ())))
    attribution, calendar = sheet.get("attribution", {}), sheet.get("calendar", {})
    priorities = sheet.get("priorities", {})
    measures = [one for one in sheet.get("measures", ()) if isinstance(one, dict)]
    return DefinitionPage(
        sheet=sheet,
        steps=steps,
        rows=rows_of(draft, logged),
        roles=(*((role, *ROLES[role]) for role in ROLES), (SETS_PRIORITY, *SETS)),
        priorities=tuple(
            (name, days, f"priority-remove:{at}") for at, (name, days) in enumerate(draft.priorities.items())
        ),
        which=tuple((one, WHICH[one], one == (priorities.get("which") or "first")) for one in WHICH),
        counted=tuple(
            (what, COUNTED[what], tuple((one, PLACES[one], one == attribution.get(what, places[0])) for one in places))
            for what, places in USUAL_PLACES.items()
        ),
        weekdays=tuple((day, WEEKDAYS[day], day in draft.weekdays) for day in ALL_WEEKDAYS),
        closed=", ".join(calendar.get("closed", ())),
        opened=", ".join(calendar.get("open", ())),
        rules=tuple(_rule(at, rule) for at, rule in enumerate(sheet.get("expected", ()))),
        measures=tuple((str(one.get("indicator")), MEASURES.get(str(one.get("measure")), "")) for one in measures),
        measures_json=json.dumps(sheet.get("measures", [])),
        zones=sorted(available_timezones()),
        regions=[code for country in ("CA", "FR", "US") for code in (country, *_parts(country))] + sorted(regions()),
        units=[(unit.code, unit.name) for unit in Unit.objects.order_by("code")[:OFFERED]],
        activities=[one.name for one in logged[:OFFERED]],
        step_sides=[(f"{OF_STEP}{step.code}", step.label) for step in steps if step.code],
        focus=draft.focus,
    )


def _parts(country: str) -> list[str]:
    return [f"{country}-{part}" for part in regions()[country]]


def _named_units(sheet: dict[str, Any]) -> dict[str, str]:
    codes = {code for step in sheet.get("steps", ()) for code in step.get("units", ())}
    return {unit.code: unit.name for unit in Unit.objects.filter(code__in=codes)} if codes else {}


def _step(at: int, step: dict[str, Any], draft: Draft, units: Mapping[str, str]) -> StepRow:
    own = step.get("limits", {})
    names = dict.fromkeys([*draft.priorities, *own])
    limits = tuple((name, own.get(name, "")) for name in names)
    names_told = (step.get("name_en", ""), step.get("name_fr", ""))
    chosen = tuple((code, units.get(code, code)) for code in step.get("units", ()))
    return StepRow(at, step.get("code", ""), *names_told, chosen, limits, ", ".join(step["activities"]))


def _rule(at: int, rule: Sequence[str | None]) -> RuleRow:
    word, first, second = (*rule, None, None)[:3]
    return RuleRow(at, tuple((one, RULES[one], one == word) for one in RULES), first or "", second or "")
