"""Read the rows of a file of units: `code,name_en,name_fr,kind,parent,valid_from,valid_to`."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from core.imports import ImportReport
from core.tables import read_rows
from organisation.calculations.stays import Row
from organisation.calculations.tree import FAR, Stay

NEEDED = ("code", "name_en", "parent", "valid_from")
#: What the columns of `Unit` hold.
LONGEST = {"code": 60, "name_en": 200, "name_fr": 200, "kind": 60}


def read_unit_rows(path: Path, report: ImportReport) -> Iterator[Row]:
    """Yield the rows that are right in themselves, and refuse the others."""
    for line, cells in read_rows(path, NEEDED, report):
        faults = list(_faults(cells))
        for name, reason in faults:
            report.refuse(line, name, reason, cells.get(name, ""))
        if not faults:
            yield _row(line, cells)


def _faults(cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each field that is wrong, and why."""
    for name in ("code", "valid_from"):
        if not cells[name]:
            yield name, _("is missing")
    if not cells["name_en"] and not cells.get("name_fr"):
        yield "name_en", _("is missing")
    for name, longest in LONGEST.items():
        if len(cells.get(name, "")) > longest:
            yield name, _("is longer than %(count)d characters") % {"count": longest}
    if cells["parent"] and cells["parent"] == cells["code"]:
        yield "parent", _("the unit would stand under itself")
    yield from _faults_of_days(cells)


def _faults_of_days(cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    first, last = _day(cells["valid_from"]), _day(cells.get("valid_to", ""))
    for name, day in (("valid_from", first), ("valid_to", last)):
        if cells.get(name) and day is None:
            yield name, _("is no date like 2026-11-22")
    if first and last and last < first:
        yield "valid_to", _("comes before the first day")


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _row(line: int, cells: dict[str, str]) -> Row:
    stay = Stay(
        cells["code"],
        cells["parent"] or None,
        dt.date.fromisoformat(cells["valid_from"]),
        _day(cells.get("valid_to", "")) or FAR,
    )
    name_fr = cells.get("name_fr", "")
    return Row(line, stay, cells["name_en"] or name_fr, name_fr, cells.get("kind", ""))
