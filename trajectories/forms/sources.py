"""A file of events, packed or not, read in pieces from its beginning, however large or hostile it is."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from core.sentences import gettext as _
from core.tables import UnreadableFile
from trajectories.calculations.refusals import EventsRefused

#: Bytes read at a time, and bytes by which a format is recognised.
PIECE, HEAD = 1 << 20, 1 << 16
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
#: A log packs to a twentieth, rarely to a fiftieth; what swells more, past so many bytes, is made to fill a machine.
MOST_SWELLING, FREE_BYTES = 200, 8 << 20
#: Bytes without anything that makes sense, after which a reader gives up: an event has a few hundred.
PATIENCE = 16 << 20


class Source:
    """A file that is read; how much of it has been read can be asked meanwhile, 0 to 1."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._raw: BinaryIO | None = None
        self._size = 0
        self._share: float | None = None

    def share(self) -> float | None:
        """Return how much of the file has been read; None before it is opened."""
        raw = self._raw
        if raw is None or not self._size:
            return self._share
        return 1.0 if raw.closed else raw.tell() / self._size

    def reached(self, share: float) -> None:
        """Say how much has been read of a file that somebody else reads."""
        self._share = share

    def is_zipped(self) -> bool:
        """Whether it begins as archives and spreadsheets do. Raises `UnreadableFile`."""
        try:
            with self.path.open("rb") as raw:
                return raw.read(len(ZIP)) == ZIP
        except OSError as error:
            raise UnreadableFile(_("%(path)s cannot be read: %(why)s.") % told_of(self.path, error)) from error

    def head(self) -> bytes:
        """Return the first bytes, unpacked. Raises `UnreadableFile`, `EventsRefused`."""
        with self.opened() as stream:
            return stream.read(HEAD)

    @contextmanager
    def opened(self) -> Iterator[Stream]:
        """Open the file from its beginning, unpacked whatever its name; its faults are `UnreadableFile`."""
        try:
            with self.path.open("rb") as raw:
                self._raw, self._size = raw, self.path.stat().st_size
                start = raw.read(4)
                raw.seek(0)
                yield Stream(gzip.GzipFile(fileobj=raw) if start[:2] == GZIP else raw, raw)
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadableFile(_("%(path)s cannot be read: %(why)s.") % told_of(self.path, error)) from error


def told_of(path: Path, error: Exception) -> dict[str, object]:
    """Return what is said of a file that the system does not give."""
    return {"path": path, "why": getattr(error, "strerror", None) or str(error)}


class Stream:
    """Bytes of a source. Whoever makes sense of some says so by `met()`; too many without any are refused."""

    def __init__(self, unpacked: BinaryIO | gzip.GzipFile, raw: BinaryIO) -> None:
        self._unpacked, self._raw = unpacked, raw
        self._total = self._since = 0

    def read(self, size: int = PIECE) -> bytes:
        """Return at most so many bytes, none at the end. Raises `EventsRefused`."""
        piece = self._unpacked.read(min(size, PIECE)) if size else b""
        self._total += len(piece)
        self._since += len(piece)
        if self._total > FREE_BYTES and self._total > MOST_SWELLING * self._raw.tell():
            raise EventsRefused(_("The file swells without measure when it is unpacked."))
        if self._since > PATIENCE:
            raise EventsRefused(_("The file holds %(bytes)d bytes in which no event ends.") % {"bytes": self._since})
        return piece

    def met(self) -> None:
        """Say that something was understood."""
        self._since = 0
