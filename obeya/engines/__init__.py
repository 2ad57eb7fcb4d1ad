"""PostgreSQL and Valkey from pip wheels, run inside the data folder when no others are named.

`DATABASE_URL` and `REDIS_URL` name servers of one's own; each that is unset is started here. Settings know where an
embedded engine answers before it does (`obeya.addresses`); this package makes that true.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from obeya.engines.locks import FolderLock
from obeya.engines.postgres import Postgres
from obeya.engines.process import EngineError, Pause
from obeya.engines.valkey import Valkey

Engine = Postgres | Valkey

__all__ = ["Engine", "EngineError", "EngineRoom", "embedded_engines", "engine_room", "one_sentence"]


class EngineRoom:
    """The engines of one data folder that are ours to run, and the locks that say whose turn it is."""

    def __init__(self, data: Path, *, with_postgres: bool, with_valkey: bool) -> None:
        every = ((with_postgres, Postgres), (with_valkey, Valkey))
        self.engines: Sequence[Engine] = [kind(data) for wanted, kind in every if wanted]
        self.owner = FolderLock(data, "engines.lock")
        self.users = FolderLock(data, "engines.users.lock")

    def own(self, pause: Pause = time.sleep) -> None:
        """Wait for our turn to own the engines and start them."""
        while self.engines and not self.owner.take():
            pause(0.1)
        for engine in self.engines:
            engine.start(pause)

    def stop(self) -> None:
        """End what we started, the last first."""
        for engine in reversed(self.engines):
            engine.stop()
        self.owner.release()

    def use(self) -> bool:
        """Have the engines answering, and return whether it is we who started them and have to end them."""
        self.users.take(shared=True, wait=True)
        # Engines without an owner are what a killed program left behind: owning ends them and starts anew.
        while not self.owner.take():
            if all(engine.answers() for engine in self.engines):
                return False
            time.sleep(0.1)
        self.own()
        return True

    def leave(self, *, started: bool) -> None:
        """Stop using the engines; whoever started them waits for the other users and ends them."""
        self.users.release()
        if started:
            self.users.take(wait=True)
            self.stop()
            self.users.release()


@contextmanager
def embedded_engines() -> Iterator[None]:
    """Have the engines that settings name running while the block runs; end them if it was we who started them."""
    with one_sentence():
        room = engine_room()
    if not room.engines:
        yield
        return
    started = False
    try:
        with one_sentence():
            started = room.use()
        yield
    finally:
        room.leave(started=started)


@contextmanager
def one_sentence() -> Iterator[None]:
    """End the program with the one sentence that says what is missing, instead of a traceback."""
    try:
        yield
    except (EngineError, ImproperlyConfigured) as error:
        sys.exit(str(error))


def engine_room() -> EngineRoom:
    """Return the room of the data folder in settings, with those engines that the environment does not name."""
    return EngineRoom(
        settings.DATA_DIR, with_postgres=settings.POSTGRES_IS_EMBEDDED, with_valkey=settings.VALKEY_IS_EMBEDDED
    )
