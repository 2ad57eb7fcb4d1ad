"""What happens beside a start that runs: it was quick, it is alone, and commands share its engines."""

import time
from collections.abc import Iterator

import pytest

from tests.processes.installation import Installation, Start

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def running(furnished: tuple[Installation, str]) -> Iterator[tuple[Installation, Start, float]]:
    """Return a start that is ready, and the seconds that it took."""
    installation = furnished[0]
    began = time.monotonic()
    start = installation.run_until_ready()
    yield installation, start, time.monotonic() - began
    start.end()


def test_a_second_start_is_ready_within_twenty_seconds(running: tuple[Installation, Start, float]) -> None:
    _installation, _start, seconds = running

    assert seconds < 20


def test_another_start_of_the_folder_says_who_runs_and_harms_nothing(
    running: tuple[Installation, Start, float],
) -> None:
    installation, start, _seconds = running

    other = installation.run()

    assert other.process.wait(30) == 1
    assert other.said == f"Obeya already runs from {installation.data} (process {start.process.pid}).\n"
    assert installation.is_ready()


def test_a_command_uses_the_engines_that_run_and_leaves_them_up(running: tuple[Installation, Start, float]) -> None:
    installation, _start, _seconds = running
    before = installation.pid_of("postgres"), installation.pid_of("valkey")

    installation.manage("check_rollups")

    assert (installation.pid_of("postgres"), installation.pid_of("valkey")) == before
    assert installation.is_ready()
