"""Read the first sheet of a spreadsheet and print it as JSON: run as a process of its own, which may die of what it reads.

A made-up file can unpack to any size or break the reader; here that ends this process and nothing else.
"""

import datetime as dt
import json
import resource
import sys
from itertools import islice

from python_calamine import CalamineWorkbook

MEMORY = 1_500_000_000
SECONDS = 20
#: Columns beyond these are no table of figures.
MOST_COLUMNS = 60


def text(cell: object) -> str:
    """Write a cell as a person would type it: 18.0 is 18, a day has no time."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return str(cell).strip()


def main(path: str, most: int) -> None:
    """Print the rows of the first sheet, at most so many, in a bounded time and memory."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    start = sheet.start[0] if sheet.start else 0
    rows = [[text(cell) for cell in row[:MOST_COLUMNS]] for row in islice(sheet.iter_rows(), most)]
    # Lines count from the top of the sheet, also where it begins with empty ones.
    json.dump({"first_line": start + 1 if rows and any(rows[0]) else 1, "rows": rows}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
