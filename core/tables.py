"""Read CSV files as people make them: with or without a byte order mark, `,` or `;`, packed with gzip or not."""

import csv
import gzip
import io
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from core.imports import ImportReport

#: Cells longer than this are no cell of ours; the csv module's own limit is 131,072 characters.
LONGEST_CELL = 10_000_000
#: A first line by which Excel says, and is told, what parts the cells: `sep=;`, also in quotation marks.
SAID = re.compile(r"""\s*"?sep=(?P<delimiter>[^"\r\n])"?[\s,;]*""", re.IGNORECASE)


class UnreadableFile(Exception):
    """The file as a whole cannot be read: absent, not UTF-8, or without a needed column."""


def said_delimiter(line: str) -> str:
    """Return what parts the cells of a file, by a first line that says nothing else; empty if it is no such line."""
    said = SAID.fullmatch(line)
    return said["delimiter"] if said else ""


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """Open a file of UTF-8 text, unpacked if its name ends with `.gz`; its faults are `UnreadableFile`."""
    try:
        with path.open("rb") as raw:
            packed = path.suffix == ".gz"
            binary = gzip.GzipFile(fileobj=raw) if packed else raw
            with io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as text:
                yield text
    except UnicodeDecodeError as error:
        raise UnreadableFile(_("%(path)s is not UTF-8 text.") % {"path": path}) from error
    except (OSError, EOFError, csv.Error) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UnreadableFile(_("%(path)s cannot be read: %(why)s.") % {"path": path, "why": why}) from error


def read_rows(path: Path, needed: Collection[str], report: ImportReport) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the line and the trimmed cells, by column, of every row; a missing cell is empty.

    Counts the rows read and refuses those with more cells than the header. Empty lines are no rows.
    """
    with open_text(path) as text:
        yield from _rows(text, path, needed, report)


def _rows(
    text: TextIO, path: Path, needed: Collection[str], report: ImportReport
) -> Iterator[tuple[int, dict[str, str]]]:
    first, above = text.readline(), 1
    if said := said_delimiter(first):
        first, above = text.readline(), 2
    csv.field_size_limit(LONGEST_CELL)
    delimiter = said or max(",;\t", key=first.count)
    columns = [name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter), [])]
    missing = [name for name in needed if name not in columns]
    if missing:
        raise UnreadableFile(_("%(path)s lacks the columns: %(names)s.") % {"path": path, "names": ", ".join(missing)})
    empty = dict.fromkeys(columns, "")
    reader = csv.reader(text, delimiter=delimiter)
    for cells in reader:
        if not any(cells):
            continue
        report.read += 1
        line = reader.line_num + above
        if any(cells[len(columns) :]):
            report.refuse(line, "", _("has more cells than the header has columns"))
            continue
        if any("\0" in cell for cell in cells):
            report.refuse(line, "", _("holds a null character, which no text has"))
            continue
        yield line, empty | {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
