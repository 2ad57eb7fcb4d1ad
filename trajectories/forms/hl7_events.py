"""Read events from files of HL7 version 2 messages: framed or not, in batches or not, one message in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import hl7
import polars as pl

from core.imports import ImportReport
from core.sentences import gettext as _
from core.sentences import ngettext
from trajectories.calculations.refusals import EventsRefused
from trajectories.calculations.rows.adt import FOLLOWED, JOINING, Joined, events_of, joined_of
from trajectories.calculations.rows.listed_rows import NotTaken, event_of
from trajectories.forms.formats import UTF8
from trajectories.forms.sources import Source, Stream
from trajectories.operations.intake.listed_events import read_named_events

#: Ends of segments; some files end their lines as text does.
ENDS = re.compile(rb"[\r\n]+")
#: What frames a message on the wire (MLLP), and may be left in a file.
FRAMES = b"\x0b\x1c"
#: Segments of batches and files of them, which say nothing of a message.
AROUND = (b"FHS", b"BHS", b"BTS", b"FTS")
#: How MSH-18 names the characters of western Europe, whatever parts the fields.
LATIN = re.compile(rb"[^\w\s/]8859/1")
MOST_SEGMENTS, LONGEST_MESSAGE = 1_000, 1_000_000


def read_hl7_events(source: Source, report: ImportReport, joined: list[Joined]) -> Iterator[pl.DataFrame]:
    """Yield chunks of text from the messages of a file; what others join is added to `joined`.

    Raises `UnreadableFile` and `EventsRefused`.
    """
    with source.opened() as stream:
        yield from read_named_events(_events(_messages(stream), report, joined), report)


def _messages(stream: Stream) -> Iterator[list[bytes]]:
    """Yield the segments of each message."""
    message: list[bytes] = []
    for segment in _segments(stream):
        if segment.startswith(b"MSH") and message:
            stream.met()
            yield message
            message = []
        if not segment.startswith(AROUND):
            message.append(segment)
        if len(message) > MOST_SEGMENTS:
            raise EventsRefused(_("A message has more than %(most)d segments.") % {"most": MOST_SEGMENTS})
    if message:
        yield message


def _segments(stream: Stream) -> Iterator[bytes]:
    begun: list[bytes] = []
    while piece := stream.read():
        *whole, rest = ENDS.split(piece)
        if whole:
            yield from _cleaned(b"".join([*begun, whole[0]]))
            for segment in whole[1:]:
                yield from _cleaned(segment)
            begun = []
        begun.append(rest)
    yield from _cleaned(b"".join(begun))


def _cleaned(segment: bytes) -> Iterator[bytes]:
    if found := segment.removeprefix(UTF8).strip(FRAMES).strip():
        yield found


def _events(messages: Iterator[list[bytes]], report: ImportReport, joined: list[Joined]) -> Iterator[object]:
    others = moving = 0
    for segments in messages:
        message = _parsed(segments)
        if isinstance(message, NotTaken):
            yield message
            continue
        trigger = _field(message, "MSH-9", 2) or _field(message, "EVN-1", 1)
        found: list[object] = list(events_of(trigger, partial(_field, message)))
        if trigger in FOLLOWED:
            found += _joined(message, trigger, report, joined)
        others += not found and trigger not in FOLLOWED
        moving += trigger in JOINING - FOLLOWED
        for event in found:
            yield event_of(event) if isinstance(event, dict) else event
    if moving:
        report.notes.append(
            _(
                "Messages that move an account, a visit or a number to another patient: %(count)d. They were refused: events"
                " stay with the patient with whom they came."
            )
            % {"count": moving}
        )
    if others:
        report.notes.append(
            ngettext(
                "%(count)d message of another kind was passed over.",
                "%(count)d messages of other kinds were passed over.",
                others,
            )
            % {"count": others}
        )


def _joined(message: hl7.Message, trigger: str, report: ImportReport, joined: list[Joined]) -> Iterator[NotTaken]:
    """Keep what each group of a message joins, and yield what cannot be."""
    groups = len(_segments_of(message, "MRG")) or 1
    for number in range(1, groups + 1):
        for one in joined_of(trigger, partial(_field, message, number=number)):
            if isinstance(one, NotTaken):
                yield one
            else:
                report.read += 1
                joined.append(replace(one, line=report.read))


def _segments_of(message: hl7.Message, name: str) -> Sequence[object]:
    try:
        return list(message.segments(name))
    except KeyError:
        return ()


def _parsed(segments: list[bytes]) -> hl7.Message | NotTaken:
    if sum(map(len, segments)) > LONGEST_MESSAGE:
        return NotTaken("", _("The message is too long."))
    whole = b"\r".join(segments)
    try:
        # MSH-18 names other character sets than UTF-8; of them those of western Europe alone are met here.
        text = whole.decode("latin-1" if LATIN.search(segments[0]) else "utf-8")
        return hl7.parse(text)
    except (hl7.HL7Exception, AssertionError, ValueError, IndexError, KeyError):
        return NotTaken("", _("The message is not HL7 version 2, or not in the character set that it names."))


def _field(message: hl7.Message, name: str, component: int, number: int = 1) -> str:
    """Return the text of `PV1-3` and a component of it, empty where there is none; `number`: of which such segment."""
    segment, _, field = name.partition("-")
    try:
        return str(message.extract_field(segment, number, int(field), 1, component, 1)).strip()
    except (LookupError, TypeError, hl7.HL7Exception):
        return ""
