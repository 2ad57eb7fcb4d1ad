"""The page of a trajectory's definition: what it says, in the reader's words, and what it said before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import holidays
from django.utils.formats import get_format
from django.utils.translation import get_language, gettext

from core.days import dated
from indicators.words import with_unit
from organisation.models import Unit
from trajectories.calculations.definition.attribution import PLACES as USUAL_PLACES
from trajectories.calculations.definition.calendars import USUAL
from trajectories.calculations.definition.differences import differences
from trajectories.calculations.definition.limits import QUEBEC
from trajectories.models import BoundMeasure, Trajectory
from trajectories.queries.definitions import KeptVersion, versions_of
from trajectories.words import (
    COUNTED,
    PLACES,
    ROLES,
    WHICH,
    Label,
    difference_texts,
    measure_text,
    params_text,
    rule_text,
    value_text,
)

#: Holidays that the page names, as a check that the calendar is the right one.
COMING: Final = 4


@dataclass(frozen=True)
class StepFace:
    """A step: its names, activities, units responsible, and limits where it has its own."""

    code: str
    name: str
    other_name: str
    activities: Sequence[str]
    units: str
    limits: str


@dataclass(frozen=True)
class MeasureFace:
    """A bound measure: the indicator that it feeds, what it is, and the parameters that were given."""

    code: str
    indicator: str
    measure: str
    params: str


@dataclass(frozen=True)
class VersionFace:
    """A version and what it changed: label, before, after. It holds from a day on; None: from the beginning."""

    number: int
    takes_effect_on: dt.date | None
    is_restatement: bool
    changed_at: dt.datetime | None
    changed_by: str
    reason: str
    differences: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class SheetFace:
    """All that the page shows; `limits` those of the trajectory, with whether they are the usual ones."""

    trajectory: Trajectory
    steps: tuple[StepFace, ...]
    clock: tuple[tuple[Label, Label, Sequence[str]], ...]
    limits: str
    is_quebec: bool
    priority: str
    counted: tuple[tuple[Label, Label], ...]
    weekdays: str
    holidays_of: str
    coming: tuple[tuple[dt.date, str], ...]
    closed: str
    opened: str
    expected: tuple[str, ...]
    measures: tuple[MeasureFace, ...]
    versions: tuple[VersionFace, ...]


def sheet_face(trajectory: Trajectory, *, today: dt.date) -> SheetFace:
    """Read the page."""
    priorities, calendar = trajectory.priorities, trajectory.calendar
    names = _unit_names(trajectory)
    step_names = {step["code"]: _step(step, names).name for step in trajectory.steps}
    return SheetFace(
        trajectory=trajectory,
        steps=tuple(_step(step, names) for step in trajectory.steps),
        clock=tuple((*ROLES[role], names) for role in ROLES for names in [trajectory.clock.get(role)] if names),
        limits=_limits(priorities.get("limits") or QUEBEC),
        is_quebec="limits" not in priorities,
        priority=_priority(priorities),
        counted=tuple(
            (COUNTED[what], PLACES[trajectory.attribution.get(what, places[0])])
            for what, places in USUAL_PLACES.items()
        ),
        weekdays=value_text(calendar.get("weekdays") or USUAL),
        holidays_of=calendar.get("holidays", ""),
        coming=_coming(calendar.get("holidays", ""), today),
        closed=_days(calendar.get("closed", ())),
        opened=_days(calendar.get("open", ())),
        expected=tuple(rule_text(rule, step_names) for rule in trajectory.expected),
        measures=tuple(
            _measure(one) for one in trajectory.measures.select_related("indicator").order_by("indicator__code")
        ),
        versions=tuple(_version(one) for one in versions_of(trajectory)),
    )


def _unit_names(trajectory: Trajectory) -> Mapping[str, str]:
    codes = {code for step in trajectory.steps for code in step.get("units", ())}
    return {unit.code: unit.name for unit in Unit.objects.filter(code__in=codes)} if codes else {}


def _step(step: Mapping[str, Any], units: Mapping[str, str]) -> StepFace:
    is_french = get_language() == "fr" and bool(step.get("name_fr"))
    name, other = step["name_en"], step.get("name_fr", "")
    return StepFace(
        code=step["code"],
        name=other if is_french else name,
        other_name=name if is_french else other,
        activities=step.get("activities", ()),
        units=", ".join(units.get(code, code) for code in step.get("units", ())),
        limits=_limits(step.get("limits", {})),
    )


def _limits(limits: Mapping[str, float]) -> str:
    """Write the days of each priority: "P1: 2 d, P2: 10 d"."""
    said = gettext("%(priority)s: %(days)s")
    return ", ".join(
        said % {"priority": name, "days": with_unit(value_text(days), "d")} for name, days in limits.items()
    )


def _days(days: Sequence[str]) -> str:
    return ", ".join(dated(dt.date.fromisoformat(day), get_format("DATE_FORMAT")) for day in days)


def _priority(priorities: Mapping[str, Any]) -> str:
    which = str(WHICH[priorities.get("which", "first")])
    told = [priorities["column"]] if priorities.get("column") else []
    return "; ".join([*told, which, *([value_text(priorities["activities"])] if priorities.get("activities") else [])])


def _coming(region: str, today: dt.date) -> tuple[tuple[dt.date, str], ...]:
    """Return the next holidays of a region by name, in the reader's language where the list has it."""
    country, _, part = region.partition("-")
    if not country:
        return ()
    known = getattr(holidays, country, None)
    spoken = [one for one in getattr(known, "supported_languages", ()) if one.startswith(get_language() or "en")]
    years = [today.year, today.year + 1]
    found = holidays.country_holidays(country, subdiv=part or None, years=years, language=spoken[0] if spoken else None)
    return tuple(sorted((day, name) for day, name in found.items() if day >= today))[:COMING]


def _measure(bound: BoundMeasure) -> MeasureFace:
    return MeasureFace(
        bound.indicator.code, bound.indicator.name, measure_text(bound.measure), params_text(bound.params)
    )


def _version(version: KeptVersion) -> VersionFace:
    differing = differences(version.before, version.sheet) if version.before is not None else []
    return VersionFace(
        version.number,
        version.takes_effect_on,
        version.is_restatement,
        version.changed_at,
        version.changed_by,
        version.reason,
        tuple(difference_texts(one) for one in differing),
    )
