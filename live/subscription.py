"""What one open page still has to hear: a short list, however slow the page."""

import asyncio
import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from live.access import Sight, Visit
from live.queries import NumberedChange

#: Changes kept for a page that reads slowly; beyond them it is told to refresh everything.
LONGEST_LIST = 256


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a reader asked to hear of, from `?topic=` and `?unit=`; empty: everything."""

    topics: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()

    @classmethod
    def of(cls, visit: Visit) -> "Narrowing":
        """Read what a visitor asks for."""
        return cls(visit.several("topic"), visit.several("unit"))

    def lets_through(self, change: NumberedChange) -> bool:
        """Tell whether a change is of a topic, and of a unit, that was asked for."""
        return (not self.topics or change.topic in self.topics) and (
            not self.units or change.what.get("unit") in self.units
        )


def frame(event: str, sequence: int, what: Mapping[str, str]) -> bytes:
    """Write one Server-Sent Event."""
    return f"id: {sequence}\nevent: {event}\ndata: {json.dumps(dict(what), ensure_ascii=False)}\n\n".encode()


class Subscription:
    """The changes that one stream may see, wants, and has not sent yet. Belongs to one event loop."""

    def __init__(self, sight: Sight, narrowing: Narrowing) -> None:
        #: The units of which the reader may hear; None: all of them.
        self.sight = sight
        #: Every change with a higher number is offered here; older ones are the outbox's to replay.
        self.starts_after = 0
        self._narrowing = narrowing
        self._waiting: deque[NumberedChange] = deque()
        self._has_lost_track = False
        self._is_ended = False
        self._wake = asyncio.Event()

    def wanted(self, changes: Iterable[NumberedChange]) -> list[NumberedChange]:
        """Keep what the reader may hear of and asked for."""
        return [
            change
            for change in changes
            if (self.sight is None or change.unit_id is None or change.unit_id in self.sight)
            and self._narrowing.lets_through(change)
        ]

    def offer(self, changes: Iterable[NumberedChange]) -> None:
        """Keep changes for the stream; too many for a slow reader become one order to refresh everything."""
        if self._has_lost_track:
            return
        self._waiting.extend(self.wanted(changes))
        if len(self._waiting) > LONGEST_LIST:
            self.lose_track()
        elif self._waiting:
            self._wake.set()

    def lose_track(self) -> None:
        """Forget the list: the reader is to refresh everything."""
        self._waiting.clear()
        self._has_lost_track = True
        self._wake.set()

    def end(self) -> None:
        """Let the stream end at its next breath."""
        self._is_ended = True
        self._wake.set()

    @property
    def is_ended(self) -> bool:
        """Whether the stream was asked to end."""
        return self._is_ended

    async def take(self, seconds: float) -> list[NumberedChange] | None:
        """Wait for something to send. Empty: nothing came in time. None: the reader is to refresh everything."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return []
        taken = None if self._has_lost_track else list(self._waiting)
        self._waiting.clear()
        self._has_lost_track = False
        self._wake.clear()
        return taken
