"""Print a spreadsheet row by row, as JSON: run as a process of its own, which may die of what it reads.

First `{"sheets": 2, "rows": 50000, "column": 1}` (the last row, the first column) or `{"refused": "swells"}`, then
`[line, [cells]]` for every row that is not empty. In a row with a formula the number of its column stands in place of the cells: what a formula comes to
is what some program once computed, and not what somebody wrote.
"""

from __future__ import annotations

import datetime as dt
import json
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import IO
from xml.parsers import expat

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

#: Bytes and seconds of processor for the largest sheet there can be, with a million rows of a dozen columns.
MEMORY, SECONDS = 1_500_000_000, 300
#: Rows with formulas that are remembered; a log with more of them is refused as a whole.
MOST_FORMULAS = 250_000
PIECE = 1 << 20
#: A formula, whatever the prefix of its name.
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
#: A workbook packs to a tenth, rarely to a thirtieth; what swells more, past so many bytes, is made to fill a machine.
MOST_SWELLING, FREE_BYTES = 200, 8 << 20


def text(cell: object) -> str:
    """Write a cell as a person would type it: 18.0 is 18, a day has no time."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)


def fault(path: str) -> str:
    """Return why an archive is not worth opening: it is no workbook, or it swells; empty where it may be one."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    if not any(one.filename.lower() == WORKBOOK for one in parts):
        return "archive"
    unpacked, packed = sum(one.file_size for one in parts), sum(one.compress_size for one in parts)
    return "swells" if unpacked > max(FREE_BYTES, MOST_SWELLING * packed) else ""


def formulas(path: str, name: str) -> dict[int, int]:
    """Return the lines of a sheet that hold a formula, each with the number of its first one's column, from 0."""
    with zipfile.ZipFile(path) as archive:
        part = part_of(archive, name)
        with archive.open(part) as sheet:
            if not has_formula(sheet):
                return {}
        with archive.open(part) as sheet:
            return dict(islice(formula_cells(sheet), MOST_FORMULAS))


def part_of(archive: zipfile.ZipFile, name: str) -> str:
    """Return the part of a workbook that holds the sheet of a name."""
    ids = {one.get("name"): one for one in elements(archive, WORKBOOK, "sheet")}
    key = next(value for kind, value in ids[name].items() if kind.rpartition(":")[2] == "id")
    target = next(one["Target"] for one in elements(archive, RELATIONS, "Relationship") if one.get("Id") == key)
    path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    return next(found for found in archive.namelist() if found.lower() == path.lower())


def elements(archive: zipfile.ZipFile, part: str, tag: str) -> list[dict[str, str]]:
    """Return the attributes of all elements of a name in a part."""
    found: list[dict[str, str]] = []
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == tag:
            found.append(attributes)

    parser.StartElementHandler = start
    with archive.open(next(one for one in archive.namelist() if one.lower() == part.lower())) as file:
        parser.ParseFile(file)
    return found


def has_formula(sheet: IO[bytes]) -> bool:
    """Look for formulas as fast as bytes can be looked through: most sheets have none."""
    rest = b""
    while piece := sheet.read(PIECE):
        if FORMULA.search(rest + piece):
            return True
        rest = piece[-80:]
    return False


def formula_cells(sheet: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Yield line and column of the first formula of each line."""
    parser, cells = expat.ParserCreate(), list[tuple[int, int]]()
    line, column = 0, -1

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal line, column
        tag = name.rpartition(":")[2]
        if tag == "row":
            line, column = int(attributes.get("r", line + 1)), -1
        elif tag == "c":
            column = column_of(attributes["r"]) if "r" in attributes else column + 1
        elif tag == "f" and (not cells or cells[-1][0] != line):
            cells.append((line, column))

    parser.StartElementHandler = start
    last = 0
    while piece := sheet.read(PIECE):
        parser.Parse(piece, False)
        *done, kept = cells or [(0, 0)]
        yield from (cell for cell in [*done, kept] if cell[0] > last)
        last = max(last, kept[0])
        cells[:] = cells[-1:]


def column_of(cell: str) -> int:
    """Return the number of a cell's column, from 0: that of `AB7` is 27."""
    number = 0
    for letter in cell.rstrip("0123456789"):
        number = 26 * number + ord(letter.upper()) - 64
    return number - 1


def tell(what: object) -> None:
    """Write one line of JSON."""
    sys.stdout.write(json.dumps(what) + "\n")


def main(path: str, most: int) -> None:
    """Print the first sheet in view: at most so many rows, and then without a look for formulas; 0: all."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if refused := fault(path):
        tell({"refused": refused})
        return
    book = CalamineWorkbook.from_path(path)
    tables = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    chosen = next((one.name for one in tables if one.visible == SheetVisibleEnum.Visible), tables[0].name)
    sheet = book.get_sheet_by_name(chosen)
    first = sheet.start[1] if sheet.start else 0
    last = sheet.end[0] + 1 if sheet.end else 0
    computed = {} if most else formulas(path, chosen)
    tell({"sheets": len(tables), "rows": last, "column": first})
    for line, row in enumerate(islice(sheet.iter_rows(), most or None), start=1):
        cells = [text(cell) for cell in row]
        if line in computed:
            tell([line, computed[line] - first])
        elif any(cells):
            tell([line, cells])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
