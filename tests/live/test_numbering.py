"""The order of changes: what a reader may rely on while transactions commit as they like."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from live.models import Change
from live.operations import number_changes
from live.queries import changes_after, missed_changes, outlook
from tests.live.page import say

#: How long transactions stay open after they announced, so that they overtake each other.
LINGERING_S = (0.0, 0.01, 0.0, 0.001, 0.05, 0.0, 0.02)

pytestmark = pytest.mark.django_db(transaction=True)


def until(finished: threading.Barrier) -> None:
    finished.wait(60)


class Reader:
    """Reads as every process does: number what is there, then take what is newer than the last one seen."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.numbers: list[int] = []

    def read(self) -> list[str]:
        number_changes()
        after = self.numbers[-1] if self.numbers else 0
        news = changes_after(after, up_to=outlook().newest)
        assert news is not None
        self.heard += [change.what["indicator"] for change in news]
        self.numbers += [change.sequence for change in news]
        return [change.what["indicator"] for change in news]


@contextmanager
def open_transaction(indicator: str) -> Iterator[None]:
    """Announce in a transaction of another connection that stays open while the block runs, and then commits."""
    said, done = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with transaction.atomic():
                say(indicator)
                said.set()
                done.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    said.wait(10)
    try:
        yield
    finally:
        done.set()
        thread.join()


def in_threads(*works: Callable[[], None]) -> None:
    """Run every work in a thread with a connection of its own."""

    def closing(work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        list(threads.map(closing, works))


def test_a_change_written_first_and_committed_last_is_read_last_and_not_skipped() -> None:
    reader = Reader()

    with open_transaction("first-to-write"):
        say("second-to-write")
        while_open = reader.read()
    after_commit = reader.read()

    assert (while_open, after_commit, reader.read()) == (["second-to-write"], ["first-to-write"], [])
    assert reader.numbers == [1, 2]
    assert list(Change.objects.order_by("id").values_list("what__indicator", "sequence")) == [
        ("first-to-write", 2),
        ("second-to-write", 1),
    ]


def test_a_long_transaction_holds_up_nobody_elses_changes() -> None:
    reader = Reader()

    with open_transaction("long"):
        for turn in range(5):
            say(f"short-{turn}")
            reader.read()

    assert reader.heard == [f"short-{turn}" for turn in range(5)]


def test_a_rolled_back_change_takes_no_number() -> None:
    reader = Reader()

    say("kept")
    with transaction.atomic():
        say("taken back")
        transaction.set_rollback(True)
    say("kept too")
    reader.read()

    assert (reader.heard, reader.numbers) == (["kept", "kept too"], [1, 2])


def test_two_readers_of_many_hurried_writers_hear_each_change_once_in_increasing_order() -> None:
    writers, changes_each = 12, 25
    readers = Reader(), Reader()
    finished = threading.Barrier(writers + 1)

    def write(writer: int) -> None:
        for turn in range(changes_each):
            with transaction.atomic():
                say(f"{writer}.{turn}")
                time.sleep(LINGERING_S[writer * turn % len(LINGERING_S)])
        until(finished)

    def read(reader: Reader) -> None:
        while finished.n_waiting < writers and not finished.broken and len(reader.heard) < writers * changes_each:
            reader.read()

    in_threads(
        *(lambda writer=writer: write(writer) for writer in range(writers)),
        *(lambda reader=reader: read(reader) for reader in readers),
        lambda: until(finished),
    )
    for reader in readers:
        reader.read()

    said = sorted(f"{writer}.{turn}" for writer in range(writers) for turn in range(changes_each))
    for reader in readers:
        assert sorted(reader.heard) == said
        assert reader.numbers == list(range(1, len(said) + 1))
        for writer in range(writers):
            own = [one for one in reader.heard if one.startswith(f"{writer}.")]
            assert own == [f"{writer}.{turn}" for turn in range(changes_each)]


def test_a_page_that_another_process_told_sooner_missed_nothing_here() -> None:
    say("one", "two", "three")
    number_changes()

    answers = [missed_changes(last, up_to=2, at_most=10) for last in (2, 3, 4)]

    assert answers == [[], [], None]
