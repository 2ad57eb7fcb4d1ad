"""`kill -9` of any process at any moment: it comes back, and nothing that was acknowledged is lost."""

import datetime as dt
import itertools
import random
import threading
import time
from functools import partial

import psutil
import psycopg2
import pytest

from obeya.addresses import postgres_url
from tests.processes.installation import Installation, eventually

pytestmark = pytest.mark.processes

PROCESSES = ("web", "worker", "beat", "postgres", "valkey")


def kill(installation: Installation, name: str) -> int:
    pid = installation.pid_of(name)
    psutil.Process(pid).kill()
    return pid


def has_come_back(installation: Installation, name: str, before: int) -> bool:
    try:
        return installation.pid_of(name) != before and installation.is_ready()
    except (OSError, IndexError, ValueError):
        return False


class Clerk(threading.Thread):
    """Enters one figure after the other by the API, and remembers which were acknowledged."""

    def __init__(self, installation: Installation, token: str) -> None:
        super().__init__()
        self.installation = installation
        self.token = token
        self.goes_home = threading.Event()
        self.acknowledged: dict[tuple[str, str], int] = {}
        self.in_doubt: dict[tuple[str, str], int] = {}

    def run(self) -> None:
        days = [(dt.date(2026, 1, 1) + dt.timedelta(days=number)).isoformat() for number in range(200)]
        places = itertools.cycle(itertools.product(days, ("T1", "T2", "D")))
        for value, (day, unit) in enumerate(places, start=1):
            if self.goes_home.is_set():
                return
            self.enter(unit, day, value)

    def enter(self, unit: str, day: str, value: int) -> None:
        row = {"indicator": "referrals", "unit": unit, "period": day, "value": value}
        status, answer = self.installation.ask("POST", "/api/v1/observations/", row, self.token)
        if status in {200, 201}:
            self.acknowledged[unit, day] = value
            self.in_doubt.pop((unit, day), None)
        else:
            # No answer is no promise: the figure may be the new one or the one before.
            self.in_doubt[unit, day] = value
            time.sleep(0.1)
        assert status in {0, 200, 201, 500, 503}, answer


def kept_figures(installation: Installation) -> dict[tuple[str, str], int]:
    query = """
        SELECT unit.code, period.code, observation.numerator
        FROM indicators_observation observation
        JOIN organisation_unit unit ON unit.id = observation.unit_id
        JOIN organisation_period period ON period.id = observation.period_id
    """
    connection = psycopg2.connect(postgres_url(installation.data))
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        kept = {(unit, period): int(value) for unit, period, value in cursor.fetchall()}
    connection.close()
    return kept


def test_every_process_comes_back_and_no_acknowledged_figure_is_lost(installation: Installation, token: str) -> None:
    chance = random.Random(20161118)  # noqa: S311 - moments, not secrets
    start = installation.run_until_ready()
    clerk = Clerk(installation, token)
    clerk.start()

    for name in (*PROCESSES, "postgres", "web", "valkey", "worker"):
        time.sleep(chance.uniform(0.2, 1.5))
        before = kill(installation, name)
        assert eventually(partial(has_come_back, installation, name, before)), start.said
    # However slow the machine: something must be there to be lost.
    assert eventually(lambda: len(clerk.acknowledged) > 100), start.said
    for process in [psutil.Process(start.process.pid), *start.descendants()]:
        process.kill()
    start.process.wait()
    clerk.goes_home.set()
    clerk.join()

    again = installation.run_until_ready()
    checked = installation.manage("check_rollups")
    kept = kept_figures(installation)
    again.end()
    lost = {
        place: (value, kept.get(place))
        for place, value in clerk.acknowledged.items()
        if kept.get(place) not in {value, clerk.in_doubt.get(place)}
    }
    assert lost == {}
    assert checked.endswith(", differences 0\n"), checked
