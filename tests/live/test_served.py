"""The stream through a real uvicorn, as a browser gets it."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from live.access import Refused, Sight, Visit
from live.stream import application
from tests.live.page import say
from tests.live.served import serving

pytestmark = pytest.mark.django_db(transaction=True)


async def by_cookie(visit: Visit) -> Sight | Refused:
    return None if visit.headers.get("cookie") == "sessionid=known" else Refused()


@contextmanager
def listening(port: int, **headers: str) -> Iterator[http.client.HTTPResponse]:
    """Open the stream."""
    call = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    call.request("GET", "/live/", headers=headers)
    answer = call.getresponse()
    yield answer
    answer.close()
    call.close()


def event(answer: http.client.HTTPResponse) -> dict[str, Any]:
    """Read one event, over blocks without any."""
    fields: dict[str, str] = {}
    while "event" not in fields:
        lines = iter(answer.readline, b"\n")
        fields = dict(line.decode().rstrip("\n").split(": ", 1) for line in lines)
    return fields


def test_a_change_travels_through_uvicorn_and_the_server_stops_with_a_page_open() -> None:
    app = application(by_cookie)
    with serving(app, app) as port, listening(port, Cookie="sessionid=known") as answer:
        hello = event(answer)
        say("wait")
        change = event(answer)

    assert (answer.status, answer.getheader("content-type")) == (200, "text/event-stream; charset=utf-8")
    assert hello == {"id": "0", "event": "hello", "data": "{}"}
    assert change == {"id": "1", "event": "value", "data": '{"indicator": "wait"}'}


def test_uvicorn_tells_a_visitor_without_a_session_to_sign_in() -> None:
    app = application(by_cookie)
    with serving(app, app) as port, listening(port) as answer:
        assert (answer.status, answer.read()) == (401, b"")
