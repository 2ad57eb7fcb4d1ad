"""What a start starts, it ends; what it needs, it says in one sentence."""

import os
import signal
import socket

import pytest

from tests.processes.installation import Installation, eventually

pytestmark = pytest.mark.processes


def test_one_signal_ends_everything_that_was_started(installation: Installation) -> None:
    start = installation.run_until_ready()
    started = start.descendants()

    status = start.end(signal.SIGTERM)

    assert (status, [process for process in started if process.is_running()]) == (0, [])


def test_a_signal_to_the_whole_group_ends_everything_too(installation: Installation) -> None:
    start = installation.run_until_ready()
    started = start.descendants()

    os.killpg(start.process.pid, signal.SIGINT)

    assert start.process.wait(30) == 0
    assert [process for process in started if process.is_running()] == []


def test_a_signal_during_the_preparation_leaves_nothing_behind(installation: Installation) -> None:
    start = installation.run()
    eventually(lambda: "up to date" in start.said)
    started = start.descendants()

    status = start.end(signal.SIGTERM)

    assert (status, [process for process in started if process.is_running()]) == (0, [])


def test_a_command_alone_starts_the_engines_and_ends_them(installation: Installation) -> None:
    installation.manage("check_rollups")

    assert not (installation.data / "postgres" / "postmaster.pid").exists()
    assert not (installation.data / "valkey" / "valkey.pid").exists()


def test_a_benchmark_alone_starts_the_engines_and_ends_them(empty: Installation) -> None:
    printed = empty.measure("board")

    assert "wall ÷ constants" in printed
    assert not (empty.data / "postgres" / "postmaster.pid").exists()
    assert not (empty.data / "valkey" / "valkey.pid").exists()


def test_a_port_in_use_is_said_before_anything_is_started(empty: Installation) -> None:
    empty.data.mkdir()
    with socket.socket() as other:
        other.bind(("127.0.0.1", empty.port))
        other.listen()

        start = empty.run()

        assert start.process.wait(30) == 1
    assert start.said == f"Port {empty.port} cannot be used (Address already in use): choose another with PORT=…\n"
    assert not (empty.data / "postgres").exists()


def test_a_start_after_a_killed_one_ends_what_was_left_and_serves(installation: Installation) -> None:
    first = installation.run_until_ready()
    left = first.descendants()
    first.process.kill()
    first.process.wait()

    second = installation.run_until_ready()

    assert [process for process in left if process.is_running()] == []
    second.end()


def test_an_interrupted_making_of_the_database_is_begun_anew(empty: Installation) -> None:
    (empty.data / "postgres.new" / "base").mkdir(parents=True)
    (empty.data / "postgres").mkdir()

    empty.manage("migrate", "live", "--verbosity", "0")

    assert (empty.data / "postgres" / "PG_VERSION").exists()
    assert not (empty.data / "postgres.new").exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"photo": "x"}, "{} holds no PostgreSQL data and is not empty: move it away."),
        ({"PG_VERSION": "15\n"}, "{} was made by PostgreSQL 15, not 18: move it away."),
    ],
)
def test_a_folder_that_is_not_ours_is_left_alone_and_named(
    empty: Installation, content: dict[str, str], reason: str
) -> None:
    folder = empty.data / "postgres"
    folder.mkdir(parents=True)
    for name, text in content.items():
        (folder / name).write_text(text)

    start = empty.run()

    assert start.process.wait(30) == 1
    assert start.said.splitlines()[-1] == reason.format(folder)
    assert {path.name: path.read_text() for path in folder.iterdir()} == content


def test_a_number_that_another_process_has_now_does_not_stop_the_start(installation: Installation) -> None:
    pid = f"{os.getpid()}\n"
    (installation.data / "postgres" / "postmaster.pid").write_text(f"{pid}/x\n1\n5432\n\n\n  1 2\nready\n")
    (installation.data / "valkey" / "valkey.pid").write_text(pid)

    installation.manage("check_rollups")

    assert not (installation.data / "postgres" / "postmaster.pid").exists()
