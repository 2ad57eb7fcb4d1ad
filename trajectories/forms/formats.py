"""Recognise the format of a file by what it holds, whatever its name."""

from __future__ import annotations

import json
import re
from enum import StrEnum

from core.sentences import Sentence
from core.sentences import gettext as _
from trajectories.calculations.refusals import EventsRefused
from trajectories.forms.sources import ZIP

#: Marks of UTF-8, and of UTF-16, whose every second byte may be a zero.
UTF8, UTF16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
#: How documents of Office begin that are from before 2007, or encrypted.
OLDER = b"\xd0\xcf\x11\xe0"
#: Of UTF-32, in which nobody writes logs; the one begins as UTF-16 does.
UTF32 = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
#: How a file of HL7 version 2 begins: a message, a batch or a file of batches, perhaps framed; then what parts its fields
#: (mostly `|`), and four signs for what stands in them.
HL7_START = re.compile(rb"\x0b?(?:MSH|BHS|FHS)(?:\||([^\w\s,;])[^\w\s]{3,5}\1)")
LOG = re.compile(rb"<(?:[\w.-]+:)?log\b")
OCEL_KEYS = re.compile(rb'"(objectTypes|eventTypes|objects)"\s*:')
BUNDLE = re.compile(rb'"resourceType"\s*:\s*"Bundle"')
RESOURCE = re.compile(rb'"resourceType"\s*:')


class Format(StrEnum):
    """The formats of event logs that are read."""

    CSV = "CSV"
    XLSX = "XLSX"
    XES = "XES"
    OCEL = "OCEL 2.0"
    FHIR_BUNDLE = "FHIR R4 Bundle"
    FHIR_LINES = "FHIR R4 NDJSON"
    JSON = "JSON"
    JSON_LINES = "NDJSON"
    HL7 = "HL7 v2"


def format_of(head: bytes) -> Format:
    """Return the format that the first bytes of a file tell of. Raises `EventsRefused`."""
    start = _start(head)
    if not start:
        raise EventsRefused(_("The file is empty; it has no header."))
    if start.startswith(ZIP):
        raise EventsRefused(archive())
    if start.startswith(OLDER):
        raise EventsRefused(
            _("The file is a document of an older kind, or locked by a password; save it as XLSX or CSV, without one.")
        )
    if b"\0" in start:
        raise EventsRefused(_("The file is not text, and no event log that can be read."))
    return _of_text(start, is_wide=head.startswith(UTF16))


def _start(head: bytes) -> bytes:
    """Return how the text of a file begins, as UTF-8 where it is UTF-16."""
    if head.startswith(UTF16) and not head.startswith(UTF32):
        head = head.decode("utf-16", "ignore").encode("utf-8", "replace")
    return head.removeprefix(UTF8).lstrip()


def _of_text(start: bytes, *, is_wide: bool) -> Format:
    if start.startswith(b"<"):
        return _of_xml(start)
    is_hl7 = HL7_START.match(start) is not None
    if not is_hl7 and not start.startswith((b"[", b"{")):
        return Format.CSV
    if is_wide:
        raise EventsRefused(_("The file is UTF-16 text; save it as UTF-8."))
    if is_hl7:
        return Format.HL7
    return Format.JSON if start.startswith(b"[") else _of_object(start)


def archive() -> Sentence:
    """Say that a file is packed in a way in which no log comes."""
    return _(
        "The file is an archive, or a spreadsheet of another kind than XLSX; give the log that is in it, or save it as XLSX"
        " or CSV."
    )


def _of_xml(start: bytes) -> Format:
    # A document type may hide the rest, and is refused by the reader itself.
    if LOG.search(start) or b"<!DOCTYPE" in start:
        return Format.XES
    raise EventsRefused(_("The file is XML, but no event log (XES)."))


def _of_object(start: bytes) -> Format:
    if BUNDLE.search(start):
        return Format.FHIR_BUNDLE
    first, ends, _rest = start.partition(b"\n")
    if _is_object(first):
        if RESOURCE.search(first):
            return Format.FHIR_LINES
        if ends or not OCEL_KEYS.search(first):
            return Format.JSON_LINES
    if OCEL_KEYS.search(start):
        return Format.OCEL
    raise EventsRefused(_("The file is JSON, but neither a list of events nor OCEL 2.0 nor FHIR."))


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
