"""Saying that something changed: with the change or not at all, once, and never at the caller's cost."""

import datetime as dt
import logging
import time
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.db import transaction
from pytest_django import DjangoAssertNumQueries
from redis.client import PubSub

from live import nudge
from live.models import Change
from live.operations import Announcement, announce, announce_many, number_changes, prune_changes
from live.queries import changes_after
from tests.live.page import say

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
#: Nobody listens on port 1.
NO_REDIS = "redis://127.0.0.1:1/0"


@pytest.fixture
def ear() -> Iterator[PubSub]:
    client = redis.Redis.from_url(settings.REDIS_URL)
    ear = PubSub(client.connection_pool, ignore_subscribe_messages=True)
    ear.subscribe(nudge.channel())
    ear.get_message(timeout=1)
    yield ear
    ear.close()
    client.close()


def nudges(ear: PubSub) -> int:
    count = 0
    while ear.get_message(timeout=0.2):
        count += 1
    return count


@pytest.mark.django_db
def test_a_change_says_what_to_look_at_again() -> None:
    announce(topic="value", unit_id=7, what={"indicator": "wait", "unit": "team-a", "period": "2026-11"}, now=NOW)

    change = Change.objects.get()
    assert (change.topic, change.unit_id, change.changed_at, change.sequence) == ("value", 7, NOW, None)
    assert change.what == {"indicator": "wait", "unit": "team-a", "period": "2026-11"}


@pytest.mark.django_db
def test_what_is_said_twice_at_once_is_kept_once() -> None:
    announce_many([Announcement("board", None, {"board": slug}) for slug in ("a", "b", "a")], now=NOW)

    assert [change.what["board"] for change in Change.objects.order_by("id")] == ["a", "b"]


@pytest.mark.django_db(transaction=True)
def test_one_transaction_nudges_once_and_only_when_it_commits(ear: PubSub) -> None:
    with transaction.atomic():
        with transaction.atomic():
            say("inner")
            transaction.set_rollback(True)
        say("one")
        say("two")
        before_commit = nudges(ear)

    assert (before_commit, nudges(ear)) == (0, 1)
    assert [change.what["indicator"] for change in Change.objects.order_by("id")] == ["one", "two"]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_taken_back_says_nothing(ear: PubSub) -> None:
    with transaction.atomic():
        say("never")
        transaction.set_rollback(True)

    assert (nudges(ear), Change.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_without_redis_a_change_is_kept_at_once_and_the_log_says_so_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", NO_REDIS)
    monkeypatch.setattr(nudge, "_resting", {})
    monkeypatch.setattr(nudge, "REST_S", 0.0)

    with caplog.at_level(logging.WARNING, logger="live.nudge"):
        started = time.monotonic()
        for turn in range(5):
            say(f"change-{turn}")
        took = time.monotonic() - started

    assert Change.objects.count() == 5
    assert took < 2
    assert [record.message.partition(".")[0] for record in caplog.records] == [
        "Redis does not answer; open pages hear of changes a little later"
    ]


@pytest.mark.django_db
def test_old_changes_go_and_the_newest_stays_so_that_numbering_goes_on_from_it() -> None:
    for age in (5, 4, 3):
        announce(topic="value", unit_id=None, what={"age": str(age)}, now=NOW - dt.timedelta(days=age))
    number_changes()

    forgotten = prune_changes(now=NOW)
    announce(topic="value", unit_id=None, what={"age": "0"}, now=NOW)
    number_changes()

    assert forgotten == 2
    assert list(Change.objects.order_by("sequence").values_list("what__age", "sequence")) == [("3", 3), ("0", 4)]
    assert (changes_after(1, up_to=4), len(changes_after(2, up_to=4) or ())) == (None, 2)


@pytest.mark.django_db
def test_old_changes_that_nobody_numbered_go_too() -> None:
    announce(topic="value", unit_id=None, what={}, now=NOW - dt.timedelta(days=3))

    assert (prune_changes(now=NOW), Change.objects.count()) == (1, 0)


@pytest.mark.django_db
def test_announcing_many_changes_takes_as_many_statements_as_announcing_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for count in (1, 300):
        with django_assert_num_queries(1):
            say(*(f"indicator-{turn}" for turn in range(count)))
