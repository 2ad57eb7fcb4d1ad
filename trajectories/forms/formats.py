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
#: How a file of HL7 version 2 begins: a message, a batch or a file of batches, perhaps framed.
HL7_STARTS = (b"MSH|", b"BHS|", b"FHS|", b"\x0bMSH|")
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
    start = head.removeprefix(UTF8).lstrip()
    if not start:
        raise EventsRefused(_("The file is empty; it has no header."))
    if start.startswith(ZIP):
        raise EventsRefused(archive())
    if start.startswith(OLDER):
        raise EventsRefused(
            _("The file is a document of an older kind, or locked by a password; save it as XLSX or CSV, without one.")
        )
    if start.startswith(HL7_STARTS):
        return Format.HL7
    if b"\0" in head and not head.startswith(UTF16):
        raise EventsRefused(_("The file is not text, and no event log that can be read."))
    if start.startswith(b"<"):
        return _of_xml(start)
    if start.startswith(b"["):
        return Format.JSON
    return _of_object(start) if start.startswith(b"{") else Format.CSV


def archive() -> Sentence:
    """Say that a file is packed in a way in which no log comes."""
    return _(
        "The file is an archive, or a spreadsheet of another kind than XLSX; give the log that is in it, or save it as XLSX"
        " or CSV."
    )


def _of_xml(start: bytes) -> Format:
    # A document type may hide the rest, and is refused by the reader itself.
    if b"<log" in start or b"<!DOCTYPE" in start:
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
