"""The keys of pseudonyms: which the database is under."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from core.sentences import gettext as _
from trajectories.calculations.pseudonyms import mark
from trajectories.calculations.refusals import EventsRefused
from trajectories.models import PseudonymMark


class OtherKey(EventsRefused):
    """The environment's keys are not those under which the stored pseudonyms were made."""


def check_keys() -> None:
    """Remember under which keys events are taken in; refuse if they were taken in under others. Raises `OtherKey`.

    Without this, a lost key would not be noticed until nobody's later events joined their earlier ones. In the caller's
    transaction, a rotation of keys waits until it has ended, and the other way round.
    """
    found = mark(settings.PSEUDONYM_KEYS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT mark FROM trajectories_pseudonymmark ORDER BY id FOR KEY SHARE")
        kept = cursor.fetchone()
    if kept is None:
        PseudonymMark.objects.create(mark=found)
    elif kept[0] != found:
        raise OtherKey(wrong_keys())


def wrong_keys() -> str:
    """Return what a person is told whose keys do not fit."""
    return _(
        "The pseudonyms of the database were made under other keys than those of the environment. Give those back, or, to"
        " take a further key, name the earlier ones too and run rotate_pseudonym_key."
    )
