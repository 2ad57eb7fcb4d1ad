"""On which days a calendar of two kinds holds that turned to the other one now and then."""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise

#: From a day, or from the beginning, to the day before another, or for good.
Span = tuple[dt.date | None, dt.date | None]


def turns_of(calendars: Iterable[tuple[dt.date, str]]) -> list[dt.date]:
    """Return the first days from which the other of two calendars holds, ascending.

    `calendars` are the first day and the calendar of each version of a definition, the oldest version first: each
    replaces those before it from its first day on.
    """
    standing: list[tuple[dt.date, str]] = []
    for first, calendar in calendars:
        standing = [one for one in standing if one[0] < first]
        standing.append((first, calendar))
    return [first for (_before, was), (first, calendar) in pairwise(standing) if was != calendar]


def is_turned(turns: Iterable[dt.date], day: dt.date) -> bool:
    """Whether on a day the other calendar held than the one that holds after the last turn."""
    return sum(day < first for first in turns) % 2 == 1


def spans(turns: Sequence[dt.date], *, holds_last: bool) -> list[Span]:
    """Return the days on which a calendar held, in order; `holds_last`: it does after the last turn."""
    edges: list[dt.date | None] = [None, *turns, None]
    every = list(pairwise(edges))
    return [span for place, span in enumerate(reversed(every)) if (place % 2 == 0) == holds_last][::-1]
