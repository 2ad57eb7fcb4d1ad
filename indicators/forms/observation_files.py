"""Read a file of observations for a command, a piece at a time: what taking each row would do."""

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from core.imports import ImportReport
from core.spreadsheets import SUFFIXES, read_sheet_rows, read_upload
from core.tables import UnreadableFile, read_rows
from indicators.choices import Source
from indicators.forms.columns import fields_of
from indicators.forms.observations import KNOWN, NEEDED, Catalogue, CellRefused, clean_row
from indicators.forms.sheet_imports import Outcome, compared, previewed
from indicators.operations import Row
from organisation.choices import Do
from organisation.models import Person
from organisation.queries import unit_ids_where

#: Rows read before their periods are looked up; bounds the memory.
BATCH = 20_000
#: More rows than a spreadsheet can hold.
MOST_OF_SHEET = 1_100_000
Lines = Iterator[tuple[int, dict[str, str]]]


def program_outcomes(
    path: Path, said: Mapping[str, str], report: ImportReport, *, today: dt.date, is_trial: bool
) -> Iterator[list[Outcome]]:
    """Yield the rows that can be taken; the others are refused with their line, field and reason.

    `said`: the fields of headings that are other than ours. On trial, what stands is set beside each row.
    """
    catalogue = Catalogue.load()
    lines = _lines(path, said, report)
    seen: dict[tuple[int, int, int], int] = {}
    while batch := list(islice(lines, BATCH)):
        _refuse_unknown_columns(batch[0][1])
        catalogue.meet(cells["period"] for _line, cells in batch)
        found = list(_cleaned(batch, catalogue, report, seen, today))
        yield compared(found) if is_trial else found


def person_outcomes(
    path: Path, said: Mapping[str, str], report: ImportReport, *, by: Person, usual: Mapping[str, str], today: dt.date
) -> list[Outcome]:
    """Return what taking each row would do in the name of a person, read as the browser reads it.

    `usual`: what the columns of their files meant so far. Refused rows are among them, and in the report.
    """
    try:
        table = read_upload(path.name, path.read_bytes(), most=MOST_OF_SHEET)
    except OSError as error:
        raise UnreadableFile(
            _("%(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror or error}
        ) from error
    outcomes = previewed(
        table,
        fields_of(table.columns, said, usual),
        may_see=unit_ids_where(by, Do.SEE, on=today),
        may_enter=unit_ids_where(by, Do.ENTER_FIGURES, on=today),
        today=today,
    )
    report.read += len(outcomes)
    for one in outcomes:
        if one.status == "refused":
            report.refuse(one.line, one.field, one.reason, one.text)
    return outcomes


def _lines(path: Path, said: Mapping[str, str], report: ImportReport) -> Lines:
    """Yield line and cells by field; where some headings are named, other unknown columns are not used."""
    headings = {field: heading for heading, field in said.items()}
    needed = [headings.get(name, name) for name in NEEDED]
    if path.suffix.lower() in SUFFIXES:
        rows = read_sheet_rows(path, needed, report, most=MOST_OF_SHEET)
    else:
        rows = read_rows(path, needed, report)
    if not said:
        return rows
    return ((line, _renamed(cells, said)) for line, cells in rows)


def _renamed(cells: Mapping[str, str], said: Mapping[str, str]) -> dict[str, str]:
    if absent := sorted(said.keys() - cells.keys()):
        raise UnreadableFile(_("There are no columns of these names: %s.") % ", ".join(absent))
    own = {name: cell for name, cell in cells.items() if name in KNOWN}
    return own | {field: cells[heading] for heading, field in said.items()}


def _refuse_unknown_columns(cells: dict[str, str]) -> None:
    unknown = sorted(cells.keys() - KNOWN)
    if unknown:
        raise UnreadableFile(_("There are no columns of these names: %s.") % ", ".join(unknown))


def _cleaned(
    lines: list[tuple[int, dict[str, str]]],
    catalogue: Catalogue,
    report: ImportReport,
    seen: dict[tuple[int, int, int], int],
    today: dt.date,
) -> Iterator[Outcome]:
    for line, cells in lines:
        try:
            row = clean_row(cells, catalogue, source=Source.IMPORTED, today=today)
            _refuse_repeated(row, line, seen)
        except CellRefused as refusal:
            report.refuse(line, refusal.field, str(refusal), refusal.text)
        else:
            yield Outcome(
                line,
                "new",
                row,
                catalogue.indicators[cells["indicator"]],
                catalogue.units[cells["unit"]],
                catalogue.periods[cells["period"]],
            )


def _refuse_repeated(row: Row, line: int, seen: dict[tuple[int, int, int], int]) -> None:
    """Refuse a figure that the file has given already: which of the two counts is not for us to guess."""
    first = seen.setdefault(row[:3], line)
    if first != line:
        raise CellRefused("period", _("line %d gives this figure already") % first)
