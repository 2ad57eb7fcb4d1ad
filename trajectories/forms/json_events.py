"""Read events from JSON, as one list or one object a line, in memory for one object."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import ijson
import numpy as np
import polars as pl

from core.imports import ImportReport
from core.sentences import gettext as _
from core.tables import UnreadableFile
from trajectories.calculations.refusals import EventsRefused
from trajectories.calculations.rows.listed_rows import NotTaken, event_of
from trajectories.forms.formats import UTF8
from trajectories.forms.sources import Source, Stream
from trajectories.operations.intake.listed_events import read_named_events

#: Bytes of one line.
LONGEST_LINE = 1_000_000
#: Lists and objects within each other; a resource of FHIR has ten.
DEEPEST = 200
#: What each byte adds to the depth.
STEPS = np.zeros(256, dtype=np.int8)
STEPS[[ord("["), ord("{")]] = 1
STEPS[[ord("]"), ord("}")]] = -1


def read_json_events(source: Source, report: ImportReport, mapping: Mapping[str, str]) -> Iterator[pl.DataFrame]:
    """Yield chunks of text from a list of objects. Raises `UnreadableFile` and `EventsRefused`."""
    with source.opened() as stream:
        yield from read_named_events(_events(items(stream, "item", source), mapping), report)


def read_json_lines(source: Source, report: ImportReport, mapping: Mapping[str, str]) -> Iterator[pl.DataFrame]:
    """Yield chunks of text from one object a line; a line that is none is refused. Raises as above."""
    with source.opened() as stream:
        yield from read_named_events(_events(values(stream), mapping), report)


def items(stream: Stream, prefix: str, source: Source) -> Iterator[object]:
    """Yield the values at a place of a JSON document. Raises `UnreadableFile` and `EventsRefused`."""
    try:
        for item in ijson.items(Shallow(stream), prefix, use_float=True, buf_size=1 << 16):
            stream.met()
            yield item
    except (ijson.JSONError, ValueError, RecursionError) as error:
        if isinstance(error, ValueError) and not isinstance(error, ijson.JSONError | UnicodeDecodeError):
            raise
        # The parser's own words quote the place where it broke off, and so what stands there.
        raise UnreadableFile(_("%(path)s is not JSON to its end.") % {"path": source.path}) from None


class Shallow:
    """A document on its way to the parser, which takes time with the square of the depth of lists within lists.

    Brackets inside texts count as well: they would have to be many, and never closed.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream, self._depth, self._has_begun = stream, 0, False

    def read(self, size: int) -> bytes:
        """Return at most so many bytes. Raises `EventsRefused`."""
        piece = self._stream.read(size)
        if piece and not self._has_begun:
            self._has_begun, piece = True, piece.removeprefix(UTF8)
        steps = STEPS[np.frombuffer(piece, dtype=np.uint8)].cumsum(dtype=np.int64) + self._depth
        if len(steps):
            self._depth = int(steps[-1])
            if steps.max() > DEEPEST:
                raise EventsRefused(_("The file holds lists within lists without end."))
        return piece


def values(stream: Stream) -> Iterator[object]:
    """Yield the value of each line that is not empty; `NotTaken` for a line that is none."""
    for line in lines(stream):
        if line.strip():
            yield _value(line)


def lines(stream: Stream) -> Iterator[bytes]:
    """Yield lines without their ends; a line that never ends is refused by the stream."""
    begun: list[bytes] = []
    while piece := stream.read():
        *whole, rest = piece.split(b"\n")
        if whole:
            stream.met()
            yield b"".join([*begun, whole[0]])
            yield from whole[1:]
            begun = []
        begun.append(rest)
    yield b"".join(begun)


def _value(line: bytes) -> object:
    if len(line) > LONGEST_LINE:
        return NotTaken("", _("The line is longer than %(most)d bytes.") % {"most": LONGEST_LINE})
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return NotTaken("", _("The line is not JSON."))


def _events(rows: Iterator[object], mapping: Mapping[str, str]) -> Iterator[object]:
    for row in rows:
        yield event_of(row, mapping) if isinstance(row, Mapping) else row
