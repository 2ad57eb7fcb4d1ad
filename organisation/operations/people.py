"""Give people roles and take them back; every gift and every taking is kept, with who did it and when."""

import datetime as dt

from django.db import transaction

from organisation.choices import RoleName
from organisation.models import Person, Role, RoleChange, Unit


@transaction.atomic
def give_role(*, person: Person, role: RoleName, unit: Unit, by: Person | None, now: dt.datetime) -> Role:
    """Give a role at a unit; giving it again changes nothing. `by` is none for a command or a job."""
    held, is_new = Role.objects.get_or_create(person=person, unit=unit, role=role)
    if is_new:
        _keep(held, is_given=True, by=by, now=now)
    return held


@transaction.atomic
def take_role(*, role: Role, by: Person | None, now: dt.datetime) -> None:
    """Take a role back; taking what somebody else has just taken changes nothing."""
    deleted, _rows = Role.objects.filter(pk=role.pk).delete()
    if deleted:
        _keep(role, is_given=False, by=by, now=now)


def _keep(role: Role, *, is_given: bool, by: Person | None, now: dt.datetime) -> None:
    RoleChange.objects.create(
        person=role.person, unit=role.unit, role=role.role, is_given=is_given, changed_by=by, changed_at=now
    )


def choose_language(*, person: Person, language: str) -> None:
    """Remember in which language a person reads."""
    person.language = language
    person.save(update_fields=["language"])
