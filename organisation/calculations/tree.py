"""From stays (a unit hangs under a parent from a first to a last day) to lines (who stood above whom, and when).

Days are closed intervals, both ends included; an open end is `FAR`. A unit has one parent on a day, at most.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

#: "Until further notice".
FAR = dt.date.max
ONE_DAY = dt.timedelta(days=1)
#: No organisation is deeper; deeper data is a mistake, and would fill the table of ancestors with it.
DEEPEST = 40

Key = TypeVar("Key", bound=Hashable)


class Stay(NamedTuple, Generic[Key]):
    """A unit under its parent (none: a root) from a first to a last day."""

    unit: Key
    parent: Key | None
    first: dt.date
    last: dt.date


class Line(NamedTuple, Generic[Key]):
    """An ancestor of a unit, so many steps above it, from a first to a last day; every unit is its own at 0."""

    unit: Key
    ancestor: Key
    distance: int
    first: dt.date
    last: dt.date


class TreeRefused(Exception):
    """These stays make no tree."""


class StandsUnderItself(TreeRefused):
    """Units stand under themselves; each loop lists the stays that close it, from a unit up to itself."""

    def __init__(self, loops: Sequence[Sequence[Stay[Key]]]) -> None:
        self.loops: Sequence[Sequence[Stay[Any]]] = loops
        ways = ["→".join(str(stay.unit) for stay in (*loop, loop[0])) for loop in loops]
        super().__init__(f"units stand under themselves: {'; '.join(ways[:5])}")


class TooDeep(TreeRefused):
    """Units stand more than `DEEPEST` levels below their root."""

    def __init__(self, units: Sequence[Key]) -> None:
        self.units: Sequence[Any] = units
        super().__init__(f"deeper than {DEEPEST} levels: {', '.join(map(str, units[:5]))}")


class ParentAbsent(TreeRefused):
    """A unit stands under a parent that does not exist on some of these days."""

    def __init__(self, absences: "Sequence[Absence[Key]]") -> None:
        self.absences: Sequence[Absence[Any]] = absences
        said = [f"{a.stay.unit} under {a.stay.parent} from {a.first} to {a.last}" for a in absences[:5]]
        super().__init__(f"the parent does not exist: {'; '.join(said)}")


class Absence(NamedTuple, Generic[Key]):
    """The first stretch of days of a stay on which the parent does not exist."""

    stay: Stay[Key]
    first: dt.date
    last: dt.date


def lines_of(stays: Iterable[Stay[Key]]) -> list[Line[Key]]:
    """Return every line of the tree, none twice, adjoining ones joined; order is not specified.

    Raises a `TreeRefused` that names the units where the stays make no tree.
    """
    ways = _by_unit(stays)
    absences = absences_of(ways)
    if absences:
        raise ParentAbsent(absences)
    found = [Line(unit, unit, 0, *days) for unit, own in ways.items() for days in existence(own)]
    rung = found
    for distance in range(1, DEEPEST + 2):
        rung = [
            Line(unit, stay.parent, distance, max(first, stay.first), min(last, stay.last))
            for unit, ancestor, _distance, first, last in rung
            for stay in ways[ancestor]
            if stay.parent is not None and stay.first <= last and stay.last >= first
        ]
        looped = [line for line in rung if line.unit == line.ancestor]
        if looped:
            raise StandsUnderItself([_loop(line, ways) for line in looped])
        if not rung:
            return _joined(found)
        found = found + rung
    raise TooDeep(sorted({line.unit for line in rung}, key=str))


def _by_unit(stays: Iterable[Stay[Key]]) -> dict[Key, list[Stay[Key]]]:
    ways: dict[Key, list[Stay[Key]]] = defaultdict(list)
    for stay in stays:
        ways[stay.unit].append(stay)
    return dict(ways)


def _loop(line: Line[Key], ways: dict[Key, list[Stay[Key]]]) -> list[Stay[Key]]:
    """Return the stays by which a unit stands under itself on the first day of a line."""
    loop: list[Stay[Key]] = []
    unit: Key | None = line.unit
    while unit is not None and len(loop) < line.distance:
        loop.append(next(stay for stay in ways[unit] if stay.first <= line.first <= stay.last))
        unit = loop[-1].parent
    return loop


def existence(stays: Iterable[Stay[Key]]) -> list[tuple[dt.date, dt.date]]:
    """Return the stretches of days, in order and apart from each other, on which a unit has stays."""
    return _stretches((stay.first, stay.last) for stay in stays)


def _stretches(days: Iterable[tuple[dt.date, dt.date]]) -> list[tuple[dt.date, dt.date]]:
    joined: list[tuple[dt.date, dt.date]] = []
    for first, last in sorted(days):
        if joined and (joined[-1][1] == FAR or first <= joined[-1][1] + ONE_DAY):
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def absences_of(ways: dict[Key, list[Stay[Key]]]) -> list[Absence[Key]]:
    """Return the stays, given by unit, whose parent does not exist on some of their days."""
    exists = {unit: existence(stays) for unit, stays in ways.items()}
    absences = []
    for stays in ways.values():
        for stay in stays:
            if stay.parent is not None:
                gap = _first_gap(stay, exists.get(stay.parent, []))
                absences += [Absence(stay, *gap)] if gap else []
    return absences


def _first_gap(stay: Stay[Key], exists: list[tuple[dt.date, dt.date]]) -> tuple[dt.date, dt.date] | None:
    """Return the first stretch of a stay's days that lies in none of some ordered, separate stretches."""
    day = stay.first
    for first, last in exists:
        if first > stay.last:
            break
        if day < first:
            return day, first - ONE_DAY
        if last >= stay.last:
            return None
        if last >= day:
            day = last + ONE_DAY
    return day, stay.last


def _joined(lines: list[Line[Key]]) -> list[Line[Key]]:
    """Join lines of one pair and distance that adjoin, as when a unit's parent moved but its grandparent stayed."""
    days: dict[tuple[Key, Key, int], list[tuple[dt.date, dt.date]]] = defaultdict(list)
    for unit, ancestor, distance, first, last in lines:
        days[unit, ancestor, distance].append((first, last))
    return [Line(*pair, *stretch) for pair, own in days.items() for stretch in _stretches(own)]
