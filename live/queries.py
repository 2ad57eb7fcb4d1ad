"""Read the outbox in its order."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from live.models import Change


@dataclass(frozen=True, slots=True)
class NumberedChange:
    """A change as readers hear of it. `unit_id` None: everyone who is signed in may."""

    sequence: int
    topic: str
    unit_id: int | None
    what: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outlook:
    """Whether changes wait for their number, and the newest number given; 0 when there is none."""

    has_unnumbered: bool
    newest: int


def outlook() -> Outlook:
    """Look at both ends of the outbox: two index probes, in one statement that costs next to nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM live_change WHERE sequence IS NULL),"
            " (SELECT coalesce(max(sequence), 0) FROM live_change)"
        )
        has_unnumbered, newest = cursor.fetchone() or (False, 0)
    return Outlook(has_unnumbered, newest)


def newest_sequence() -> int:
    """Return the newest number given. A page that reads it before its figures can ask for all that came after."""
    return outlook().newest


def changes_after(sequence: int, *, up_to: int) -> list[NumberedChange] | None:
    """Return the changes numbered from `sequence` (excluded) to `up_to` (included), in order; None if some are gone.

    Numbers have no holes, so a missing one was pruned, or the outbox is not the one that `sequence` came from.
    """
    if sequence > up_to:
        return None
    rows = Change.objects.filter(sequence__gt=sequence, sequence__lte=up_to).order_by("sequence")
    changes = [
        NumberedChange(number, topic, unit_id, what)
        for number, topic, unit_id, what in rows.values_list("sequence", "topic", "unit_id", "what")
        if number is not None
    ]
    return changes if len(changes) == up_to - sequence else None


def missed_changes(last_heard: int, *, up_to: int, at_most: int) -> list[NumberedChange] | None:
    """Return what a reader missed between its last change and `up_to`; None if it is too much, or no longer known.

    A reader may be ahead of `up_to`, if another process told it sooner than this one knew.
    """
    if last_heard > up_to:
        return [] if last_heard <= newest_sequence() else None
    if last_heard < 0 or up_to - last_heard > at_most:
        return None
    return changes_after(last_heard, up_to=up_to)
