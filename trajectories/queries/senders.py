"""Who may bring which events: those of the units for which they enter figures, as by the API."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from organisation.choices import Do
from organisation.models import Ancestor, Person, Unit
from organisation.queries import units_where
from trajectories.models import EventBatch, Trajectory

#: Levels of a trajectory's boards whose leads see all of it.
WHOLE = ("strategic", "tactical")


@dataclass(frozen=True)
class Sender:
    """Which events a person may bring: of these units; with `may_send_any` also of teams that are no unit."""

    units: frozenset[str]
    other_units: frozenset[str]
    may_send_any: bool

    def lets_through(self, unit: str) -> bool:
        """Answer whether events of a unit, or of a team that is none, may be brought."""
        return unit in self.units or (self.may_send_any and unit not in self.other_units)


def may_send(person: Person, *, on: dt.date) -> bool:
    """Whether a person may bring any events at all."""
    return units_where(person, Do.ENTER_FIGURES, on=on).exists()


def sender_of(person: Person, trajectory: Trajectory, *, on: dt.date) -> Sender:
    """Return what a person may bring."""
    own = units_where(person, Do.ENTER_FIGURES, on=on)
    units = frozenset(own.values_list("code", flat=True))
    below = Ancestor.objects.valid(on).filter(distance=1).values("unit")
    sees_all = own.filter(boards__trajectory=trajectory, boards__level__in=WHOLE).exists()
    others = frozenset(Unit.objects.exclude(code__in=units).values_list("code", flat=True))
    return Sender(units, others, person.is_superuser or sees_all or own.exclude(pk__in=below).exists())


def may_undo(person: Person, batch: EventBatch, *, on: dt.date) -> bool:
    """Whether a person may take an import back or break it off: one's own, or all for whoever administers."""
    if batch.imported_by_id == person.pk:
        return may_send(person, on=on)
    return units_where(person, Do.ADMINISTER, on=on).exists()
