"""Who is behind a request, and which units they may read."""

import datetime as dt

from django.db.models import Q
from rest_framework.request import Request

from organisation.choices import Do
from organisation.models import AccessToken, Ancestor, Person, UnitQuerySet
from organisation.queries import unit_ids_where, units_where


def asking(request: Request) -> Person:
    """Return the person who asks, by session or in whose name the token was made."""
    if not isinstance(request.user, Person):
        raise TypeError("a view that is open to everyone asked who is asking")
    return request.user


def reading(request: Request) -> Do:
    """Return which right it takes to read: `USE_API` for a program, `SEE` for a person."""
    return Do.USE_API if isinstance(request.auth, AccessToken) else Do.SEE


def readable_units(request: Request, *, on: dt.date) -> UnitQuerySet:
    """Return the units whose figures whoever asks may read."""
    return units_where(asking(request), reading(request), on=on)


def readable_ids(request: Request, *, on: dt.date) -> frozenset[int] | None:
    """Return the same as keys; None stands for all."""
    return unit_ids_where(asking(request), reading(request), on=on)


def small_number_ids(request: Request, *, on: dt.date) -> frozenset[int] | None:
    """Return the keys of the units whose small numbers whoever asks may see; None stands for all."""
    return unit_ids_where(asking(request), Do.SEE_SMALL_NUMBERS, on=on)


def is_root(on: dt.date) -> Q:
    """Return the condition that a unit has nobody above it on a day."""
    return ~Q(pk__in=Ancestor.objects.valid(on).filter(distance=1).values("unit"))
