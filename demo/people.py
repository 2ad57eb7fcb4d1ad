"""The people of the demo: six who sign in, and those who answer for indicators."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.hashers import make_password

from demo import content
from organisation.choices import RoleName
from organisation.models import Person, Unit
from organisation.operations import give_role

#: Of those who sign in; production never sees it, for it refuses the demo.
PASSWORD = "obeya-demo"  # noqa: S105 - published on the first page of the README


def invite_people(*, now: dt.datetime) -> None:
    """Make the people and give them their roles; administrators may open the administration site."""
    units = {unit.code: unit for unit in Unit.objects.all()}
    hashed = make_password(PASSWORD)  # once: hashing takes long on purpose
    for one in content.read("people")["people"]:
        is_administrator = RoleName.ADMINISTRATOR in one["roles"].values()
        person = Person.objects.create_user(
            one["email"],
            name=one["name"],
            language=one.get("language", ""),
            is_staff=is_administrator,
            is_superuser=is_administrator,
        )
        if one.get("signs_in"):
            person.password = hashed
            person.save(update_fields=["password"])
        for code, role in one["roles"].items():
            give_role(person=person, role=RoleName(role), unit=units[code], by=None, now=now)


def owners() -> dict[str, str]:
    """Return the address of who answers for an indicator, by its code. Part of the definition from its first version on."""
    return {code: email for email, codes in content.read("people")["owners"].items() for code in codes}
