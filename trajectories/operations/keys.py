"""Under which keys the pseudonyms in the database are."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from core.sentences import gettext as _
from trajectories.calculations.pseudonyms import mark
from trajectories.calculations.refusals import EventsRefused
from trajectories.models import PseudonymMark


class OtherKey(EventsRefused):
    """The environment's keys are not those under which the stored pseudonyms were made."""


class RotationUnderWay(EventsRefused):
    """Some pseudonyms are under the further key already, others are not yet."""


def check_keys() -> None:
    """Remember under which keys events are taken in; refuse if they were taken in under others. Raises `OtherKey`.

    Without this, a lost key would not be noticed until nobody's later events joined their earlier ones. In the caller's
    transaction, a rotation of keys waits until it has ended, and the other way round.
    """
    found = mark(settings.PSEUDONYM_KEYS)
    kept = check_rotation()
    if kept is None:
        PseudonymMark.objects.create(mark=found)
    elif kept != found:
        raise OtherKey(wrong_keys())


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


def wrong_keys() -> str:
    """Return what a person is told whose keys do not fit."""
    return _(
        "The pseudonyms of the database were made under other keys than those of the environment. Give those back, or, to"
        " take a further key, name the earlier ones too and run rotate_pseudonym_key."
    )
