"""How long a committed change takes to reach two hundred open pages, beside Redis pub/sub handed straight to them.

Both sides are served by a real uvicorn and read by the same clients; ten changes a second. Latencies run from before
the transaction to the line that a page reads. The bare side commits the same row and publishes it: no order, no
replay, no permission, nothing kept for a page that was away.
"""

import asyncio
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import redis
import uvicorn
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from redis.client import PubSub

from live.access import Refused, Sight, Visit
from live.models import Change
from live.operations import announce
from live.stream import application
from live.subscription import frame

STREAMS = 200
CHANGES = 40
PAUSE_S = 0.1
CHANNEL = "obeya:bench"


def run() -> dict[str, float]:
    """Return the milliseconds of both sides (p50 and p99 over all pages) and how often one p50 holds the other."""
    live = application(sees_all)
    with serving(live, live.end_streams) as port:
        ours = asyncio.run(open_pages(port, say))
    bare = Bare()
    with serving(bare, bare.end) as port:
        theirs = asyncio.run(open_pages(port, publish))
    return {
        "live_p50_ms": statistics.median(ours),
        "live_p99_ms": statistics.quantiles(ours, n=100)[98],
        "bare_p50_ms": statistics.median(theirs),
        "bare_p99_ms": statistics.quantiles(theirs, n=100)[98],
        "ratio": statistics.median(ours) / statistics.median(theirs),
    }


async def sees_all(_visit: Visit) -> Sight | Refused:
    """Let everyone hear everything."""
    return None


def say(at: str) -> None:
    """Announce as the product does."""
    announce(topic="bench", unit_id=None, what={"at": at}, now=timezone.now())


def publish(at: str) -> None:
    """Commit the same row and publish it."""
    with transaction.atomic():
        Change.objects.create(topic="bench", what={"at": at}, changed_at=timezone.now())
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.publish(CHANNEL, frame("bench", 0, {"at": at}))


class Bare:
    """Hands every message of a channel to every stream."""

    def __init__(self) -> None:
        self.queues: set[asyncio.Queue[bytes]] = set()
        self.is_ended = threading.Event()

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        if not self.queues:
            threading.Thread(target=self.listen, args=[asyncio.get_running_loop()]).start()
        self.queues.add(queue)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        message = frame("hello", 0, {})
        while message:
            await send({"type": "http.response.body", "body": message, "more_body": True})
            message = await queue.get()
        await send({"type": "http.response.body", "body": b""})

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            ear = PubSub(client.connection_pool, ignore_subscribe_messages=True)
            ear.subscribe(CHANNEL)
            while not self.is_ended.is_set():
                if message := ear.get_message(timeout=0.25):
                    loop.call_soon_threadsafe(self.hand_out, message["data"])
            ear.close()

    def hand_out(self, message: bytes) -> None:
        for queue in self.queues:
            queue.put_nowait(message)

    def end(self) -> None:
        self.is_ended.set()
        self.hand_out(b"")


@contextmanager
def serving(app: Any, end: Callable[[], None]) -> Iterator[int]:
    """Serve an application in a thread."""

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            end()
            await super().shutdown(sockets)

    server = Server(uvicorn.Config(app, lifespan="off", log_config=None))
    with socket.create_server(("127.0.0.1", 0), backlog=STREAMS) as door:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)


async def open_pages(port: int, announcing: Callable[[str], None]) -> list[float]:
    """Open every page, announce, and return the milliseconds after which each page had read each change."""
    ready = asyncio.Semaphore(0)
    pages = [asyncio.create_task(read(port, ready)) for _ in range(STREAMS)]
    for _ in pages:
        await ready.acquire()
    await asyncio.sleep(0.5)
    await asyncio.to_thread(change, announcing)
    return [latency for page in pages for latency in await page]


async def read(port: int, ready: asyncio.Semaphore) -> list[float]:
    """Read one stream until every change was there; a change that is missed stops the benchmark."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /live/?topic=bench HTTP/1.1\r\nHost: bench\r\n\r\n")
    latencies: list[float] = []
    while len(latencies) < CHANGES:
        line = await asyncio.wait_for(reader.readline(), 30)
        if line.startswith(b"event: hello"):
            ready.release()
        elif line.startswith(b'data: {"at"'):
            latencies.append((time.monotonic() - float(line.split(b'"')[3])) * 1000)
    writer.close()
    return latencies


def change(announcing: Callable[[str], None]) -> None:
    """Make ten changes a second."""
    for _ in range(CHANGES):
        announcing(repr(time.monotonic()))
        time.sleep(PAUSE_S)
    connection.close()
