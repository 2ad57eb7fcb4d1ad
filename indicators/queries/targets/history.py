"""What was ever set as the target of an indicator at a unit, what it inherits, and who below has their own."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from indicators.models import Indicator, Target
from indicators.queries.targets.in_force import TargetInForce, above, grouped, lines_of
from organisation.models import Ancestor, Unit


@dataclass(frozen=True, slots=True)
class TargetHistory:
    """The targets of one indicator around a unit, on a day."""

    #: Set at the unit and standing, the one that begins last first.
    own: tuple[Target, ...]
    #: Set at the unit and replaced since, the one replaced last first.
    replaced: tuple[Target, ...]
    #: In force at the unit: its own, or the nearest above it.
    in_force: TargetInForce | None
    #: In force at the nearest unit above that has one: what is inherited without a target of one's own.
    inherited: TargetInForce | None
    #: The unit from which each comes, by id.
    places: dict[int, Unit]
    #: Units below that have a target of their own today.
    independent: tuple[Unit, ...]


def target_history(
    indicator: Indicator, unit: Unit, *, today: dt.date, visible: Collection[int] | None = None
) -> TargetHistory:
    """Read it, with a fixed number of queries. `visible`: ids of the units that the reader may see; None: all."""
    rows = Target.objects.filter(indicator=indicator).select_related("set_by", "replaced_by", "unit")
    standing = [one for one in rows if one.replaced_at is None]
    stood = above(lines_of([unit.pk])[unit.pk], today)
    targets = grouped(standing)
    return TargetHistory(
        own=tuple(sorted((one for one in standing if one.unit_id == unit.pk), key=_begins, reverse=True)),
        replaced=tuple(
            sorted((one for one in rows if one.unit_id == unit.pk and one.replaced_at), key=_ended, reverse=True)
        ),
        in_force=targets.in_force(indicator.pk, stood, today),
        inherited=targets.in_force(indicator.pk, [one for one in stood if one[0] > 0], today),
        places={one.unit_id: one.unit for one in standing},
        independent=_independent(unit, standing, today, visible),
    )


def _begins(target: Target) -> dt.date:
    return target.valid_from


def _ended(target: Target) -> float:
    return target.replaced_at.timestamp() if target.replaced_at else 0


def _independent(
    unit: Unit, standing: Collection[Target], today: dt.date, visible: Collection[int] | None
) -> tuple[Unit, ...]:
    below = set(Ancestor.objects.valid(today).filter(ancestor=unit, distance__gt=0).values_list("unit_id", flat=True))
    found = {
        one.unit_id: one.unit
        for one in standing
        if one.unit_id in below
        and one.valid_from <= today
        and (one.valid_to is None or one.valid_to >= today)
        and (visible is None or one.unit_id in visible)
    }
    return tuple(sorted(found.values(), key=lambda place: place.name))
