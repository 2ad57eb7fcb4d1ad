"""Read event logs from XES (IEEE 1849) as a stream: one trace in memory, no entity, no document type."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

import polars as pl

from core.imports import ImportReport
from core.sentences import gettext as _
from core.tables import UnreadableFile
from trajectories.calculations.refusals import EventsRefused
from trajectories.calculations.rows.chunks import LONGEST_TEXT, chunks_of
from trajectories.forms.sources import Source

#: Elements within elements; a log needs five, with nested attributes a few more.
DEEPEST = 100
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
        self.elements = 0
        self.is_log = False
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
        self.elements += 1
        self.is_log = self.is_log or (tag == "log" and not inside)
        if len(self._path) > DEEPEST or any(len(text) > LONGEST_TEXT for text in attributes.values()):
            raise EventsRefused(_("The file holds a text, or elements within elements, of no event log."))
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


def read_xes_events(path: Path | Source, report: ImportReport) -> Iterator[pl.DataFrame]:
    """Yield chunks of events as text; the line is the number of the event. Raises `UnreadableFile`, `EventsRefused`."""
    source = path if isinstance(path, Source) else Source(path)
    yield from chunks_of(enumerate(_events(source, report), 1), columns=STANDARD)


def _events(source: Source, report: ImportReport) -> Iterator[dict[str, str]]:
    log = _Log()
    try:
        with source.opened() as stream:
            while block := stream.read():
                elements = log.elements
                log.parser.Parse(block, False)
                if log.elements > elements:
                    stream.met()
                report.read += len(log.rows)
                yield from log.rows
                log.rows = []
            log.parser.Parse(b"", True)
    except (expat.ExpatError, UnicodeError, LookupError) as error:
        place = f"line {log.parser.CurrentLineNumber}"
        raise UnreadableFile(
            _("%(path)s is no well-formed XML (%(place)s).") % {"path": source.path, "place": place}
        ) from error
    if not log.is_log:
        raise EventsRefused(_("The file is XML, but no event log (XES)."))
