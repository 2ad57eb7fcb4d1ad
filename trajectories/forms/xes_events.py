"""Read event logs from XES (IEEE 1849) as a stream: one trace in memory, no entity, no document type."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

import polars as pl
from django.utils.translation import gettext as _

from core.imports import ImportReport
from core.tables import UnreadableFile
from trajectories.calculations.chunks import CHUNK, chunk_of
from trajectories.calculations.refusals import EventsRefused

#: Bytes read at a time.
BLOCK = 1 << 20
#: The typed attributes of XES whose value is one text; lists and containers say nothing of an event.
PLAIN = frozenset({"string", "date", "int", "float", "boolean", "id"})
#: Columns that are there even if no event of a chunk has them, so that they are always mapped.
STANDARD = (
    "case:concept:name",
    "concept:name",
    "time:timestamp",
    "org:group",
    "org:resource",
    "lifecycle:transition",
)


class _Log:
    """Collects the events of a stream of XML; attributes of a trace are kept under `case:`."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []
        self._path: list[str] = []
        self._trace: dict[str, str] = {}
        self._event: dict[str, str] = {}
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag, inside = name.rpartition(":")[2], self._path[-1] if self._path else ""
        if tag == "trace":
            self._trace = {}
        elif tag == "event":
            self._event = {}
        elif tag in PLAIN and "key" in attributes:
            if inside == "event":
                self._event[attributes["key"]] = attributes.get("value", "")
            elif inside == "trace":
                self._trace[f"case:{attributes['key']}"] = attributes.get("value", "")
        self._path.append(tag)

    def _end(self, _name: str) -> None:
        if self._path.pop() == "event":
            self.rows.append(self._trace | self._event)

    def _refuse(self, *_declared: object) -> None:
        raise EventsRefused(_("The file declares a document type or entities, which no event log needs."))


def read_xes_events(path: Path, report: ImportReport) -> Iterator[pl.DataFrame]:
    """Yield chunks of events as text; the line is the number of the event. Raises `UnreadableFile`, `EventsRefused`."""
    log, seen = _Log(), 0
    try:
        with path.open("rb") as raw, gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw as binary:
            while block := binary.read(BLOCK):
                log.parser.Parse(block, False)
                if len(log.rows) >= CHUNK:
                    yield chunk_of(log.rows, first=seen + 1, columns=STANDARD)
                    seen += len(log.rows)
                    log.rows = []
            log.parser.Parse(b"", True)
    except (OSError, EOFError, zlib.error, expat.ExpatError) as error:
        raise UnreadableFile(_("%(path)s cannot be read: %(why)s.") % {"path": path, "why": error}) from error
    yield chunk_of(log.rows, first=seen + 1, columns=STANDARD)
    report.read += seen + len(log.rows)
