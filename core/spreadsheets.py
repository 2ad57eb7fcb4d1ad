"""Read tables as people keep them: XLSX, XLS, ODS, or CSV in whatever encoding their spreadsheet wrote."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.utils.translation import gettext as _

from core.imports import ImportReport
from core.tables import UnreadableFile, said_delimiter

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
READER = Path(__file__).with_name("sheet_reader.py")
PATIENCE_S = 40
#: Columns beyond these are no table of figures.
MOST_COLUMNS = 60
#: Characters of a cell; longer ones come from a quotation mark that never closes, or from malice.
LONGEST_CELL = 20_000


@dataclass(frozen=True, slots=True)
class Table:
    """A header and what stands under it: the line in the file (from 1) and the cells of each row that is not empty."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_upload(name: str, content: bytes, *, most: int) -> Table:
    """Read a file that someone sent. Raises `UnreadableFile` where it is no table, or has more than `most` rows."""
    if Path(name).suffix.lower() in SUFFIXES or content.startswith(b"PK\x03\x04"):
        with NamedTemporaryFile(suffix=Path(name).suffix[:6] or ".xlsx") as file:
            file.write(content)
            file.flush()
            lines = _sheet_lines(Path(file.name), name, most)
    else:
        lines = _csv_lines(content, name)
    table = _table(lines, name)
    if len(table.rows) > most:
        raise UnreadableFile(_("%(path)s has more than %(most)d rows.") % {"path": name, "most": most})
    return table


def read_sheet_rows(
    path: Path, needed: Collection[str], report: ImportReport, *, most: int
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line and cells by column of a spreadsheet, as `core.tables.read_rows` does of a CSV file."""
    table = _table(_sheet_lines(path, str(path), most), str(path))
    columns = [column.lower() for column in table.columns]
    missing = [name for name in needed if name not in columns]
    if missing:
        raise UnreadableFile(_("%(path)s lacks the columns: %(names)s.") % {"path": path, "names": ", ".join(missing)})
    for line, cells in table.rows:
        report.read += 1
        yield line, {name: cell for name, cell in zip(columns, cells, strict=True) if name}


def _sheet_lines(path: Path, name: str, most: int) -> list[tuple[int, list[str]]]:
    """Return the lines of the first sheet, read by a process of its own: whatever the file does, it does there."""
    command = [sys.executable, "-I", str(READER), str(path), str(most + 2)]
    try:
        told = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=True)  # noqa: S603 - our own script
        sheet = json.loads(told.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise UnreadableFile(_("%(path)s is no spreadsheet that can be read.") % {"path": name}) from error
    return list(enumerate(sheet["rows"], start=sheet["first_line"]))


def _csv_lines(content: bytes, name: str) -> list[tuple[int, list[str]]]:
    text = _decoded(content, name)
    first = text.partition("\n")[0]
    said = said_delimiter(first)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=said or max(",;\t", key=first.count))
    try:
        lines = [(reader.line_num, cells) for cells in reader]
        return lines[1:] if said else lines
    except csv.Error as error:
        raise UnreadableFile(_("%(path)s cannot be read: %(why)s.") % {"path": name, "why": error}) from error


def _decoded(content: bytes, name: str) -> str:
    """Return the text: UTF-8, UTF-16 with its mark, or the Windows encoding that older spreadsheets write."""
    encodings = ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableFile(_("%(path)s is neither a spreadsheet nor a text file.") % {"path": name})


def _table(lines: list[tuple[int, list[str]]], name: str) -> Table:
    filled = [(line, [str(cell).replace("\0", "").strip() for cell in cells]) for line, cells in lines if any(cells)]
    if not filled:
        raise UnreadableFile(_("%(path)s is empty.") % {"path": name})
    if any(len(cell) > LONGEST_CELL for _line, cells in filled for cell in cells):
        raise UnreadableFile(_("%(path)s has a cell that is too long to be one.") % {"path": name})
    columns = tuple(filled[0][1][:MOST_COLUMNS])
    width = len(columns)
    rows = ((line, tuple((cells + [""] * width)[:width])) for line, cells in filled[1:])
    return Table(columns, tuple(rows))
