"""From an object of JSON to a row of text, under the names that logs usually give the fields of an event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from trajectories.calculations.faults import gettext_noop
from trajectories.calculations.rows.chunks import LONGEST_TEXT
from trajectories.calculations.rows.mapping import USUAL_NAMES

#: Fields that every event is taken to have, empty or not, so that no row decides for the rows after it.
FIELDS = tuple(field for field in USUAL_NAMES if field != "order")

TOO_LONG = gettext_noop("holds a text longer than %(most)d characters, or one that is none")


class NotTaken(NamedTuple):
    """Stands in a list of events for one that its reader has refused already: the field, and why."""

    field: str
    reason: str
    #: What stands in the places of the reason.
    values: Mapping[str, object] = {}


def event_of(row: Mapping[Any, Any], mapping: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return an event with every field, and its further attributes.

    `mapping` says which of its names is which field; the others go by their usual names. Every field is there, so that
    nobody's name is kept as a mere attribute because of what the first row held.
    """
    further = row.get("attributes")
    cells = {**(further if isinstance(further, Mapping) else {}), **row}
    cells.pop("attributes", None)
    given = mapping or {}
    event = {field: cells.pop(name, None) if name else None for field, name in given.items()}
    by_name = {str(name).strip().lower(): name for name in reversed(cells)}
    for field, names in USUAL_NAMES.items():
        if field in given:
            continue
        # Beside an `activity`, or where it is withdrawn, an `event` is the id of the event.
        other = {"event"} if field == "activity" and by_name.keys() & {"activity", "withdrawn"} else set()
        usual = [by_name.pop(name) for name in names if name in by_name and name not in other]
        found = [cells.pop(name) for name in usual]
        if found or field in FIELDS:
            event[field] = next((value for value in found if value is not None), "")
    return {**cells, **event}


def texts_of(row: Mapping[str, object]) -> dict[str, str] | NotTaken:
    """Return an object's fields as texts; those of `attributes` beside the others, absent ones left out, but for the end."""
    further = row.get("attributes")
    flat = {**(further if isinstance(further, Mapping) else {}), **{k: v for k, v in row.items() if k != "attributes"}}
    texts = {}
    for name, value in flat.items():
        # That there is no end is something to say: it may correct a row that had one.
        if value is None and name != "end":
            continue
        text = "" if value is None else _text(value)
        if text is None or len(text) > LONGEST_TEXT:
            return NotTaken("row", TOO_LONG, {"most": LONGEST_TEXT})
        texts[str(name).encode("utf-8", "replace").decode()] = text
    return texts


def _text(value: object) -> str | None:
    """Return a value as text, None where it cannot be one: half a character, or lists within lists without end."""
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        text.encode()
    except (UnicodeEncodeError, RecursionError, ValueError):
        return None
    return text
