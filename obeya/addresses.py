"""Where the embedded engines answer: pure functions of the data folder, so that settings need no engine to name them."""

import hashlib
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

#: A unix socket's path holds 103 characters on macOS and 107 on Linux.
LONGEST_SOCKET = 103
#: libpq reads a comma as the end of one host, PostgreSQL's settings a quotation mark as the end of one folder.
ODD = frozenset(",\"'\\")
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"


def socket_folder(engine: Path) -> Path:
    """Return the folder for an engine's socket: its own, or one under /tmp where that path is too long or too odd."""
    if len(bytes(engine / POSTGRES_SOCKET)) <= LONGEST_SOCKET and ODD.isdisjoint(str(engine)):
        return engine
    return Path("/tmp") / f"obeya-{hashlib.sha256(bytes(engine)).hexdigest()[:16]}"  # noqa: S108 - its owner is checked


def postgres_url(data: Path, name: str = "obeya") -> str:
    """Return libpq's URL of a database of the embedded PostgreSQL. To libpq a plus is a plus, not a space."""
    return (
        f"postgresql://postgres@/{name}?{urlencode({'host': str(socket_folder(data / 'postgres'))}, quote_via=quote)}"
    )


def valkey_url(data: Path) -> str:
    """Return redis-py's URL of the embedded Valkey."""
    return f"unix://{quote(str(socket_folder(data / 'valkey') / VALKEY_SOCKET))}"


def broker_url(redis_url: str) -> str:
    """Return the same server's URL as Celery spells it, which differs for unix sockets alone."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    query = dict(parse_qsl(parts.query))
    number = query.pop("db", "0")
    return f"redis+socket://{parts.path}?{urlencode({'virtual_host': number, **query})}"
