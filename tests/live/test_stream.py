"""What an open page hears: everything it may, once, in order, also after it was away."""

import asyncio
import datetime as dt
import statistics
import time

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from live import flow, subscription, tail
from live.access import Refused, Sight, Visit
from live.models import Change
from live.operations import prune_changes
from live.queries import newest_sequence
from live.tail import FLOOD
from tests.live.page import Event, Page, aside, say, sees_all, stream

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_page_hears_of_a_change_long_before_the_next_look_of_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "LOOK_EVERY_S", 3.0)

    async def story() -> tuple[list[Event], float]:
        async with Page(stream()) as page:
            hello = await page.event()
            started = time.monotonic()
            await aside(say, "wait")
            return [hello, await page.event()], time.monotonic() - started

    heard, took = asyncio.run(story())

    assert heard == [Event("hello", 0, {}), Event("value", 1, {"indicator": "wait"})]
    assert took < 1


def test_the_answer_is_a_stream_that_nobody_keeps_or_holds_back() -> None:
    async def story() -> Page:
        async with Page(stream()) as page:
            await page.event()
            return page

    page = asyncio.run(story())

    assert page.status == 200
    assert page.headers == {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache, no-transform",
        "x-accel-buffering": "no",
    }


@pytest.mark.parametrize(("method", "refused", "status"), [("POST", None, 405), ("GET", 401, 401), ("GET", 403, 403)])
def test_who_may_not_listen_or_does_not_ask_to_gets_no_stream(method: str, refused: int | None, status: int) -> None:
    async def identify(_visit: Visit) -> Sight | Refused:
        return Refused(refused) if refused else None

    async def story() -> tuple[int, str]:
        async with Page(stream(identify), method=method) as page:
            await page.ended()
            return page.status, page.text

    assert asyncio.run(story()) == (status, "")


@pytest.mark.parametrize("how", ["header", "query"])
def test_a_page_that_was_away_hears_what_it_missed_and_nothing_twice(how: str) -> None:
    async def story() -> tuple[list[Event], list[Event]]:
        app = stream()
        async with Page(app) as page:
            hello = await page.event()
            await aside(say, "one", "two", "three")
            before = [hello, *await page.events(3)]
        await aside(say, "four")
        headers = [("Last-Event-ID", "2")] if how == "header" else []
        async with Page(app, "" if headers else "last_event_id=2", headers) as page:
            missed = await page.events(3)
            await aside(say, "five")
            return before, [*missed, await page.event()]

    before, after = asyncio.run(story())

    assert [(one.name, one.number) for one in before] == [("hello", 0), ("value", 1), ("value", 2), ("value", 3)]
    assert [(one.what.get("indicator"), one.number) for one in after] == [
        ("three", 3),
        ("four", 4),
        (None, 4),
        ("five", 5),
    ]


@pytest.mark.parametrize("last_heard", ["0", "999", "once upon a time", "-1", "9" * 30])
def test_a_page_whose_place_is_not_known_any_more_is_told_to_refresh_everything(last_heard: str) -> None:
    async def story() -> list[Event]:
        app = stream()
        await aside(say, "old", "older")
        async with Page(app) as page:
            await page.event()
        await aside(Change.objects.update, changed_at=timezone.now() - dt.timedelta(days=9))
        await aside(prune_changes, now=timezone.now())
        await aside(say, "new")
        async with Page(app, headers=[("Last-Event-ID", last_heard)]) as page:
            heard = await page.events(2)
            await aside(say, "newer")
            return [*heard, await page.event()]

    assert asyncio.run(story()) == [
        Event("reset", 3, {}),
        Event("hello", 3, {}),
        Event("value", 4, {"indicator": "newer"}),
    ]


def test_a_page_that_missed_too_much_is_told_to_refresh_everything() -> None:
    async def story() -> list[Event]:
        app = stream()
        await aside(say, *(f"indicator-{turn}" for turn in range(FLOOD + 1)))
        async with Page(app, headers=[("Last-Event-ID", "0")]) as page:
            return await page.events(2)

    assert asyncio.run(story()) == [Event("reset", FLOOD + 1, {}), Event("hello", FLOOD + 1, {})]


def test_an_import_reaches_open_pages_as_one_order_to_refresh_everything() -> None:
    async def story() -> list[Event]:
        async with Page(stream()) as page:
            await page.event()
            await aside(say, *(f"indicator-{turn}" for turn in range(FLOOD + 1)))
            return [await page.event()]

    assert asyncio.run(story()) == [Event("reset", FLOOD + 1, {})]


def test_a_change_of_a_unit_that_the_reader_may_not_see_is_not_told_live_or_later() -> None:
    async def sees_unit_one(_visit: Visit) -> Sight | Refused:
        return frozenset({1})

    async def story() -> tuple[list[str], list[str]]:
        app = stream(sees_unit_one)

        async def happen(turn: str) -> None:
            await aside(say, f"mine-{turn}", unit_id=1)
            await aside(say, f"theirs-{turn}", unit_id=2)
            await aside(say, f"everyones-{turn}", unit_id=None)

        async with Page(app) as page:
            await page.event()
            await happen("a")
            live = await page.indicators(2)
        await happen("b")
        async with Page(app, headers=[("Last-Event-ID", "3")]) as page:
            return live, await page.indicators(2)

    assert asyncio.run(story()) == (["mine-a", "everyones-a"], ["mine-b", "everyones-b"])


def test_a_reader_may_ask_for_some_topics_only() -> None:
    async def story() -> list[Event]:
        async with Page(stream(), "topic=board&topic=trajectory") as page:
            await page.event()
            for topic in ("value", "trajectory", "value", "board"):
                await aside(say, "one", topic=topic)
            return await page.events(2)

    assert [(one.name, one.number) for one in asyncio.run(story())] == [("trajectory", 2), ("board", 4)]


def test_a_reader_whose_session_ended_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "RECHECK_S", 0.0)
    monkeypatch.setattr(flow, "HEARTBEAT_S", 0.05)
    answers: list[Sight | Refused] = [None, None, Refused()]

    async def identify(_visit: Visit) -> Sight | Refused:
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def story() -> str:
        async with Page(stream(identify)) as page:
            await page.ended()
            return (await page.event()).name

    assert asyncio.run(story()) == "hello"


def test_a_reader_whose_units_changed_refreshes_everything_and_hears_of_the_new_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flow, "RECHECK_S", 0.0)
    answers: list[Sight | Refused] = [frozenset({1}), frozenset({2})]

    async def identify(_visit: Visit) -> Sight | Refused:
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def story() -> list[Event]:
        async with Page(stream(identify)) as page:
            heard = await page.events(2)
            await aside(say, "one", unit_id=1)
            await aside(say, "two", unit_id=2)
            return [*heard, await page.event()]

    assert asyncio.run(story()) == [
        Event("hello", 0, {}),
        Event("reset", 0, {}),
        Event("value", 2, {"indicator": "two"}),
    ]


def test_a_silent_stream_shows_that_it_is_alive_and_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "HEARTBEAT_S", 0.3)

    async def sees_nothing(_visit: Visit) -> Sight | Refused:
        return frozenset()

    async def story() -> tuple[Event, str]:
        async with Page(stream(sees_nothing)) as page:
            await page.event()
            await aside(say, "hidden", unit_id=1)
            while (beat := await page.event()).number == 0:
                pass
            await asyncio.sleep(0.35)
            return beat, page.text

    beat, text = asyncio.run(story())

    assert beat == Event("beat", 1, {})
    assert text.startswith(": still here\nid: 1\nevent: beat\n")


def test_without_redis_changes_arrive_half_a_second_later_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")

    async def story() -> list[float]:
        delays = []
        async with Page(stream()) as page:
            await page.event()
            for turn in range(4):
                started = time.monotonic()
                await aside(say, f"change-{turn}")
                await page.event()
                delays.append(time.monotonic() - started)
        return delays

    # The middle one: a busy machine may be late once.
    assert statistics.median(asyncio.run(story())) < 0.5


def test_a_page_that_reads_slowly_costs_a_short_list_and_is_told_to_refresh_everything() -> None:
    async def story() -> tuple[int, list[Event]]:
        app = stream()
        async with Page(app) as slow, Page(app) as quick:
            await slow.event()
            await quick.event()
            slow.gate.clear()
            for turn in range(4):
                await aside(say, *(f"{turn}-{number}" for number in range(200)))
                await quick.events(200)
            assert app._tail is not None
            longest = max(len(one._waiting) for one in app._tail.subscriptions)
            slow.gate.set()
            await aside(say, "afterwards")
            heard = [await slow.event()]
            while heard[-1].what.get("indicator") != "afterwards":
                heard.append(await slow.event())
        return longest, heard

    longest, heard = asyncio.run(story())

    assert longest <= subscription.LONGEST_LIST
    assert [one.number for one in heard] == sorted({one.number for one in heard})
    assert [one.number for one in heard if one.name == "reset"] == [800]
    assert heard[-1] == Event("value", 801, {"indicator": "afterwards"})


def test_a_page_that_stalls_for_good_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "STALLED_S", 0.1)

    async def story() -> int:
        app = stream()
        async with Page(app) as page:
            await page.event()
            page.gate.clear()
            await aside(say, "unread")
            async with asyncio.timeout(3):
                await asyncio.shield(page._task)
        assert app._tail is not None
        return len(app._tail.subscriptions)

    assert asyncio.run(story()) == 0


def test_a_database_that_restarts_loses_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang_up_on_everybody() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    connection.close()

    async def story() -> list[str]:
        async with Page(stream()) as page:
            await page.event()
            await aside(say, "before")
            await page.event()
            await aside(hang_up_on_everybody)
            await aside(say, "during")
            await aside(hang_up_on_everybody)
            await aside(say, "after")
            return await page.indicators(2)

    assert asyncio.run(story()) == ["during", "after"]


def test_an_outbox_that_was_emptied_makes_pages_refresh_everything_and_goes_on() -> None:
    def empty() -> None:
        Change.objects.all().delete()

    async def story() -> list[Event]:
        async with Page(stream()) as page:
            await page.event()
            await aside(say, "one", "two", "three")
            await page.events(3)
            await aside(empty)
            heard = [await page.event()]
            await aside(say, "another")
            return [*heard, await page.event()]

    assert asyncio.run(story()) == [Event("reset", 0, {}), Event("value", 1, {"indicator": "another"})]


def test_streams_end_and_none_begins_when_the_process_wants_to_end() -> None:
    async def story() -> tuple[int, bool]:
        app = stream()
        async with Page(app) as one, Page(app) as two:
            await one.event()
            await two.event()
            app.end_streams()
            await one.ended()
            await two.ended()
        async with Page(app) as late:
            await late.ended()
        assert app._tail is not None
        return late.status, app._tail._thread is None

    assert asyncio.run(story()) == (503, True)


def test_what_was_said_while_nobody_listened_is_numbered_for_the_next_page() -> None:
    async def story() -> Event:
        await aside(say, "unheard")
        async with Page(stream(sees_all)) as page:
            return await page.event()

    assert asyncio.run(story()) == Event("hello", 1, {})
    assert newest_sequence() == 1
