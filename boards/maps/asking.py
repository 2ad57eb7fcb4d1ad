"""What a reader of a map asks for: which unit, and as of which day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from boards.queries import Reader, boards_for
from organisation.choices import Do
from organisation.models import Ancestor, Unit
from organisation.queries import unit_ids_where, units_where
from trajectories.models import FlowMap, Trajectory

#: Weeks that the slider reaches back.
WEEKS = 156


@dataclass(frozen=True)
class UnitChoice:
    """A unit that can be chosen; `depth` counts the units above it that can be chosen too."""

    unit: Unit
    depth: int

    @property
    def label(self) -> str:
        """The name, set in by its depth: a list of choices knows no other way."""
        return "\u2003" * self.depth + self.unit.name


def choices_for(person: Reader, trajectory: Trajectory, *, today: dt.date) -> list[UnitChoice]:
    """Return the units that a person may see and that the trajectory touches, as a tree: two queries more than none."""
    touched = FlowMap.objects.filter(trajectory=trajectory, unit__isnull=False).values("unit")
    seen = units_where(person, Do.SEE, on=today)
    units = {unit.pk: unit for unit in (seen.filter(pk__in=touched) or seen)}
    above = Ancestor.objects.valid(today).filter(unit__in=units, ancestor__in=units).order_by("unit", "-distance")
    paths: dict[int, list[str]] = {pk: [] for pk in units}
    for unit, ancestor in above.values_list("unit_id", "ancestor_id"):
        paths[unit].append(f"{units[ancestor].name} {ancestor}")
    ordered = sorted(units.values(), key=lambda unit: (paths[unit.pk], unit.code))
    return [UnitChoice(unit, max(0, len(paths[unit.pk]) - 1)) for unit in ordered]


def chosen_unit(
    person: Reader, trajectory: Trajectory, choices: list[UnitChoice], code: str, *, today: dt.date
) -> Unit | None:
    """Return the unit asked for, or that of my highest board for this trajectory, or the first; None where none may be."""
    if code:
        sight = unit_ids_where(person, Do.SEE, on=today)
        unit = Unit.objects.filter(code=code).first()
        return unit if unit and (sight is None or unit.pk in sight) else None
    boards = [board for board in boards_for(person, today=today) if board.trajectory_id == trajectory.pk]
    if boards:
        return boards[0].unit
    return choices[0].unit if choices else None


def asked_day(asked: Mapping[str, str], today: dt.date) -> dt.date | None:
    """Return the past day asked for, as a date or in weeks before today; None stands for now."""
    try:
        if asked.get("as_of"):
            day = dt.date.fromisoformat(asked["as_of"])
        else:
            day = today + dt.timedelta(weeks=max(-WEEKS, int(asked.get("weeks") or 0)))
    except ValueError:
        return None
    # Of the first year there are no weeks before.
    return day if day.year > dt.MINYEAR and day < today else None
