"""One open stream, from its first line to its last."""

import asyncio
import random
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.db import Error

from live.access import Identify, Refused, Visit, ask
from live.queries import NumberedChange, missed_changes
from live.subscription import Subscription, frame
from live.tail import FLOOD, Tail

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: Seconds of silence after which a sign of life is sent: under the 30 or 60 after which proxies hang up.
HEARTBEAT_S = 15.0
#: Seconds after which a reader's right to hear is asked for again, up to half as long again: not all at the same time.
RECHECK_S = 120.0
#: Seconds for which a reader may leave its connection full before it is let go.
STALLED_S = 30.0
#: Milliseconds after which a browser that was cut off comes back.
RETRY_MS = 2_000
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


class Flow:
    """Sends to one reader what it missed, then what changes, until it leaves, is refused, stalls or is asked to end."""

    def __init__(self, visit: Visit, subscription: Subscription, tail: Tail, identify: Identify, send: Send) -> None:
        self._visit = visit
        self._subscription = subscription
        self._tail = tail
        self._identify = identify
        self._send = send
        self._sent = 0

    async def run(self) -> None:
        """Serve the stream to its end."""
        await self._send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        self._recheck_at = self._next_check()
        try:
            await self._catch_up()
            while await self._may_stay():
                await self._pass_on(await self._subscription.take(HEARTBEAT_S))
        except OSError:
            # Stalled (a TimeoutError) or gone: what is kept for it is little, but need not be kept for ever.
            return
        except Error:
            # The database went away before we caught up: the reader comes back with the same number.
            pass
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _catch_up(self) -> None:
        """Tell what the reader missed (on a first visit nothing), then where we stand. Not the other way round.

        A reader whose stream broke in between would otherwise come back with a number that it has not reached.
        """
        await self._write(f"retry: {RETRY_MS}\n\n".encode())
        start, last = self._subscription.starts_after, self._visit.last_heard
        if last is not None:
            missed = await ask(missed_changes, last, up_to=start, at_most=FLOOD)
            if missed is None:
                await self._write(frame("reset", start, {}))
            else:
                start = max(start, last)
                wanted = self._subscription.wanted(missed)
                await self._write(b"".join(frame(one.topic, one.sequence, one.what) for one in wanted))
        await self._write(frame("hello", start, {}))
        self._sent = start

    async def _may_stay(self) -> bool:
        """Ask again from time to time; whoever sees other units than before is to refresh everything."""
        if self._subscription.is_ended:
            return False
        now = asyncio.get_running_loop().time()
        if now < self._recheck_at:
            return True
        self._recheck_at = self._next_check()
        try:
            sight = await self._identify(self._visit)
        except Error:  # with the database away nothing changes, so there is nothing to hide either
            return True
        if isinstance(sight, Refused):
            return False
        if sight != self._subscription.sight:
            self._subscription.sight = sight
            self._subscription.lose_track()
        return True

    async def _pass_on(self, changes: list[NumberedChange] | None) -> None:
        """Send changes, each once and in order; None: the order to refresh everything; none: a sign of life."""
        if changes is None:
            self._sent = self._tail.position
            await self._write(frame("reset", self._sent, {}))
        elif fresh := [change for change in changes if change.sequence > self._sent]:
            self._sent = fresh[-1].sequence
            await self._write(b"".join(frame(one.topic, one.sequence, one.what) for one in fresh))
        elif not self._subscription.is_ended:
            self._sent = max(self._sent, self._tail.position)
            await self._write(b": still here\n" + frame("beat", self._sent, {}))

    async def _write(self, frames: bytes) -> None:
        async with asyncio.timeout(STALLED_S):
            await self._send({"type": "http.response.body", "body": frames, "more_body": True})

    @staticmethod
    def _next_check() -> float:
        # Spread, not secret.
        return asyncio.get_running_loop().time() + RECHECK_S * random.uniform(1.0, 1.5)  # noqa: S311
