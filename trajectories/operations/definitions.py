"""Change what a trajectory is, and which of its measures feed which indicators; every change is a version."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.imports import ImportReport
from organisation.models import Person, Unit
from trajectories.calculations.definitions import Definition, read_definition
from trajectories.calculations.faults import Fault, Faulty, gettext_noop
from trajectories.calculations.refusals import TrajectoryRefused
from trajectories.models import Trajectory, TrajectoryVersion
from trajectories.operations.binding import bind_all
from trajectories.operations.events import mark_stale
from trajectories.queries.definitions import may_define, sheet

NOT_YOURS = gettext_noop("you may define trajectories of units that you lead.")
MEANWHILE = gettext_noop("someone else has changed the definition meanwhile: version %(number)d.")
NO_UNIT = gettext_noop("no unit has the code “%(unit)s”.")
TAKEN = gettext_noop("a trajectory has this code already.")


class MayNotDefine(TrajectoryRefused):
    """The person may not define this trajectory."""


@transaction.atomic
def save_trajectory(
    *,
    definition: object,
    report: ImportReport,
    now: dt.datetime,
    by: Person | None = None,
    reason: str = "",
    replacing: int | None = None,
) -> Trajectory:
    """Create or change a trajectory and its bound measures from a definition, as `import_trajectory` reads it.

    The trajectory and each measure are a row of the report; measures that the definition no longer names are unbound.
    The same definition again changes nothing; any other is a version, which measures all periods anew. Raises
    `Faulty` with all that is wrong, and `MayNotDefine`. A file (`by` None) is taken without the measures that are
    refused; a person's form is taken whole or not at all. `replacing` is the version that the person has seen, 0 for
    none: a definition that someone else changed meanwhile is not overwritten.
    """
    wanted = read_definition(definition)
    trajectory = Trajectory.objects.select_for_update().filter(code=wanted.code).first()
    _refuse(trajectory, wanted, by, replacing, timezone.localdate(now))
    before = sheet(trajectory) if trajectory else None
    is_new, trajectory = trajectory is None, trajectory or Trajectory.objects.create(code=wanted.code, **wanted.fields)
    changed = [name for name, value in wanted.fields.items() if getattr(trajectory, name) != value]
    for name in changed:
        setattr(trajectory, name, wanted.fields[name])
    trajectory.save(update_fields=changed)
    report.read += 1
    report.new += is_new
    report.changed += bool(changed)
    report.unchanged += not is_new and not changed
    unknown = _unknown_units(wanted)
    report.notes += [str(one) for one in unknown]
    faults = bind_all(trajectory, wanted.measures, report)
    if by is not None and (faults or unknown):
        raise Faulty([*unknown, *faults])
    _keep_version(trajectory, before, by=by, reason=reason, now=now)
    return trajectory


def _refuse(
    trajectory: Trajectory | None, wanted: Definition, by: Person | None, replacing: int | None, today: dt.date
) -> None:
    """Raise what stands against the change, for this person or since the form was opened."""
    seen = trajectory.version if trajectory else 0
    if replacing is not None and replacing != seen:
        raise Faulty([Fault("code", TAKEN) if not replacing else Fault("", MEANWHILE, {"number": seen})])
    if by is None:
        return
    steps = [*wanted.fields["steps"], *(trajectory.steps if trajectory else [])]
    if not may_define(by, steps, on=today):
        raise MayNotDefine(NOT_YOURS)


def _unknown_units(wanted: Definition) -> list[Fault]:
    """Return a fault for each unit responsible that does not exist (yet: a file may come before the units)."""
    named = [(at, code) for at, step in enumerate(wanted.fields["steps"]) for code in step.get("units", ())]
    known = (
        set(Unit.objects.filter(code__in={code for _, code in named}).values_list("code", flat=True)) if named else ()
    )
    return [Fault(f"steps[{at}].units", NO_UNIT, {"unit": code}) for at, code in named if code not in known]


def _keep_version(
    trajectory: Trajectory, before: dict[str, Any] | None, *, by: Person | None, reason: str, now: dt.datetime
) -> None:
    """Keep what the definition says now, if that differs, and have everything measured by it."""
    after = sheet(trajectory)
    if before == after:
        return
    if before is not None:
        if not trajectory.versions.exists():
            TrajectoryVersion.objects.create(trajectory=trajectory, number=trajectory.version, sheet=before)
        trajectory.version += 1
        trajectory.save(update_fields=["version"])
    TrajectoryVersion.objects.create(
        trajectory=trajectory, number=trajectory.version, sheet=after, reason=reason, changed_by=by, changed_at=now
    )
    mark_stale(trajectory, now=now)
