"""One process for everything: the live stream as raw ASGI, all else through Django's WSGI handler in threads.

Django's own ASGI handler would keep a thread for each open stream and hold back streamed exports.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from types import FrameType
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obeya.settings")
pages_and_api: Any = get_wsgi_application()

# Django is set up from here on.
from live.stream import application as live_application  # noqa: E402
from organisation.listening import identify  # noqa: E402

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Each thread may hold one database connection; PostgreSQL allows 100 as it comes.
THREADS = 32

live = live_application(identify)
threaded = cast("Application", WSGIMiddleware(pages_and_api, workers=THREADS))


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Lead a request to the stream or to Django."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] == "/live/":
        await live(scope, receive, send)
    else:
        await threaded(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    if threading.current_thread() is threading.main_thread():
        _end_streams_on(signal.SIGTERM, asyncio.get_running_loop())
        _end_streams_on(signal.SIGINT, asyncio.get_running_loop())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


def _end_streams_on(number: signal.Signals, loop: asyncio.AbstractEventLoop) -> None:
    """End the streams when the server is told to end: it would wait for them, and they never end by themselves."""
    servers_own = signal.getsignal(number)

    def end(received: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(live.end_streams)
        if callable(servers_own):
            servers_own(received, frame)

    signal.signal(number, end)
