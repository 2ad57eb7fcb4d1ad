"""Who comes to listen, as far as the stream needs to know. The judgement is injected: this app knows no permission."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar
from urllib.parse import parse_qsl

from django.db import close_old_connections

#: Digits of the longest number that PostgreSQL's bigint surely holds.
LONGEST_NUMBER = 18

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Visit:
    """A request, as far as listening needs it. Header names are in lower case."""

    method: str
    headers: Mapping[str, str]
    query: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, scope: Mapping[str, Any]) -> "Visit":
        """Read an ASGI scope. Of a header sent twice the parts are joined as HTTP says, cookies with a semicolon."""
        headers: dict[str, str] = {}
        for raw_name, raw_value in scope["headers"]:
            name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
            glue = "; " if name == "cookie" else ", "
            headers[name] = f"{headers[name]}{glue}{value}" if name in headers else value
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"))
        return cls(scope["method"], headers, tuple(query))

    def several(self, name: str) -> frozenset[str]:
        """Return every value that the query gives to a name."""
        return frozenset(value for key, value in self.query if key == name)

    @property
    def last_heard(self) -> int | None:
        """The number of the last change that the visitor heard of; None on a first visit, -1 if it is no number."""
        text = self.headers.get("last-event-id") or dict(self.query).get("last_event_id")
        if not text:
            return None
        return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else -1


@dataclass(frozen=True, slots=True)
class Refused:
    """The visitor may not listen: 401 when nobody is signed in, 403 when somebody is."""

    status: int = 401


#: The units of which a visitor may hear; None: all of them.
Sight = frozenset[int] | None
#: Says what a visitor may hear of. It is asked at the door, and again from time to time while they stay.
Identify = Callable[[Visit], Awaitable[Sight | Refused]]


async def ask(question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Ask the database without holding up the streams: in one of the loop's few threads, on a connection that lives."""

    def asked() -> T:
        close_old_connections()
        try:
            return question(*args, **kwargs)
        finally:
            close_old_connections()

    return await asyncio.to_thread(asked)
