"""Change what a trajectory is, and which of its measures feed which indicators; every change is a version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.imports import ImportReport
from indicators.choices import Source
from indicators.models import Indicator, Observation
from indicators.operations import break_line
from organisation.models import Person, Unit
from trajectories.calculations.definition.definitions import Definition, read_definition
from trajectories.calculations.faults import Fault, Faulty, gettext_noop
from trajectories.calculations.refusals import TrajectoryRefused
from trajectories.choices import ALWAYS
from trajectories.models import Trajectory, TrajectoryVersion
from trajectories.operations.binding import bind_all
from trajectories.operations.intake.events import mark_stale
from trajectories.queries.definitions import may_define, sheet
from trajectories.queries.rules import rules_in_force

NOT_YOURS = gettext_noop("you may define trajectories of units that you lead.")
UNITLESS = gettext_noop(
    "no step says which unit is responsible, and that is for those who lead the whole organisation: name one in a step."
)
MEANWHILE = gettext_noop("someone else has changed the definition meanwhile: version %(number)d.")
NO_UNIT = gettext_noop("no unit has the code “%(unit)s”.")
TAKEN = gettext_noop("a trajectory has this code already.")
WHY = gettext_noop("say why periods that have ended are to be measured anew.")
ZONE_OF_ALL = gettext_noop(
    "the days of all events become others: this can only hold from the beginning, as a restatement."
)
HOLDS = gettext_noop("the newest version holds for these periods already.")
NOT_YET = gettext_noop("the newest version has not taken effect yet.")


class MayNotDefine(TrajectoryRefused):
    """The person may not define this trajectory."""


class ChangedMeanwhile(Faulty):
    """The definition is not the version that the person has seen."""


@transaction.atomic
def save_trajectory(
    *,
    definition: object,
    report: ImportReport,
    now: dt.datetime,
    by: Person | None = None,
    reason: str = "",
    replacing: int | None = None,
    takes_effect_on: dt.date | None = None,
) -> Trajectory:
    """Create or change a trajectory and its bound measures from a definition, as `import_trajectory` reads it.

    The trajectory and each measure are a row of the report; measures that the definition no longer names are unbound.
    The same definition again changes nothing; any other is a version, which measures the periods that end on the day on
    which it takes effect or later: the one asked, else that of the definition, else today. A day that is past reaches
    into periods that have ended: that is a restatement, and wants a reason. While nothing was measured there is nothing to
    keep, and it holds from the beginning.

    Raises `Faulty` with all that is wrong, `ChangedMeanwhile` and `MayNotDefine`. A file (`by` None) is taken without the
    measures that are refused; a person's form is taken whole or not at all. `replacing` is the version that the person
    has seen, 0 for none: a definition that someone else changed meanwhile is not overwritten.
    """
    wanted = read_definition(definition)
    trajectory = Trajectory.objects.select_for_update().filter(code=wanted.code).first()
    today = timezone.localdate(now)
    _refuse(trajectory, wanted, by, replacing, today)
    beginning = _beginning(trajectory, takes_effect_on or wanted.takes_effect_on, today)
    before = sheet(trajectory) if trajectory else None
    if trajectory and beginning.first > ALWAYS and wanted.fields["timezone"] != trajectory.timezone:
        raise Faulty([Fault("timezone", ZONE_OF_ALL)])
    were_bound = set(trajectory.measures.values_list("indicator_id", flat=True)) if trajectory else set()
    trajectory = _written(trajectory, wanted, report)
    unknown = _unknown_units(wanted)
    report.notes += [str(one) for one in unknown]
    faults = bind_all(trajectory, wanted.measures, report, since=beginning.of_others)
    if by is not None and (faults or unknown):
        raise Faulty([*unknown, *faults])
    if before != sheet(trajectory):
        if beginning.is_restatement and not reason.strip():
            raise Faulty([Fault("reason", WHY)])
        _keep_version(trajectory, before, beginning, by=by, reason=reason, now=now)
        _break_lines(trajectory, were_bound, beginning.first, now=now)
        mark_stale(trajectory, now=now)
    return trajectory


def _written(trajectory: Trajectory | None, wanted: Definition, report: ImportReport) -> Trajectory:
    """Create or change the trajectory itself, and count it."""
    row = trajectory or Trajectory.objects.create(code=wanted.code, **wanted.fields)
    changed = [name for name, value in wanted.fields.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted.fields[name])
    row.save(update_fields=changed)
    report.read += 1
    report.new += trajectory is None
    report.changed += bool(changed)
    report.unchanged += trajectory is not None and not changed
    return row


@dataclass(frozen=True)
class Beginning:
    """From which day a version holds. `of_others`: and indicators that had figures before they were bound are measured."""

    first: dt.date
    of_others: dt.date
    is_restatement: bool = False


def _beginning(trajectory: Trajectory | None, asked: dt.date | None, today: dt.date) -> Beginning:
    newest = trajectory.versions.order_by("-number").first() if trajectory else None
    held = newest.takes_effect_on if newest else ALWAYS
    if trajectory is None or not is_measured(trajectory):
        return Beginning(held if asked is None or trajectory is None else asked, asked or today)
    first = max(today, held) if asked is None else asked
    return Beginning(first, first, is_restatement=first < today)


def is_measured(trajectory: Trajectory) -> bool:
    """Whether there are figures by the rules that a trajectory has had."""
    return Observation.objects.filter(indicator__bound_measure__trajectory=trajectory, source=Source.MEASURED).exists()


@transaction.atomic
def restate_trajectory(
    *, trajectory: Trajectory, since: dt.date, by: Person, reason: str, now: dt.datetime
) -> TrajectoryVersion:
    """Have all periods that end on a day or later measured by the newest version of the definition.

    Who asked, why and from when is kept as a version of its own. Raises `Faulty` and `MayNotDefine`.
    """
    trajectory = Trajectory.objects.select_for_update().get(pk=trajectory.pk)
    today = timezone.localdate(now)
    if not may_define(by, trajectory.steps, on=today):
        raise MayNotDefine(NOT_YOURS)
    if not reason.strip():
        raise Faulty([Fault("reason", WHY)])
    newest = trajectory.versions.order_by("-number").first()
    late = trajectory.measures.filter(since__gt=since)
    if newest is None or (newest.takes_effect_on <= since and not late.exists()):
        raise Faulty([Fault("since", HOLDS)])
    if newest.takes_effect_on > today:
        raise Faulty([Fault("since", NOT_YET)])
    late.update(since=since)
    told = sheet(trajectory)
    made = _keep_version(trajectory, told, Beginning(since, since, is_restatement=True), by=by, reason=reason, now=now)
    _break_lines(trajectory, set(), since, now=now)
    mark_stale(trajectory, now=now)
    return made


def _break_lines(trajectory: Trajectory, were_bound: Collection[int], first: dt.date, *, now: dt.datetime) -> None:
    """Break the lines of the indicators where other things are measured, or nothing any more."""
    versions = list(trajectory.versions.order_by("-number"))
    bound = list(trajectory.measures.select_related("indicator"))
    for row in bound:
        row.trajectory = trajectory
        days = [rule.era.since for rule in rules_in_force(row, versions)]
        break_line(row.indicator, [day for day in days if day is not None], now=now)
    for gone in Indicator.objects.filter(pk__in=set(were_bound) - {row.indicator_id for row in bound}):
        break_line(gone, [*gone.breaks_on, first], now=now)


def _refuse(
    trajectory: Trajectory | None, wanted: Definition, by: Person | None, replacing: int | None, today: dt.date
) -> None:
    """Raise what stands against the change, for this person or since the form was opened."""
    seen = trajectory.version if trajectory else 0
    if replacing is not None and replacing != seen:
        raise ChangedMeanwhile([Fault("code", TAKEN) if not replacing else Fault("", MEANWHILE, {"number": seen})])
    if by is None:
        return
    steps = [*wanted.fields["steps"], *(trajectory.steps if trajectory else [])]
    if not may_define(by, steps, on=today):
        raise MayNotDefine(NOT_YOURS if any(step.get("units") for step in steps) else UNITLESS)


def _unknown_units(wanted: Definition) -> list[Fault]:
    """Return a fault for each unit responsible that does not exist (yet: a file may come before the units)."""
    named = [(at, code) for at, step in enumerate(wanted.fields["steps"]) for code in step.get("units", ())]
    known = (
        set(Unit.objects.filter(code__in={code for _, code in named}).values_list("code", flat=True)) if named else ()
    )
    return [Fault(f"steps[{at}].units", NO_UNIT, {"unit": code}) for at, code in named if code not in known]


def _keep_version(
    trajectory: Trajectory,
    before: dict[str, Any] | None,
    beginning: Beginning,
    *,
    by: Person | None,
    reason: str,
    now: dt.datetime,
) -> TrajectoryVersion:
    """Keep what the definition says now; `before` is what it said until then, None: there was none."""
    if before is not None:
        if not trajectory.versions.exists():
            TrajectoryVersion.objects.create(trajectory=trajectory, number=trajectory.version, sheet=before)
        trajectory.version += 1
        trajectory.save(update_fields=["version"])
    return TrajectoryVersion.objects.create(
        trajectory=trajectory,
        number=trajectory.version,
        sheet=sheet(trajectory),
        takes_effect_on=beginning.first,
        is_restatement=beginning.is_restatement,
        reason=reason.strip(),
        changed_by=by,
        changed_at=now,
    )
