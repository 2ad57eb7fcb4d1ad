"""Set what an indicator should reach."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from indicators.choices import Direction
from indicators.models import Indicator, Target
from indicators.operations.refusals import DefinitionRefused
from live.operations import announce
from organisation.choices import Do
from organisation.models import Person, Unit
from organisation.queries import may

NUMBERS = ("target", "threshold", "starting_point", "band_low", "band_high")
#: Before any observation: targets and expectations without a day hold from here on.
ALWAYS = dt.date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class TargetGiven:
    """A target as a file gives it, at the unit of a code; `numbers` by the names of `NUMBERS`."""

    unit: str
    valid_from: dt.date
    valid_to: dt.date | None
    note: str
    numbers: dict[str, Decimal | None]


@transaction.atomic
def set_target(
    *,
    indicator: Indicator,
    unit: Unit,
    valid_from: dt.date,
    by: Person | None,
    today: dt.date,
    now: dt.datetime,
    target: Decimal | None = None,
    threshold: Decimal | None = None,
    starting_point: Decimal | None = None,
    band_low: Decimal | None = None,
    band_high: Decimal | None = None,
    valid_to: dt.date | None = None,
    note: str = "",
) -> Target:
    """Set what an indicator should reach at a unit from a day; one that began earlier ends on the day before.

    Units below inherit it. A person must be allowed to set targets at the unit; `by` None is the operator.
    Raises `DefinitionRefused`.
    """
    if by is not None and not may(by, Do.SET_TARGET, unit, on=today):
        raise DefinitionRefused("unit", _("You may not set targets for this unit."))
    numbers = {
        "target": target,
        "threshold": threshold,
        "starting_point": starting_point,
        "band_low": band_low,
        "band_high": band_high,
    }
    refuse_unsound_target(indicator.direction, valid_from, valid_to, numbers)
    eve = valid_from - dt.timedelta(days=1)
    earlier = Target.objects.filter(indicator=indicator, unit=unit, valid_from__lt=valid_from)
    earlier.exclude(valid_to__lt=valid_from).update(valid_to=eve)
    made, _is_new = Target.objects.update_or_create(
        indicator=indicator,
        unit=unit,
        valid_from=valid_from,
        defaults={**numbers, "valid_to": valid_to, "note": note},
    )
    announce_targets(indicator, now=now)
    return made


def announce_targets(indicator: Indicator, *, now: dt.datetime) -> None:
    """Tell the open pages that figures of an indicator may be judged otherwise now."""
    announce(topic="value", unit_id=None, what={"indicator": indicator.code}, now=now)


def refuse_unsound_target(
    direction: str, valid_from: dt.date, valid_to: dt.date | None, numbers: dict[str, Decimal | None]
) -> None:
    """Raise `DefinitionRefused` if these numbers cannot be a target for an indicator of this direction."""
    target, threshold = numbers["target"], numbers["threshold"]
    low, high = numbers["band_low"], numbers["band_high"]
    if valid_to is not None and valid_to < valid_from:
        raise DefinitionRefused("valid_to", _("It ends before it begins."))
    if (low is None) != (high is None) or (low is not None and high is not None and low > high):
        raise DefinitionRefused("band_low", _("A band has a lower and a higher end."))
    if direction == Direction.BAND and threshold is not None and threshold < 0:
        raise DefinitionRefused("threshold", _("For a band, the threshold is a distance beyond it."))
    if direction in {Direction.UP, Direction.DOWN} and target is not None and threshold is not None:
        is_beyond = threshold > target if direction == Direction.UP else threshold < target
        if is_beyond:
            raise DefinitionRefused("threshold", _("The threshold lies on the worse side of the target."))


def take_targets(indicator: Indicator, given: Sequence[TargetGiven], *, now: dt.datetime) -> bool:
    """Write the targets of a file, each until the next of its unit begins; answer whether any was new or different.

    Targets that the file doesn't speak of stay. Raises `DefinitionRefused`.
    """
    units = {unit.code: unit for unit in Unit.objects.filter(code__in={one.unit for one in given})}
    changed = False
    for one in given:
        if one.unit not in units:
            raise DefinitionRefused("targets.unit", _("No unit has the code %s.") % one.unit)
        refuse_unsound_target(indicator.direction, one.valid_from, one.valid_to, one.numbers)
        next_day = min(
            (o.valid_from for o in given if o.unit == one.unit and o.valid_from > one.valid_from), default=None
        )
        valid_to = one.valid_to or (next_day and next_day - dt.timedelta(days=1))
        fields = {**one.numbers, "valid_to": valid_to, "note": one.note}
        key: dict[str, Any] = {"indicator": indicator, "unit": units[one.unit], "valid_from": one.valid_from}
        if not Target.objects.filter(**key, **fields).exists():
            Target.objects.update_or_create(**key, defaults=fields)
            changed = True
    if changed:
        announce_targets(indicator, now=now)
    return changed
