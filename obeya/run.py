"""`make run`: engines, migrations, web, worker and beat in one foreground program; ended, it ends all that it started."""

import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from django.conf import settings

from obeya.children import Child, end_noted, note
from obeya.engines import Engine, EngineError, engine_room, one_sentence
from obeya.engines.locks import FolderLock
from obeya.prepare import SIGN_INS

#: Where the data folder says which processes are ours.
NOTE = "children.json"
#: Seconds that web, worker and beat may take to finish what they are doing.
FAREWELL_S = 8.0
#: A process that was started so often before all were ready will not get ready.
MOST_STARTS = 3
#: How often we look whether all still live.
TURN_S = 0.2


class Ended(Exception):
    """Somebody asked us to end."""


class Ending:
    """Whether somebody asked us to end; looked at wherever we wait, so that no child is lost between two steps."""

    def __init__(self) -> None:
        self.is_asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, *_signal: object) -> None:
        self.is_asked = True

    def pause(self, seconds: float) -> None:
        """Sleep, unless or until we are asked to end."""
        until = time.monotonic() + seconds
        while not self.is_asked and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
        if self.is_asked:
            raise Ended


def say(sentence: str) -> None:
    """Tell the person at the terminal."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def main() -> None:
    """Run until asked to end."""
    ending = Ending()
    with one_sentence(), only_one_start(), reserved_port() as listener:
        try:
            Supervisor(ending, listener).run()
        except Ended:
            say("Obeya has ended.")


@contextmanager
def only_one_start() -> Iterator[None]:
    """Hold the folder's lock, and end what a killed earlier start left running."""
    lock = FolderLock(settings.DATA_DIR, "run.lock")
    if not lock.take():
        raise EngineError(f"Obeya already runs from {settings.DATA_DIR} (process {lock.signed_by()}).")
    lock.sign()
    end_noted(settings.DATA_DIR / NOTE)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def reserved_port() -> Iterator[socket.socket]:
    """Hold the port from the beginning: nobody takes it while we prepare or while the web process starts again."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", settings.PORT))
        except OSError as error:
            reason = f"Port {settings.PORT} cannot be used ({error.strerror}): choose another with PORT=…"
            raise EngineError(reason) from error
        yield listener


class Supervisor:
    """Starts everything in order, keeps it alive, ends it in the opposite order."""

    def __init__(self, ending: Ending, listener: socket.socket) -> None:
        self.ending = ending
        self.listener = listener
        self.room = engine_room()
        python = sys.executable
        celery = (python, "-W", "ignore", "-m", "celery", "--quiet", "--app", "obeya")
        self.preparation = Child("preparation", (python, "-m", "obeya.prepare"))
        self.children = [
            Child("web", (python, "-m", "obeya.web", str(listener.fileno())), inherited=(listener.fileno(),)),
            Child("worker", (*celery, "worker", "--concurrency=2", "--without-gossip", "--without-mingle")),
            Child("beat", (*celery, "beat", "--pidfile=")),
        ]

    def run(self) -> NoReturn:
        """Start, watch, and end when asked to or when something cannot start."""
        try:
            self._start()
            while True:
                self.ending.pause(TURN_S)
                self._heal()
        finally:
            self._end()

    def _start(self) -> None:
        if self.room.engines:
            names = " and ".join(engine.name for engine in self.room.engines)
            say(f"Starting {names} in {settings.DATA_DIR} …")
        self.room.own(self.ending.pause)
        self._prepare()
        say("Starting web, worker and beat …")
        self.listener.listen(4096)
        for child in self.children:
            child.start()
        note(settings.DATA_DIR / NOTE, self.children)
        while not _is_ready():
            self.ending.pause(TURN_S)
            self._heal()
            if failing := [child.name for child in self.children if child.starts > MOST_STARTS]:
                raise EngineError(f"The {failing[0]} process does not start; the lines above say why.")
        sign_ins = (settings.DATA_DIR / SIGN_INS).read_text()
        for line in (f"\nObeya is ready: http://127.0.0.1:{settings.PORT}", sign_ins, "Ctrl-C ends it."):
            if line:
                say(line)

    def _prepare(self) -> None:
        say("Bringing the database up to date …")
        self.preparation.start()
        note(settings.DATA_DIR / NOTE, [self.preparation])
        process = self.preparation.process
        while process and process.poll() is None:
            self.ending.pause(TURN_S)
        if process and process.returncode:
            raise EngineError("The database could not be brought up to date; the lines above say why.")

    def _heal(self) -> None:
        for engine in self.room.engines:
            self._heal_engine(engine)
        dead = [child for child in self.children if child.is_dead()]
        for child in dead:
            rest = child.rest_before_restart()
            say(f"The {child.name} process died and is started again in {rest:.1f} seconds.")
            self.ending.pause(rest)
            child.start()
        if dead:
            note(settings.DATA_DIR / NOTE, self.children)

    def _heal_engine(self, engine: Engine) -> None:
        if engine.process and engine.process.poll() is not None:
            say(f"{engine.name} died and is started again.")
            engine.start(self.ending.pause)

    def _end(self) -> None:
        for child in (*self.children, self.preparation):
            child.ask_to_end()
        until = time.monotonic() + FAREWELL_S
        for child in (*self.children, self.preparation):
            child.wait(until)
        self.room.stop()
        (settings.DATA_DIR / NOTE).unlink(missing_ok=True)


def _is_ready() -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", settings.PORT, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obeya.settings")
    main()
