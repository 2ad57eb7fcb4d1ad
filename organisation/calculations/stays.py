"""Lay rows of a file over the stays that are stored, and say which row is to blame where they make no tree."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple

from organisation.calculations.tree import (
    FAR,
    ONE_DAY,
    Absence,
    ParentAbsent,
    StandsUnderItself,
    Stay,
    TooDeep,
    TreeRefused,
    lines_of,
)


class Row(NamedTuple):
    """A line of a file: where a unit stays and what it is called; an open end is ended by the unit's next stay."""

    line: int
    stay: Stay[str]
    name_en: str = ""
    name_fr: str = ""
    kind: str = ""


class Reason(Enum):
    """Why a row is not taken."""

    OVERLAPS = "its days overlap those of an earlier row"
    UNKNOWN = "there is no such parent"
    ABSENT = "the parent does not exist on some of these days"
    NEEDED = "units below stay on after the last day"
    LOOP = "the unit would stand under itself"
    DEEP = "the unit would stand too deep"


class Blame(NamedTuple):
    """Why a row cannot be taken: its line, the field, the reason, and what the reason speaks of."""

    line: int
    field: str
    reason: Reason
    about: str


def settle(stored: Iterable[Stay[str]], rows: Iterable[Row]) -> tuple[list[Stay[str]], list[Blame]]:
    """Return all stays once the rows are taken, and the rows that were not.

    A row replaces the stored stay that begins on its first day, and its days are taken from other stored stays;
    no other stored day is lost. Rows whose stays make no tree are left out until the rest is one. Raises a
    `TreeRefused` if the stored stays alone make none.
    """
    before, offered = _by_unit(stored), _rows_by_unit(rows)
    blames: list[Blame] = []
    while True:
        stays = [
            stay
            for unit in before | offered
            for stay in laid_over(before.get(unit, []), [row.stay for row in offered.get(unit, [])])
        ]
        try:
            lines_of(stays)
        except TreeRefused as refused:
            found = _blames(refused, offered, {stay.unit for stay in stays})
            if not found:
                raise
        else:
            return stays, blames
        blames += found
        lines = {blame.line for blame in found}
        offered = {unit: [row for row in own if row.line not in lines] for unit, own in offered.items()}


def trimmed(rows: Sequence[Row]) -> tuple[list[Row], list[Blame]]:
    """Return the rows of one unit, each ended before the next begins where it is open or ends on that very day.

    Rows that begin while an earlier row still holds are not taken; of equal rows one is.
    """
    taken: list[Row] = []
    blames: list[Blame] = []
    for row in sorted(rows, key=lambda row: (row.stay.first, row.line)):
        former = taken[-1] if taken else None
        if former is None or former.stay.last < row.stay.first:
            taken.append(row)
        elif former._replace(line=row.line) == row:
            continue
        elif former.stay.first < row.stay.first and former.stay.last in {row.stay.first, FAR}:
            taken[-1] = former._replace(stay=former.stay._replace(last=row.stay.first - ONE_DAY))
            taken.append(row)
        else:
            blames.append(Blame(row.line, "valid_from", Reason.OVERLAPS, str(former.line)))
    return taken, blames


def laid_over(stored: Sequence[Stay[str]], rows: Sequence[Stay[str]]) -> list[Stay[str]]:
    """Return the stays of one unit after rows that do not overlap are laid over them."""
    kept = [stay for stay in stored if stay.first not in {row.first for row in rows}]
    for row in rows:
        later = min((stay.first for stay in kept if stay.first > row.first), default=None)
        ended = row._replace(last=later - ONE_DAY) if row.last == FAR and later is not None else row
        kept = [piece for stay in kept for piece in _without(stay, ended.first, ended.last)] + [ended]
    return sorted(kept, key=lambda stay: stay.first)


def _without(stay: Stay[str], first: dt.date, last: dt.date) -> list[Stay[str]]:
    """Return what is left of a stay when the days first…last are taken from it: none, one or two pieces."""
    if last < stay.first or first > stay.last:
        return [stay]
    before = [stay._replace(last=first - ONE_DAY)] if first > stay.first else []
    after = [stay._replace(first=last + ONE_DAY)] if last < stay.last else []
    return before + after


def _blames(refused: TreeRefused, offered: dict[str, list[Row]], known: set[str]) -> list[Blame]:
    """Return the rows to leave out; none if the stored stays alone are at fault."""
    if isinstance(refused, ParentAbsent):
        blames = [_blame_absence(absence, offered, known) for absence in refused.absences]
    elif isinstance(refused, StandsUnderItself):
        blames = [_blame_loop(loop, offered) for loop in refused.loops]
    elif isinstance(refused, TooDeep):
        blames = [
            Blame(row.line, "parent", Reason.DEEP, "") for unit in refused.units for row in offered.get(str(unit), [])
        ]
    else:
        raise TypeError(refused)
    return list({blame.line: blame for blame in blames if blame}.values())


def _blame_absence(absence: Absence[str], offered: dict[str, list[Row]], known: set[str]) -> Blame | None:
    """Blame the row of the child or, if the file closes a parent over units that are stored, the parent's last row."""
    stay = absence.stay
    parent = str(stay.parent)
    row = _row_of(stay, offered)
    if row and parent not in known:
        return Blame(row.line, "parent", Reason.UNKNOWN, parent)
    if row:
        field = "valid_from" if absence.first == stay.first else "valid_to"
        return Blame(row.line, field, Reason.ABSENT, f"{parent} {_days(absence.first, absence.last)}")
    last = max(offered.get(parent, []), key=lambda row: row.line, default=None)
    return (
        Blame(last.line, "valid_to", Reason.NEEDED, f"{stay.unit} {_days(absence.first, absence.last)}")
        if last
        else None
    )


def _blame_loop(loop: Sequence[Stay[str]], offered: dict[str, list[Row]]) -> Blame | None:
    """Blame the row that closed the loop: the last of them in the file."""
    rows = {stay.unit: row for stay in loop if (row := _row_of(stay, offered))}
    if not rows:
        return None
    row = max(rows.values(), key=lambda row: row.line)
    units = [stay.unit for stay in loop]
    start = units.index(row.stay.unit)
    way = " → ".join([*units[start:], *units[: start + 1]])
    return Blame(row.line, "parent", Reason.LOOP, way)


def _row_of(stay: Stay[str], offered: dict[str, list[Row]]) -> Row | None:
    """Return the row that a stay came from."""
    return next((row for row in offered.get(stay.unit, []) if row.stay.first == stay.first), None)


def _days(first: dt.date, last: dt.date) -> str:
    return f"{first} – {'…' if last == FAR else last}"


def _by_unit(stays: Iterable[Stay[str]]) -> dict[str, list[Stay[str]]]:
    own: dict[str, list[Stay[str]]] = defaultdict(list)
    for stay in stays:
        own[stay.unit].append(stay)
    return dict(own)


def _rows_by_unit(rows: Iterable[Row]) -> dict[str, list[Row]]:
    own: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        own[row.stay.unit].append(row)
    return dict(own)
