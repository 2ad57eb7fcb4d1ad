"""Set what an indicator should reach, and end it. What was set before stays, marked as replaced."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from indicators.calculations.paths import PathPoint
from indicators.choices import Path
from indicators.models import Indicator, Target
from indicators.operations.definitions.components import queue_indexes
from indicators.operations.refusals import DefinitionRefused
from indicators.operations.targets.sound import Numbers, refuse_unsound_target
from indicators.queries.targets.in_force import after_setting, points_of
from live.operations import announce
from organisation.choices import Do
from organisation.models import Person, Unit
from organisation.queries import may


@dataclass(frozen=True, slots=True)
class TargetGiven:
    """A target as a file gives it, at the unit of a code; `numbers` by the names of `Target.NUMBERS`."""

    unit: str
    valid_from: dt.date
    valid_to: dt.date | None
    note: str
    numbers: Numbers
    path: str = Path.FIXED
    points: Sequence[PathPoint] = ()


def proposed_target(
    *,
    indicator: Indicator,
    unit: Unit,
    valid_from: dt.date,
    numbers: Numbers,
    path: str = Path.FIXED,
    points: Sequence[PathPoint] = (),
    valid_to: dt.date | None = None,
    note: str = "",
) -> Target:
    """Return a target that could be set, unsaved. Raises `DefinitionRefused` for numbers that contradict each other."""
    refuse_unsound_target(indicator.direction, valid_from, valid_to, numbers, path=path, points=points)
    return Target(
        indicator=indicator,
        unit=unit,
        valid_from=valid_from,
        valid_to=valid_to,
        note=note,
        **_columns(numbers, path, points),
    )


def _columns(numbers: Numbers, path: str, points: Sequence[PathPoint]) -> dict[str, Any]:
    return {
        **{name: numbers.get(name) for name in Target.NUMBERS},
        "path": path,
        "path_days": [point.day for point in points],
        "path_targets": [point.target for point in points],
        "path_thresholds": [point.threshold for point in points],
    }


@transaction.atomic
def set_target(*, target: Target, by: Person | None, today: dt.date, now: dt.datetime) -> None:
    """Set a target as `proposed_target` returned it; one of the same unit that began earlier ends on the day before.

    Units below inherit it. A person must be allowed to set targets at the unit; `by` None is the operator.
    Raises `DefinitionRefused`.
    """
    _refuse_others(by, target.unit, today)
    rows = Target.objects.standing().select_for_update()
    standing = list(rows.filter(indicator=target.indicator, unit=target.unit))
    target.pk = next((one.pk for one in standing if one.valid_from == target.valid_from), None)
    unchanged = {id(one) for one in standing}
    for one in after_setting(standing, target):
        if one is not target and id(one) not in unchanged:
            one.save(update_fields=["valid_to"])
    store_target(target, by=by, now=now)
    announce_targets(target.indicator, now=now)


@transaction.atomic
def end_target(*, target: Target, last_day: dt.date, by: Person, today: dt.date, now: dt.datetime) -> None:
    """Let a target hold up to a day; from the next on the unit inherits. Before its first day: it never held.

    Raises `DefinitionRefused`.
    """
    _refuse_others(by, target.unit, today)
    ended = Target.objects.standing().select_for_update().filter(pk=target.pk).first()
    if ended is None:
        raise DefinitionRefused("", _("Someone has replaced this target meanwhile."))
    if last_day < ended.valid_from:
        ended.replaced_by, ended.replaced_at = by, now
        ended.save(update_fields=["replaced_by", "replaced_at"])
    else:
        ended.valid_to = last_day
        store_target(ended, by=by, now=now)
    announce_targets(ended.indicator, now=now)


def store_target(target: Target, *, by: Person | None, now: dt.datetime) -> None:
    """Save a target that is sound; what stood in its place stays, as a copy that is marked as replaced."""
    before = Target.objects.filter(pk=target.pk).first() if target.pk else None
    if before is not None:
        before.pk, before.replaced_by, before.replaced_at = None, by, now
        before.save(force_insert=True)
    target.set_by, target.set_at = by, now
    target.save()


def _refuse_others(by: Person | None, unit: Unit, today: dt.date) -> None:
    if by is not None and not may(by, Do.SET_TARGET, unit, on=today):
        raise DefinitionRefused("unit", _("You may not set targets for this unit."))


def announce_targets(indicator: Indicator, *, now: dt.datetime) -> None:
    """Tell the open pages that figures of an indicator may be judged otherwise now, and let indexes of it follow."""
    queue_indexes(indicator, now=now)
    announce(topic="value", unit_id=None, what={"indicator": indicator.code}, now=now)


def take_targets(indicator: Indicator, given: Sequence[TargetGiven], *, now: dt.datetime) -> bool:
    """Write the targets of a file, each until the next of its unit begins; answer whether any was new or different.

    Targets that the file doesn't speak of stay. Raises `DefinitionRefused`.
    """
    units = {unit.code: unit for unit in Unit.objects.filter(code__in={one.unit for one in given})}
    changed = False
    for one in given:
        if one.unit not in units:
            raise DefinitionRefused("targets.unit", _("No unit has the code %s.") % one.unit)
        made = proposed_target(
            indicator=indicator,
            unit=units[one.unit],
            valid_from=one.valid_from,
            numbers=one.numbers,
            path=one.path,
            points=one.points,
            valid_to=one.valid_to or _eve_of_next(one, given),
            note=one.note,
        )
        standing = (
            Target.objects.standing().filter(indicator=indicator, unit=made.unit, valid_from=made.valid_from).first()
        )
        if standing is None or not _says_the_same(standing, made):
            made.pk = standing.pk if standing else None
            store_target(made, by=None, now=now)
            changed = True
    if changed:
        announce_targets(indicator, now=now)
    return changed


def _eve_of_next(one: TargetGiven, given: Sequence[TargetGiven]) -> dt.date | None:
    later = [other.valid_from for other in given if other.unit == one.unit and other.valid_from > one.valid_from]
    return min(later) - dt.timedelta(days=1) if later else None


def _says_the_same(standing: Target, made: Target) -> bool:
    names = (*Target.NUMBERS, "valid_to", "note", "path")
    return points_of(standing) == points_of(made) and all(
        getattr(standing, name) == getattr(made, name) for name in names
    )
