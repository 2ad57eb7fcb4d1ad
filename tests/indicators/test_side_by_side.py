"""The blocks of a rebuild side by side: two at a time, each on its own connection, and only one rebuild of an indicator."""

import threading

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from indicators.models import Indicator
from indicators.operations import rebuild_values
from indicators.operations.rollup.side_by_side import side_by_side
from indicators.operations.rollup.writing import Lock, is_at_work, lock_beside
from indicators.queries import check_rollups
from organisation.choices import Frequency
from tests import build
from tests.indicators.at_once import at_once
from tests.locks import give_others_time_to_wait

NOW = build.LATER


def backend(cursor: CursorWrapper) -> int:
    """Return which process of the server a cursor speaks to."""
    cursor.execute("SELECT pg_backend_pid()")
    return int(cursor.fetchone()[0])


def computed(indicator: Indicator, keep_out: Lock, seen: set[int]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        keep_out(cursor, indicator.pk)
        seen.add(backend(cursor))


@pytest.mark.django_db(transaction=True)
def test_two_blocks_are_at_work_at_the_same_moment() -> None:
    count = build.indicator()
    both, seen = threading.Barrier(2, timeout=30), set[int]()

    def compute(block: int, keep_out: Lock) -> int:
        both.wait()
        computed(count, keep_out, seen)
        both.wait()
        return block

    total = side_by_side(count, [1, 10, 100, 1000], compute)

    assert total == 1111
    with connection.cursor() as cursor:
        assert backend(cursor) not in seen
    assert not is_at_work(count.pk)


@pytest.mark.django_db
def test_within_a_transaction_blocks_follow_one_another_on_its_connection() -> None:
    count = build.indicator()
    seen = set[int]()

    def compute(block: int, keep_out: Lock) -> int:
        computed(count, keep_out, seen)
        return block

    total = side_by_side(count, [1, 10, 100], compute)

    assert total == 111
    with connection.cursor() as cursor:
        assert seen == {backend(cursor)}


@pytest.mark.django_db(transaction=True)
def test_a_block_that_fails_fails_the_rebuild_and_leaves_no_lock() -> None:
    count = build.indicator()

    def compute(block: int, keep_out: Lock) -> int:
        computed(count, keep_out, set())
        return 1 // block

    with pytest.raises(ZeroDivisionError):
        side_by_side(count, [1, 0, 1], compute)

    assert side_by_side(count, [1, 1], compute) == 2


@pytest.mark.django_db(transaction=True)
def test_a_rebuild_waits_for_what_a_killed_one_left_behind() -> None:
    count = build.indicator()
    order = []
    held = threading.Event()

    def orphan() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            lock_beside(cursor, count.pk)
            held.set()
            give_others_time_to_wait()
            order.append("orphan")

    def compute(block: int, _keep_out: Lock) -> int:
        order.append("block")
        return block

    def rebuild() -> None:
        held.wait(30)
        side_by_side(count, [1, 2], compute)

    failed = at_once(orphan, rebuild)

    assert failed == []
    assert order == ["orphan", "block", "block"]


@pytest.mark.django_db(transaction=True)
def test_two_rebuilds_of_two_blocks_each_agree_with_the_observations() -> None:
    build.calendar()
    hospital = build.unit("h")
    teams = build.units("a", "b", parent=hospital)
    count = build.indicator(also_at=[Frequency.QUARTER])
    for team in teams:
        for month in range(1, 10):
            build.observation(count, team, f"2026-{month:02}", month)

    failed = at_once(lambda: rebuild_values(now=NOW), lambda: rebuild_values(now=NOW))

    assert failed == []
    assert check_rollups().differences == ()
