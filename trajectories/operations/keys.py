"""The keys of pseudonyms: which the database is under, and how it comes under further ones."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from trajectories.calculations.pseudonyms import mark
from trajectories.calculations.refusals import EventsRefused
from trajectories.models import PseudonymMark


class OtherKey(EventsRefused):
    """The environment's keys are not those under which the stored pseudonyms were made."""


def check_keys() -> None:
    """Remember under which keys events are taken in; refuse if they were taken in under others. Raises `OtherKey`.

    Without this, a lost key would not be noticed until nobody's later events joined their earlier ones.
    """
    found = mark(settings.PSEUDONYM_KEYS)
    kept = PseudonymMark.objects.first()
    if kept is None:
        PseudonymMark.objects.create(mark=found)
    elif kept.mark != found:
        raise OtherKey(
            _(
                "The pseudonyms of the database were made under other keys than those of the environment. Give those back,"
                " or, to take a further key, name the earlier ones too and run rotate_pseudonym_key."
            )
        )
