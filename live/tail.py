"""Follow the outbox: one thread for a process, however many streams it serves, and none while it serves none."""

import asyncio
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import Error, connection

from live.listening import Listener
from live.operations import BATCH, number_changes
from live.queries import NumberedChange, changes_after, outlook
from live.subscription import Subscription

logger = logging.getLogger(__name__)

#: Seconds between two looks when nobody nudges: what a page waits at most while Redis is down.
LOOK_EVERY_S = 0.25
#: Seconds between two looks however often somebody nudges, so that a busy hour costs no more than this.
LOOK_AT_MOST_EVERY_S = 0.02
#: Seconds between two tries while the database is away; doubled from the first to the second.
FIRST_RETRY_S, LAST_RETRY_S = 0.25, 4.0
#: More changes than this at once (an import) are told as one: refresh everything.
FLOOD = 1_000


@dataclass(frozen=True, slots=True)
class News:
    """What one look found. `changes` None: too much, or not complete; look at everything again."""

    newest: int
    changes: Sequence[NumberedChange] | None


class Tail:
    """Hands every change to the subscriptions of one event loop. All methods but `_follow`'s belong to that loop."""

    def __init__(self) -> None:
        self.position = 0
        self.subscriptions: set[Subscription] = set()
        self._ready = asyncio.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    async def attach(self, subscription: Subscription) -> None:
        """Hand every change to a subscription from its `starts_after` on, none left out."""
        self.subscriptions.add(subscription)
        subscription.starts_after = self.position
        if self._thread is None:
            self._ready, self._stop = asyncio.Event(), threading.Event()
            self._thread = threading.Thread(
                target=_Follower(self, asyncio.get_running_loop(), self._stop).run, name="live-tail", daemon=True
            )
            self._thread.start()
        await self._ready.wait()

    def detach(self, subscription: Subscription) -> None:
        """Stop handing changes to a subscription; with the last one the thread ends."""
        self.subscriptions.discard(subscription)
        if not self.subscriptions and self._thread is not None:
            self._stop.set()
            self._thread = None

    def hear(self, news: News, stop: threading.Event) -> None:
        """Pass on what a look found; the first look only says where we stand. A thread told to stop is not heard."""
        if stop is not self._stop or stop.is_set():
            return
        self.position = news.newest
        is_first = not self._ready.is_set()
        self._ready.set()
        for subscription in self.subscriptions:
            if is_first:
                subscription.starts_after = news.newest
            elif news.changes is None:
                subscription.lose_track()
            else:
                subscription.offer(news.changes)


class _Follower:
    """The thread's side: looks, numbers, reads on from where it stands, and tells the loop."""

    def __init__(self, tail: Tail, loop: asyncio.AbstractEventLoop, stop: threading.Event) -> None:
        self._tail = tail
        self._loop = loop
        self._stop = stop
        self._position: int | None = None

    def run(self) -> None:
        listener = Listener()
        retry_s = FIRST_RETRY_S
        try:
            while not self._stop.is_set():
                started = time.monotonic()
                try:
                    must_hurry = self._look()
                except Error as reason:
                    connection.close()
                    if retry_s == FIRST_RETRY_S:
                        logger.warning("The database does not answer; open pages wait for it. %s", reason)
                    self._stop.wait(retry_s)
                    retry_s = min(2 * retry_s, LAST_RETRY_S)
                    continue
                retry_s = FIRST_RETRY_S
                if not must_hurry:
                    listener.wait(LOOK_EVERY_S, stop=self._stop)
                self._stop.wait(max(0.0, started + LOOK_AT_MOST_EVERY_S - time.monotonic()))
        finally:
            listener.close()
            connection.close()

    def _look(self) -> bool:
        """Look once, and tell. Answer whether to look again at once: another process is numbering just now."""
        seen = outlook()
        if seen.has_unnumbered:
            while number_changes() == BATCH:
                pass
            seen = outlook()
        if self._position is None:
            self._tell(News(seen.newest, None))
        elif seen.newest != self._position:
            is_flood = not 0 < seen.newest - self._position <= FLOOD
            self._tell(News(seen.newest, None if is_flood else changes_after(self._position, up_to=seen.newest)))
        self._position = seen.newest
        return seen.has_unnumbered

    def _tell(self, news: News) -> None:
        try:
            self._loop.call_soon_threadsafe(self._tail.hear, news, self._stop)
        except RuntimeError:  # the loop was closed over our head: the process ends
            self._stop.set()
