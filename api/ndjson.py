"""Read a body line by line while it comes: one JSON value a line, memory for one line."""

import json
from collections.abc import Iterator

from django.utils.translation import gettext as _
from rest_framework.request import Request

from trajectories.calculations.rows.listed_rows import NotTaken

MEDIA_TYPES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})
#: Bytes read at a time. Only whole reads: the server's `readline` gives half a line where the rest is on its way.
PIECE = 65_536
#: Bytes of a line; an event is a few hundred.
LONGEST_LINE = 1_000_000


def is_ndjson(request: Request) -> bool:
    """Answer whether the body says that it is lines of JSON."""
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower() in MEDIA_TYPES


def values(request: Request) -> Iterator[object]:
    """Yield the value of each line that is not empty; `NotTaken` for a line that is none."""
    for line in lines(pieces(request)):
        if line is None:
            yield NotTaken("", _("The line is longer than %(most)d bytes.") % {"most": LONGEST_LINE})
        elif line.strip():
            yield _value(line)


def pieces(request: Request) -> Iterator[bytes]:
    """Yield the body as it comes, also where its length was not told beforehand."""
    is_chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    source = request.META["wsgi.input"] if is_chunked else request._request  # noqa: SLF001 - DRF would parse it whole
    while piece := source.read(PIECE):
        yield piece


def lines(pieces: Iterator[bytes]) -> Iterator[bytes | None]:
    """Cut pieces at line ends; None stands for a line that is too long, whose bytes are not kept."""
    begun, is_long = b"", False
    for piece in pieces:
        *whole, begun = (begun + piece).split(b"\n")
        for line in whole:
            yield None if is_long or len(line) > LONGEST_LINE else line
            is_long = False
        if len(begun) > LONGEST_LINE:
            begun, is_long = b"", True
    yield None if is_long else begun


def _value(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return NotTaken("", _("The line is not JSON."))
