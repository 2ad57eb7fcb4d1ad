"""The scripts of the page in a real Chromium: two tabs, one stream, a cut, and what the light says meanwhile."""

import hashlib
from collections.abc import Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from live import flow
from live.access import Refused, Sight, Visit
from live.flow import Send
from live.stream import Receive, application
from tests.live.page import say
from tests.live.served import serving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = """<!doctype html><title>wall</title>
<span data-live-word data-live="live" data-polling="every 10 s" data-stale="not live since"></span>
<time data-live-clock></time><p data-live-stale-news hidden>lost</p>
<ul data-live-board="wall" data-live-src="/columns/" data-live-into="#columns">%s</ul>
<script type="module" src="/look-again.js"></script><script type="module" src="/live.js"></script>"""


class Wall:
    """A small site with one board of two tiles, whose figures and stream the test holds in its hands."""

    def __init__(self) -> None:
        self.figures = {"wait": "30", "starts": "7"}
        self.has_stream = True
        self.has_pages = True
        self.asked: list[str] = []
        self.live = application(self._identify)

    async def _identify(self, _visit: Visit) -> Sight | Refused:
        return None if self.has_stream else Refused(403)

    def tile(self, indicator: str) -> str:
        return f'<article class="tile"><p class="tile-figure">{self.figures[indicator]}</p><button>+</button></article>'

    def columns(self) -> str:
        slots = (
            f'<li class="slot" id="slot-{one}" data-live-indicator="{one}" data-live-src="/tiles/{one}/">'
            f"{self.tile(one)}<input></li>"
            for one in self.figures
        )
        return f'<div id="columns">{"".join(slots)}</div>'

    def part(self, path: str) -> tuple[str, str]:
        if path.endswith(".js"):
            return (Path(settings.BASE_DIR) / "static" / "js" / path.lstrip("/")).read_text(), "text/javascript"
        if path.startswith("/tiles/"):
            return self.tile(path.split("/")[2]), "text/html"
        return (self.columns() if path == "/columns/" else PAGE % self.columns()), "text/html"

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["path"] == "/live/":
            self.asked.append("stream")
            await self.live(scope, receive, send)
            return
        text, kind = self.part(scope["path"])
        etag = hashlib.sha256(text.encode()).hexdigest().encode()
        is_known = (b"if-none-match", etag) in scope["headers"]
        self.asked.append(f"{scope['path']} {304 if is_known else 200}")
        if not self.has_pages:
            await send({"type": "http.response.start", "status": 502, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        headers = [(b"content-type", kind.encode()), (b"etag", etag)]
        await send({"type": "http.response.start", "status": 304 if is_known else 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if is_known else text.encode()})


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def address(wall: Wall) -> Iterator[str]:
    with serving(wall, wall.live) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def context(chromium: Browser, address: str) -> Iterator[BrowserContext]:
    with chromium.new_context() as context:
        yield context


def say_aside(*indicators: str) -> None:
    """Announce from another thread: the browser's own loop runs in this one."""

    def work() -> None:
        say(*indicators)
        connection.close()

    with ThreadPoolExecutor(1) as threads:
        threads.submit(work).result()


def figure(page: Page, indicator: str) -> Locator:
    return page.locator(f"#slot-{indicator} .tile-figure")


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.clock.install()
    page.goto(address)
    expect(page.locator("[data-live-word]")).to_have_text("live")
    return page


def test_two_tabs_share_one_stream_and_both_show_a_change_within_a_second(
    context: BrowserContext, wall: Wall, address: str
) -> None:
    pages = [opened(context, address) for _ in range(2)]

    wall.figures["wait"] = "31"
    say_aside("wait")

    for page in pages:
        expect(figure(page, "wait")).to_have_text("31", timeout=1000)
    assert wall.asked.count("stream") == 1


def test_a_refreshed_tile_keeps_the_focus_and_what_is_typed_beside_it(
    context: BrowserContext, wall: Wall, address: str
) -> None:
    page = opened(context, address)
    page.locator("#slot-wait input").fill("half-typed")
    page.locator("#slot-wait button").focus()

    wall.figures["wait"] = "31"
    say_aside("wait")

    expect(figure(page, "wait")).to_have_text("31")
    expect(page.locator("#slot-wait button")).to_be_focused()
    expect(page.locator("#slot-wait input")).to_have_value("half-typed")
    expect(page.locator("#slot-wait .tile")).to_have_class("tile has-news")


def test_only_what_shows_the_change_is_asked_for(context: BrowserContext, wall: Wall, address: str) -> None:
    page = opened(context, address)
    page.wait_for_timeout(200)
    wall.asked.clear()

    say_aside("starts", "something else")

    page.wait_for_timeout(500)
    assert wall.asked == ["/tiles/starts/ 200"]


def test_without_the_stream_the_page_asks_by_the_clock_says_so_and_comes_back(
    context: BrowserContext, wall: Wall, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "RECHECK_S", 0.0)
    monkeypatch.setattr(flow, "HEARTBEAT_S", 0.2)
    page = opened(context, address)
    light, lost = page.locator("[data-live-word]"), page.locator("[data-live-stale-news]")

    wall.has_stream = False
    expect(light).to_have_text("every 10 s")
    wall.figures["wait"] = "32"
    page.clock.run_for(10_000)
    expect(figure(page, "wait")).to_have_text("32")
    wall.asked.clear()
    page.clock.run_for(10_000)
    page.wait_for_timeout(200)
    assert [one for one in wall.asked if one != "stream"] == ["/columns/ 304"]

    wall.has_pages = False
    page.clock.run_for(30_000)
    expect(light).to_have_text("not live since")
    expect(lost).to_be_visible()

    wall.has_pages = wall.has_stream = True
    wall.figures["wait"] = "33"
    page.clock.run_for(11_000)
    expect(light).to_have_text("live")
    expect(lost).to_be_hidden()
    expect(figure(page, "wait")).to_have_text("33")
