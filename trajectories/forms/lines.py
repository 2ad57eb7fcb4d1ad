"""Whole lines of text from a stream of bytes, in whatever encoding they come."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

from core.sentences import gettext as _
from core.tables import UnreadableFile
from trajectories.calculations.refusals import EventsRefused
from trajectories.forms.sources import Stream

#: A longer line is no event: it is a binary file, or one made to fill the memory.
LONGEST_LINE = 1_000_000
#: Characters of one row over all its lines.
PATIENCE = 1_000_000
#: Bytes of lines that are handed on at a time.
BLOCK = 8 << 20


def blocks(stream: Stream, encoding: str, path: Path) -> Iterator[bytes]:
    """Yield whole lines as UTF-8, many at a time. Raises `UnreadableFile` and `EventsRefused`."""
    begun, line = b"", 1
    pieces = iter(_utf8(stream, encoding, path))
    for piece in pieces:
        begun += piece
        end = begun.rfind(b"\n") + 1
        if len(begun) - end > LONGEST_LINE:
            raise EventsRefused(
                _("Line %(line)d is too long to be an event.") % {"line": line + begun.count(b"\n", 0, end)}
            )
        if end:
            stream.met()
        if end and len(begun) >= BLOCK:
            yield _sound(begun[:end], path, line)
            line += begun.count(b"\n", 0, end)
            begun = begun[end:]
    if begun:
        yield _sound(begun, path, line)


def text_lines(block: bytes) -> io.StringIO:
    """Return the lines of a block as they stand, with their ends."""
    return io.StringIO(block.decode(), newline="")


def _utf8(stream: Stream, encoding: str, path: Path) -> Iterator[bytes]:
    """Yield pieces as UTF-8 without a byte order mark; what is UTF-8 already is looked at later, by the line."""
    if encoding in {"utf-8", "utf-8-sig"}:
        first = stream.read()
        yield first.removeprefix(codecs.BOM_UTF8)
        while piece := stream.read():
            yield piece
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := stream.read():
            yield decoder.decode(piece).encode()
        yield decoder.decode(b"", final=True).encode()
    except (UnicodeDecodeError, UnicodeEncodeError):
        raise UnreadableFile(_("%(path)s is not %(encoding)s text.") % {"path": path, "encoding": encoding}) from None


def _sound(block: bytes, path: Path, line: int) -> bytes:
    try:
        block.decode()
    except UnicodeDecodeError as error:
        place = line + block.count(b"\n", 0, error.start)
        raise UnreadableFile(
            _("%(path)s is not UTF-8 text in line %(line)d; say --encoding if it is another, such as windows-1252.")
            % {"path": path, "line": place}
        ) from None
    return block
