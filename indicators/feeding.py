"""Which indicators a job feeds. Whoever measures stands above indicators, and says so when the programs start.

A function and not a column: what is bound is written down once, where it is bound.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

#: Each returns the ids of the indicators that it feeds, as rows of one column.
Feeder = Callable[[], QuerySet[Any, Any]]
_feeders: list[Feeder] = []


def tell_who_is_fed(feeder: Feeder) -> None:
    """Let figures of some indicators be written by a job alone. Once for each app that measures, when it is ready."""
    _feeders.append(feeder)


def is_fed() -> Q:
    """Return the condition that a job measures an indicator: people, files and programs write no figures of it."""
    found = Q(pk__in=[])
    for feeder in _feeders:
        found |= Q(pk__in=feeder())
    return found
