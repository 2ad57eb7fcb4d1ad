"""An installation in a scratch folder, with its processes run, asked and killed from outside."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
#: Seconds that a start may take on a busy machine before a test gives up on it.
PATIENCE_S = 90.0

UNITS = """code,name_en,name_fr,kind,parent,valid_from,valid_to
H,Hospital,Hôpital,organisation,,2020-01-01,
D,Directorate,Direction,directorate,H,2020-01-01,
T1,Team 1,Équipe 1,team,D,2020-01-01,
T2,Team 2,Équipe 2,team,D,2020-01-01,
"""
INDICATORS = [
    {
        "code": "referrals",
        "name_en": "Referrals received",
        "name_fr": "Références reçues",
        "kind": "count",
        "unit": "referrals",
        "factor": 1,
        "decimals": 0,
        "direction": "none",
        "frequency": "day",
    }
]


def eventually(what: Callable[[], bool], patience: float = PATIENCE_S) -> bool:
    """Wait until something comes true, and tell whether it did."""
    until = time.monotonic() + patience
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Start:
    """One run of `python -m obeya.run`."""

    process: "subprocess.Popen[bytes]"
    output: Path

    @property
    def said(self) -> str:
        return self.output.read_text()

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


@dataclass
class Installation:
    """A data folder and a port of its own; the engines, where nothing else is said, are the embedded ones."""

    data: Path
    port: int = field(default_factory=free_port)
    starts: list[Start] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        return kept | {"OBEYA_DATA": str(self.data), "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}

    def manage(self, *words: str, **environment: str) -> str:
        """Run a command of manage.py beside whatever runs, and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=self.environment | environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def measure(self, name: str) -> str:
        """Run a benchmark, and return what it printed; whether it keeps its bars depends on what else runs here."""
        done = subprocess.run(
            [sys.executable, "-m", "bench", name],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode in {0, 1}, done.stderr
        return done.stdout

    def furnish(self) -> str:
        """Enter a small organisation, so that no demo is loaded, and return a token that may write."""
        self.manage("migrate", "--verbosity", "0")
        (self.data / "units.csv").write_text(UNITS)
        (self.data / "indicators.json").write_text(json.dumps(INDICATORS))
        self.manage("import_units", str(self.data / "units.csv"))
        self.manage("import_indicators", str(self.data / "indicators.json"))
        self.manage("createsuperuser", "--noinput", "--email", "a@example.com", DJANGO_SUPERUSER_PASSWORD="long enough")
        return self.manage("create_token", "a@example.com", "--name", "tests", "--scope", "write").strip()

    def run(self) -> Start:
        """Start everything, and return at once."""
        output = self.data / f"run-{time.monotonic_ns()}.txt"
        with output.open("wb") as sink:
            command = [sys.executable, "-m", "obeya.run"]
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=sink, stderr=sink, start_new_session=True
            )
        self.starts.append(Start(process, output))
        return self.starts[-1]

    def end_all(self) -> None:
        """End what a failed test left running."""
        for start in self.starts:
            if start.process.poll() is None:
                start.end()

    def run_until_ready(self) -> Start:
        start = self.run()
        eventually(lambda: "Ctrl-C ends it." in start.said or start.process.poll() is not None)
        assert "Obeya is ready" in start.said, start.said
        return start

    def ask(self, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
        """Send one request, and return its status and JSON; 0 where no answer came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None
        finally:
            connection.close()

    def is_ready(self) -> bool:
        return self.ask("GET", "/readyz")[0] == 200

    def pid_of(self, name: str) -> int:
        """Return the process number of an engine, or of web, worker or beat."""
        match name:
            case "postgres":
                return int((self.data / "postgres" / "postmaster.pid").read_text().splitlines()[0])
            case "valkey":
                return int((self.data / "valkey" / "valkey.pid").read_text())
            case _:
                noted = json.loads((self.data / "children.json").read_text())
                return int(noted[("web", "worker", "beat").index(name)][0])
