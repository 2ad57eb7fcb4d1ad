"""A real uvicorn on the test's database, and real windows that look at it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from playwright.sync_api import Browser

from tests.chromium import opened_chromium

#: Run what is given with a browser, and return what it returns.
Aside = Callable[[Callable[[Browser], Any]], Any]

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


@pytest.fixture(scope="module")
def aside() -> Iterator[Aside]:
    """Open the browser once for a module, in a thread that knows no database; every window closes with what it was for."""
    with ThreadPoolExecutor(1) as thread:
        opened = opened_chromium()
        browser = thread.submit(opened.__enter__).result()

        def done(act: Callable[[Browser], Any]) -> Any:
            try:
                return act(browser)
            finally:
                for context in browser.contexts:
                    context.close()

        yield lambda act: thread.submit(done, act).result()
        thread.submit(opened.__exit__, None, None, None).result()


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
