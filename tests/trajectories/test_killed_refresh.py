"""`kill -9` of a refresh at any moment: the next one takes it up, and the figures are those of all events."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from indicators.operations import drain_rollups
from indicators.queries import check_rollups
from tests import build
from tests.trajectories.test_following import ACTIVITIES, TEAMS, Happening, add, batch, bind, kept, leave_force, place
from trajectories.models import Event, Refresh, Trajectory
from trajectories.operations import refresh
from trajectories.queries import refreshes

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

ROOT = Path(settings.BASE_DIR)
#: Refreshes that are killed.
TIMES = 6


def begin_refresh() -> subprocess.Popen[bytes]:
    """Start the command in a process of its own, on the database of the tests."""
    at = connection.settings_dict
    port = f"&port={at['PORT']}" if at["PORT"] else ""
    password = f":{at['PASSWORD']}" if at["PASSWORD"] else ""
    address = f"postgresql://{at['USER']}{password}@/{at['NAME']}?host={at['HOST']}{port}"
    return subprocess.Popen(
        [sys.executable, "manage.py", "refresh"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": address, "REDIS_URL": settings.REDIS_URL},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def is_at_work(process: subprocess.Popen[bytes]) -> bool:
    """Wait until a process refreshes; answer False if it ended before anybody looked."""
    while process.poll() is None:
        if refreshes(now=timezone.now())[0].is_running:
            return True
        time.sleep(0.01)
    return False


def wait_until_free() -> None:
    """Wait until the server has noticed that nobody is there any more."""
    while refreshes(now=timezone.now())[0].is_running:
        time.sleep(0.1)


def invented(chance: random.Random, events: int) -> list[Happening]:
    return [
        Happening(
            case=chance.randrange(8),
            person=chance.randrange(5),
            hours=chance.randrange(24 * 90),
            activity=chance.choice(ACTIVITIES),
            team=chance.choice(TEAMS),
            worker=chance.randrange(3),
            priority=chance.choice(("", "P1", "P2")),
        )
        for _ in range(events)
    ]


def test_a_refresh_killed_at_any_moment_changes_nothing_of_what_comes_out() -> None:
    build.calendar()
    chance = random.Random(20240131)  # noqa: S311 - moments, not secrets
    place()
    youths = bind()
    add(youths, invented(chance, 60), batch(youths, timezone.now()))
    killed = 0

    for _ in range(TIMES):
        process = begin_refresh()
        if is_at_work(process):
            time.sleep(chance.uniform(0, 2))
            process.kill()
            killed += 1
        process.wait()
        changing = batch(youths, timezone.now())
        leave_force([chance.choice(Event.objects.in_force().values_list("pk", flat=True))], changing)
        add(youths, invented(chance, 3), changing)
    wait_until_free()
    last = refresh(youths, now=timezone.now())
    drain_rollups(now=timezone.now())
    followed = kept()
    checked = refresh(youths, now=timezone.now(), full=True)

    assert killed > TIMES // 2
    assert last is not None
    assert checked is not None
    assert (last.error, checked.error, checked.differences) == ("", "", 0)
    assert kept() == followed
    assert check_rollups().different == 0
    assert Trajectory.objects.get().stale_since is None
    assert Refresh.objects.filter(finished_at=None).count() == 0
