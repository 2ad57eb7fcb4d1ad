"""The processes beside the engines: started, started again when they die, ended with all that they started."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

#: Seconds before a process that died is started again: doubled each time, forgotten once it has lived a minute.
FIRST_REST_S, LONGEST_REST_S, SETTLED_S = 0.5, 30.0, 60.0


@dataclass
class Child:
    """A process that is to run for as long as we do, in a process group of its own."""

    name: str
    argv: Sequence[str]
    inherited: Sequence[int] = ()
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    starts: int = 0
    rest_s: float = field(default=FIRST_REST_S)

    def start(self) -> None:
        """Start it. Monotonic seconds say since when it runs."""
        self.started_at = time.monotonic()
        self.starts += 1
        self.process = subprocess.Popen(  # noqa: S603 - our own argument list, no shell
            list(self.argv), stdin=subprocess.DEVNULL, start_new_session=True, pass_fds=tuple(self.inherited)
        )

    def is_dead(self) -> bool:
        """Tell whether it ended without being asked to; then its own children are ended too."""
        if self.process is None or self.process.poll() is None:
            return False
        self.kill()
        return True

    def rest_before_restart(self) -> float:
        """Return the seconds to wait before the next start."""
        has_settled = time.monotonic() - self.started_at > SETTLED_S
        rest = FIRST_REST_S if has_settled else self.rest_s
        self.rest_s = min(2 * rest, LONGEST_REST_S)
        return rest

    def ask_to_end(self) -> None:
        """Ask it to finish what it is doing."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        """Wait for its end until that monotonic second, then end it and all that it started."""
        if self.process:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.0, until - time.monotonic()))
            self.kill()
            self.process.wait()
            self.process = None

    def kill(self) -> None:
        """End its process group, which may outlive it."""
        if self.process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


def note(path: Path, children: Sequence[Child]) -> None:
    """Write down which processes are ours, for the start after a death that left no time to end them."""
    running = [child.process.pid for child in children if child.process]
    path.write_text(json.dumps([[pid, psutil.Process(pid).create_time()] for pid in running if psutil.pid_exists(pid)]))


def end_noted(path: Path) -> None:
    """End what an earlier start noted, unless the number belongs to another process now."""
    try:
        noted = json.loads(path.read_text())
    except (OSError, ValueError):
        return
    for pid, created in noted:
        with suppress(psutil.Error, OSError):
            process = psutil.Process(pid)
            if process.create_time() == created:
                os.killpg(pid, signal.SIGKILL)
                process.wait(10)
    path.unlink(missing_ok=True)
