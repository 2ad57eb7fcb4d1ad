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


def number_changes() -> int:
    """Give numbers to committed changes that have none; answer how many. None while another process is at it.

    Ids don't do as an order for readers: they are given at the insert, and transactions commit in another order, so a
    reader who has seen id 8 would never see id 7 that was committed later. Numbers given here become visible in their
    order, without a hole: one numberer at a time holds the lock, PostgreSQL lets go of it only after the commit is
    visible, and the statement that numbers takes its snapshot after the lock, so it starts from the last number. A
    transaction that takes minutes holds nobody up: its rows are not visible yet and get later numbers.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [NUMBERING_LOCK])
        (is_ours,) = cursor.fetchone() or (False,)
        if not is_ours:
            return 0
        cursor.execute(
            """
            WITH unnumbered AS (
                SELECT id, row_number() OVER (ORDER BY id) AS place
                FROM live_change WHERE sequence IS NULL ORDER BY id LIMIT %s
            )
            UPDATE live_change
            SET sequence = (SELECT coalesce(max(sequence), 0) FROM live_change) + unnumbered.place
            FROM unnumbered WHERE live_change.id = unnumbered.id
            """,
            [BATCH],
        )
        return int(cursor.rowcount)


def prune_changes(*, now: dt.datetime) -> int:
    """Forget changes that no page will ask for again; answer how many. The newest stays: numbering goes on from it."""
    newest = Change.objects.filter(sequence__isnull=False).order_by("-sequence").values("sequence")[:1]
    old = Change.objects.filter(changed_at__lt=now - KEPT)
    forgotten, _ = old.exclude(sequence__isnull=False, sequence=newest).delete()
    return forgotten
