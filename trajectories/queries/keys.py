"""Whether the pseudonyms in the database can be compared with each other just now."""

from __future__ import annotations

from django.db import connection

from core.sentences import gettext as _
from trajectories.calculations.refusals import EventsRefused


class RotationUnderWay(EventsRefused):
    """Some pseudonyms are under the further key already, others are not yet."""


def check_rotation() -> str | None:
    """Return the mark of the keys under which all pseudonyms are, None before there are any.

    Refuse while they are being brought under a further one: the same person is two then. Raises `RotationUnderWay`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT mark, toward FROM trajectories_pseudonymmark ORDER BY id FOR KEY SHARE")
        kept, toward = cursor.fetchone() or (None, "")
    if toward:
        raise RotationUnderWay(
            _("The pseudonyms are being brought under a further key. If that was broken off, run rotate_pseudonym_key.")
        )
    return None if kept is None else str(kept)


def is_rotating() -> bool:
    """Answer the same where nobody is to be refused; no rotation begins before the caller's transaction has ended."""
    try:
        check_rotation()
    except RotationUnderWay:
        return True
    return False
