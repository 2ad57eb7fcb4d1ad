"""Say what changed, and put what was said into an order that no reader can miss."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection, transaction

from live.models import Change
from live.nudge import nudge

#: Any constant that no other lock of the database uses; these are the letters "live".
NUMBERING_LOCK = int.from_bytes(b"live")
#: Rows numbered in one transaction, so that a large import neither holds the lock nor the memory for long.
BATCH = 5_000
#: How long a change can be replayed to a page that was away; later it refreshes everything.
KEPT = dt.timedelta(days=2)


@dataclass(frozen=True)
class Announcement:
    """What open pages should look at again. `unit_id` None: everyone who is signed in may hear of it."""

    topic: str
    unit_id: int | None
    what: Mapping[str, str] = field(default_factory=dict)


def announce(*, topic: str, unit_id: int | None, what: Mapping[str, str], now: dt.datetime) -> None:
    """Record in the caller's transaction that something changed; the world hears of it after commit, or never."""
    announce_many([Announcement(topic, unit_id, what)], now=now)


def announce_many(announcements: Iterable[Announcement], *, now: dt.datetime) -> None:
    """Record many changes at once, those that say the same thing only once."""
    said = {(one.topic, one.unit_id, *sorted(one.what.items())): one for one in announcements}
    if not said:
        return
    Change.objects.bulk_create(
        (Change(topic=one.topic, unit_id=one.unit_id, what=dict(one.what), changed_at=now) for one in said.values()),
        batch_size=BATCH,
    )
    # A rolled back savepoint takes its own entry out of the list, so looking for ours there is always right.
    if not any(function is nudge for _, function, *_ in connection.run_on_commit):
        transaction.on_commit(nudge)
