"""GET /live/: Server-Sent Events of what changed, as a raw ASGI application.

Raw, because Django would keep one thread for each open stream; here a stream costs a task and a short list. This app
knows no permission: `application(identify)` is given the one who does.

A reader gets `id:` the number of the change, `event:` its topic, `data:` what to look at again (JSON). `event: hello`
opens the stream. A reader who comes back with `Last-Event-ID` (or `?last_event_id=`) gets what it missed; when that is
no longer known, or too much, `event: reset` says to look at everything again. Every 15 seconds without news come a
comment and `event: beat`. `?topic=` and `?unit=`, as often as wanted, narrow what is heard.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any

from django.db import Error

from live.access import Identify, Refused, Visit
from live.flow import Flow, Send
from live.subscription import Narrowing, Subscription
from live.tail import Tail

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

#: Streams for one process, within the 20,000 file descriptors that it usually may open.
MOST_STREAMS = 15_000
#: Seconds for which a reader waits at the door while the database is away.
PATIENCE_S = 5.0


def application(identify: Identify) -> "LiveStream":
    """Build the ASGI application. `identify` says which units a visitor may hear of, or refuses them."""
    return LiveStream(identify)


class LiveStream:
    """The ASGI application, with all the streams that it serves. Belongs to one event loop."""

    def __init__(self, identify: Identify) -> None:
        self._identify = identify
        self._is_ending = False
        self._tail: Tail | None = None

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request."""
        visit = Visit.of(scope)
        if visit.method != "GET":
            await _answer(send, 405, (b"allow", b"GET"))
            return
        try:
            sight = await self._identify(visit)
        except Error:
            await _answer(send, 503, (b"retry-after", b"2"))
            return
        if isinstance(sight, Refused):
            await _answer(send, sight.status)
            return
        await self._stream(visit, Subscription(sight, Narrowing.of(visit)), receive, send)

    def end_streams(self) -> None:
        """Let every stream end at once, and no other begin: the process wants to end. Call it in the event loop."""
        self._is_ending = True
        for subscription in tuple(self._tail.subscriptions if self._tail else ()):
            subscription.end()

    async def _stream(self, visit: Visit, subscription: Subscription, receive: Receive, send: Send) -> None:
        if self._tail is None:
            self._tail = Tail()
        if self._is_ending or len(self._tail.subscriptions) >= MOST_STREAMS:
            await _answer(send, 503, (b"retry-after", b"10"))
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._tail.attach(subscription)
            await _until_gone(Flow(visit, subscription, self._tail, self._identify, send).run(), receive)
        except TimeoutError:
            await _answer(send, 503, (b"retry-after", b"2"))
        finally:
            self._tail.detach(subscription)


async def _until_gone(flow: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Run a stream until it ends or its reader hangs up."""

    async def hung_up() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    tasks = asyncio.create_task(flow), asyncio.create_task(hung_up())
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended, _ = await asyncio.gather(*tasks, return_exceptions=True)
    if isinstance(ended, Exception):
        raise ended


async def _answer(send: Send, status: int, *headers: tuple[bytes, bytes]) -> None:
    """Answer without a stream."""
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0"), *headers]})
    await send({"type": "http.response.body", "body": b""})
