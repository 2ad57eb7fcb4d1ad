"""What a database can keep as JSON: finite numbers, whole texts, and objects within objects up to a depth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

from trajectories.calculations.faults import Fault, at, gettext_noop

#: Lists and objects within each other; the deepest definition that means anything has seven.
DEEPEST: Final = 20

TOO_DEEP = gettext_noop("there are too many lists and objects within each other.")
NO_TEXT = gettext_noop("this holds a character that is none.")
NO_NUMBER = gettext_noop("this is not a number that can be counted with.")


def unstorable(given: object, place: str = "", depth: int = 0) -> Iterator[Fault]:
    """Yield a fault for everything in a definition that could not be kept."""
    if depth > DEEPEST:
        yield Fault(place, TOO_DEEP)
    elif isinstance(given, Mapping):
        for name, value in given.items():
            is_whole = _is_whole(str(name))
            yield from unstorable(value, at(place, str(name)), depth + 1) if is_whole else [Fault(place, NO_TEXT)]
    elif isinstance(given, list):
        for number, value in enumerate(given):
            yield from unstorable(value, f"{place}[{number}]", depth + 1)
    elif isinstance(given, float) and not math.isfinite(given):
        yield Fault(place, NO_NUMBER)
    elif isinstance(given, str) and not _is_whole(given):
        yield Fault(place, NO_TEXT)


def _is_whole(text: str) -> bool:
    """Answer whether a text has neither a NUL nor half a character."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
