"""Under which keys the pseudonyms in the database are."""

from __future__ import annotations

from django.conf import settings

from core.sentences import gettext as _
from trajectories.calculations.refusals import EventsRefused
from trajectories.calculations.rows.pseudonyms import mark
from trajectories.models import PseudonymMark
from trajectories.queries.keys import check_rotation


class OtherKey(EventsRefused):
    """The environment's keys are not those under which the stored pseudonyms were made."""


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


def wrong_keys() -> str:
    """Return what a person is told whose keys do not fit."""
    return _(
        "The pseudonyms of the database were made under other keys than those of the environment. Give those back, or, to"
        " take a further key, name the earlier ones too and run rotate_pseudonym_key."
    )
