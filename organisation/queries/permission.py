"""One question for permission, asked everywhere: whether a person may do something at a unit.

A role holds at its unit and at every unit that stands below it on the day asked. A unit that is closed on that day
is asked about on its last day, one not yet open on its first: its figures stay readable to those who stood above it.
"""

import datetime as dt
from collections.abc import Collection, Mapping

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import DateField, F, Q, Value
from django.db.models.functions import Greatest, Least

from organisation.choices import ALLOWED, Do, RoleName
from organisation.models import Ancestor, AncestorQuerySet, Person, Unit, UnitQuerySet


def may(person: Person | AnonymousUser, do: Do, unit: Unit, on: dt.date) -> bool:
    """Whether a person may do something at a unit on a day; one query at most."""
    if not isinstance(person, Person) or not person.is_active:
        return False
    return person.is_superuser or _held(person, do, on).filter(unit=unit).exists()


def units_where(person: Person | AnonymousUser, do: Do, on: dt.date) -> UnitQuerySet:
    """Return the units at which a person may do this; whoever may do it everywhere gets all."""
    units = Unit.objects.all()
    if not isinstance(person, Person) or not person.is_active:
        return units.none()
    return units if person.is_superuser else units.filter(pk__in=_held(person, do, on).values("unit"))


def unit_ids_where(person: Person | AnonymousUser, do: Do, on: dt.date) -> frozenset[int] | None:
    """Return the keys of those units, with one query; None stands for every unit there is or will be."""
    if not isinstance(person, Person) or not person.is_active:
        return frozenset()
    return None if person.is_superuser else frozenset(_held(person, do, on).values_list("unit_id", flat=True))


def rights_at(person: Person | AnonymousUser, units: Collection[int], on: dt.date) -> Mapping[int, frozenset[Do]]:
    """Return all that a person may do at each of some units, with one query: what a wall asks of its 12 tiles."""
    if not isinstance(person, Person) or not person.is_active:
        return dict.fromkeys(units, frozenset())
    if person.is_superuser:
        return dict.fromkeys(units, frozenset(Do))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT unit.id, array_agg(role.role)
            FROM organisation_unit unit
            JOIN organisation_ancestor line ON line.unit_id = unit.id
                AND least(greatest(%s, unit.opens_on), unit.closes_on)
                    BETWEEN line.valid_from AND coalesce(line.valid_to, 'infinity')
            JOIN organisation_role role ON role.unit_id = line.ancestor_id AND role.person_id = %s
            WHERE unit.id = ANY(%s)
            GROUP BY unit.id
            """,
            [on, person.pk, list(units)],
        )
        held = dict(cursor.fetchall())
    return {unit: frozenset[Do]().union(*(ALLOWED[RoleName(role)] for role in held.get(unit, ()))) for unit in units}


def _held(person: Person, do: Do, on: dt.date) -> AncestorQuerySet:
    """Return the lines up to units where a person's role allows this; closed units on their last day."""
    roles = [role for role, allowed in ALLOWED.items() if do in allowed]
    #: LEAST passes over a null in PostgreSQL: a unit without a last day is asked about on the day itself.
    day = Least(Greatest(Value(on, DateField()), F("unit__opens_on")), F("unit__closes_on"))
    return Ancestor.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        valid_from__lte=day,
        ancestor__roles__person=person,
        ancestor__roles__role__in=roles,
    )
