"""A real uvicorn on the test's database, and real windows that look at it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
#: Seconds that the server may take to answer for the first time.
PATIENCE_S = 30


def test_database_url() -> str:
    """Name the test's database as the environment does."""
    kept = connection.settings_dict
    secret = f":{quote(kept['PASSWORD'], safe='')}" if kept["PASSWORD"] else ""
    options = f"?host={quote(str(kept['HOST']), safe='/')}" + (f"&port={kept['PORT']}" if kept["PORT"] else "")
    return f"postgresql://{quote(kept['USER'], safe='')}{secret}@/{kept['NAME']}{options}"


test_database_url.__test__ = False  # type: ignore[attr-defined]  # a name, not a test


@pytest.fixture
def site(transactional_db: None) -> Iterator[str]:
    """Serve the product on a free port in a process of its own; end it with the test."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "obeya.asgi:application", "--port", str(port), "--log-level", "warning"]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": test_database_url()})
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError("The server ended before it answered.")
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("The server does not answer.")
