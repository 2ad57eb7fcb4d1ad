"""Open pages for tests: a small reader of Server-Sent Events that calls the ASGI application itself."""

import asyncio
import json
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from django.db import connection
from django.utils import timezone

from live.access import Refused, Sight, Visit
from live.operations import Announcement, announce_many
from live.stream import LiveStream, application

T = TypeVar("T")


@dataclass(frozen=True)
class Event:
    """One event as a browser would dispatch it."""

    name: str
    number: int
    what: dict[str, str]


async def sees_all(_visit: Visit) -> Sight | Refused:
    """Let everyone hear of everything."""
    return None


def stream(identify: Callable[[Visit], Any] = sees_all) -> LiveStream:
    """Build the application under test."""
    return application(identify)


def say(*indicators: str, unit_id: int | None = None, topic: str = "value") -> None:
    """Announce changes of indicators in one transaction."""
    announce_many([Announcement(topic, unit_id, {"indicator": one}) for one in indicators], now=timezone.now())


async def aside(work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Do database work in a thread with a connection of its own, closed afterwards."""

    def worked() -> T:
        try:
            return work(*args, **kwargs)
        finally:
            connection.close()

    return await asyncio.to_thread(worked)


class Page:
    """An open page, as a context manager. `gate` closed, it reads nothing: a slow page."""

    def __init__(
        self, app: LiveStream, query: str = "", headers: Iterable[tuple[str, str]] = (), method: str = "GET"
    ) -> None:
        self._app = app
        self._scope = {
            "type": "http",
            "method": method,
            "path": "/live/",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers],
        }
        self.gate = asyncio.Event()
        self.gate.set()
        self.status = 0
        self.headers: dict[str, str] = {}
        self.text = ""
        self._gone = asyncio.Event()
        self._more = asyncio.Event()
        self._is_over = False

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._app(self._scope, self._receive, self._send))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._gone.set()
        self.gate.set()
        await self._task

    async def event(self, within: float = 3.0) -> Event:
        """Return the next event."""
        async with asyncio.timeout(within):
            while True:
                block, separator, rest = self.text.partition("\n\n")
                if not separator:
                    self._more.clear()
                    await self._more.wait()
                    continue
                self.text = rest
                fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
                if "event" in fields:
                    return Event(fields["event"], int(fields["id"]), json.loads(fields["data"]))

    async def events(self, count: int, within: float = 3.0) -> list[Event]:
        """Return the next events."""
        return [await self.event(within) for _ in range(count)]

    async def indicators(self, count: int) -> list[str]:
        """Return the indicators that the next events name."""
        return [event.what["indicator"] for event in await self.events(count)]

    async def ended(self, within: float = 3.0) -> None:
        """Wait for the server to end the stream."""
        async with asyncio.timeout(within):
            while not self._is_over:
                self._more.clear()
                await self._more.wait()

    async def _receive(self) -> MutableMapping[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        await self.gate.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.text += message["body"].decode()
            self._is_over = not message.get("more_body", False)
        self._more.set()
