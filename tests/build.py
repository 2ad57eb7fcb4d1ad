"""Build what a test needs: plain functions that make one thing each and return it."""

import datetime as dt
from itertools import count

from organisation.choices import RoleName
from organisation.models import Person, Placement, Role, Unit
from organisation.operations import rebuild_ancestors

#: Before any day that a test names, unless it says so.
LONG_AGO = dt.date(2015, 1, 1)

_numbers = count(1)


def unit(
    code: str = "",
    *,
    parent: Unit | None = None,
    name_en: str = "",
    name_fr: str = "",
    kind: str = "",
    opens_on: dt.date = LONG_AGO,
    closes_on: dt.date | None = None,
) -> Unit:
    """Make a unit under a parent, in the tree at once. Many at a time: `units`."""
    made = _placed(code, parent, name_en=name_en, name_fr=name_fr, kind=kind, opens_on=opens_on, closes_on=closes_on)
    rebuild_ancestors()
    return made


def units(*codes: str, parent: Unit | None = None, kind: str = "", opens_on: dt.date = LONG_AGO) -> list[Unit]:
    """Make several units under one parent."""
    made = [_placed(code, parent, kind=kind, opens_on=opens_on) for code in codes]
    rebuild_ancestors()
    return made


def _placed(
    code: str,
    parent: Unit | None,
    *,
    opens_on: dt.date,
    name_en: str = "",
    name_fr: str = "",
    kind: str = "",
    closes_on: dt.date | None = None,
) -> Unit:
    code = code or f"unit-{next(_numbers)}"
    made = Unit.objects.create(
        code=code,
        name_en=name_en or code.capitalize(),
        name_fr=name_fr,
        kind=kind,
        opens_on=opens_on,
        closes_on=closes_on,
    )
    Placement.objects.create(unit=made, parent=parent, valid_from=opens_on, valid_to=closes_on)
    return made


def move(moved: Unit, *, to: Unit | None, on: dt.date) -> None:
    """Hang a unit under another parent from a day on."""
    Placement.objects.filter(unit=moved, valid_to=None).update(valid_to=on - dt.timedelta(days=1))
    Placement.objects.create(unit=moved, parent=to, valid_from=on)
    rebuild_ancestors()


def person(
    email: str = "", *, is_superuser: bool = False, name: str = "", language: str = "", password: str | None = None
) -> Person:
    """Make a person, who without a role sees nothing. A password takes long to make: `force_login` needs none."""
    made = Person(
        email=email or f"person-{next(_numbers)}@example.org",
        name=name,
        language=language,
        is_superuser=is_superuser,
        is_staff=is_superuser,
    )
    made.set_password(password)
    made.save()
    return made


def role(person: Person, role: RoleName, unit: Unit) -> Role:
    """Give a person a role at a unit."""
    return Role.objects.create(person=person, role=role, unit=unit)


def person_with(given: RoleName, at: Unit, email: str = "") -> Person:
    """Make a person who has one role."""
    made = person(email)
    role(made, given, at)
    return made
