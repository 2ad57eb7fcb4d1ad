"""Definitions of trajectories as they stand and as they were, and who may change them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser

from organisation.choices import Do
from organisation.models import Person, Placement, Unit
from organisation.queries import unit_ids_where
from trajectories.calculations.definition.definitions import sheet_of
from trajectories.choices import ALWAYS
from trajectories.models import Trajectory, TrajectoryVersion

#: What a sheet says, apart from its code.
FIELDS = ("name_en", "name_fr", "timezone", "steps", "clock", "priorities", "attribution", "calendar", "expected")

Sheet = dict[str, Any]


def sheet(trajectory: Trajectory) -> Sheet:
    """Return the definition as `import_trajectory` reads it, with its measures by indicator."""
    bound = trajectory.measures.select_related("indicator").order_by("indicator__code")
    measures = [
        {"indicator": one.indicator.code, "measure": one.measure} | ({"params": one.params} if one.params else {})
        for one in bound
    ]
    return sheet_of(trajectory.code, {name: getattr(trajectory, name) for name in FIELDS}, measures)


def may_define(person: Person | AnonymousUser, steps: Iterable[Mapping[str, Any]], *, on: dt.date) -> bool:
    """Answer whether a person leads all units responsible for some steps; where none is named, the organisation."""
    led = unit_ids_where(person, Do.DEFINE_TRAJECTORIES, on=on)
    if led is None:
        return True
    named = {code for step in steps for code in step.get("units", ())}
    responsible = set(Unit.objects.filter(code__in=named).values_list("pk", flat=True))
    if responsible:
        return responsible <= led
    return Placement.objects.valid(on).filter(unit__in=led, parent=None).exists()


def may_define_any(person: Person | AnonymousUser, *, on: dt.date) -> bool:
    """Answer whether a person leads anything that a trajectory could be defined for."""
    led = unit_ids_where(person, Do.DEFINE_TRAJECTORIES, on=on)
    return led is None or bool(led)


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A version: who changed what, when and why; newest first. `before` is the sheet that it replaced, if any.

    It holds for periods that end on `takes_effect_on` or later; None: from the beginning.
    """

    number: int
    takes_effect_on: dt.date | None
    is_restatement: bool
    sheet: Sheet
    before: Sheet | None
    reason: str
    changed_by: str
    changed_at: dt.datetime | None


def versions_of(trajectory: Trajectory) -> list[KeptVersion]:
    """Return the versions, newest first; the one that it is, if none was ever kept."""
    found = list(trajectory.versions.select_related("changed_by").order_by("-number"))
    if not found:
        return [KeptVersion(trajectory.version, None, False, sheet(trajectory), None, "", "", None)]
    earlier: list[TrajectoryVersion | None] = [*found[1:], None]
    return [
        KeptVersion(
            version.number,
            None if version.takes_effect_on <= ALWAYS else version.takes_effect_on,
            version.is_restatement,
            version.sheet,
            before.sheet if before else None,
            version.reason,
            str(version.changed_by) if version.changed_by else "",
            version.changed_at,
        )
        for version, before in zip(found, earlier, strict=True)
    ]
