"""How long 10,000 units take to import, beside the least that a database must do for the same rows.

The bare side inserts ready-made units and placements and lets one recursive statement write the ancestors: nothing
is read from a file, checked, compared or refused. Both run in a transaction that is rolled back.
"""

import csv
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction

from core.imports import ImportReport
from organisation.forms.unit_rows import read_unit_rows
from organisation.operations import import_units

HEADER = ["code", "name_en", "name_fr", "kind", "parent", "valid_from", "valid_to"]
#: Children of each unit, level by level below the root: 10,056 units on five levels.
CHILDREN = (5, 10, 10, 19)

UNITS = """
    INSERT INTO organisation_unit (code, name_en, name_fr, kind, opens_on)
    SELECT code, 'Unit ' || code, 'Unité ' || code, '', '2015-01-01' FROM unnest(%s) AS code
"""
PLACEMENTS = """
    INSERT INTO organisation_placement (unit_id, parent_id, valid_from)
    SELECT unit.id, parent.id, '2015-01-01' FROM unnest(%s, %s) AS place (code, above)
    JOIN organisation_unit unit ON unit.code = place.code LEFT JOIN organisation_unit parent ON parent.code = above
"""
ANCESTORS = """
    WITH RECURSIVE line (unit_id, ancestor_id, distance) AS (
        SELECT unit_id, unit_id, 0 FROM organisation_placement JOIN organisation_unit unit ON unit.id = unit_id
        WHERE unit.code LIKE 'bench%%'
        UNION ALL
        SELECT line.unit_id, place.parent_id, distance + 1 FROM line
        JOIN organisation_placement place ON place.unit_id = ancestor_id WHERE place.parent_id IS NOT NULL
    )
    INSERT INTO organisation_ancestor (unit_id, ancestor_id, distance, valid_from)
    SELECT unit_id, ancestor_id, distance, '2015-01-01' FROM line
"""


def run() -> dict[str, float]:
    """Return the seconds of a first import, of the same file again, of the bare side, and how often it is held."""
    places = grown("bench", "", CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "units.csv"
        write(path, places)
        with rolled_back():
            first = seconds(lambda: take(path))
            again = seconds(lambda: take(path))
    with rolled_back():
        bare = seconds(lambda: insert(places))
    return {"units": len(places), "import_s": first, "again_s": again, "bare_s": bare, "ratio": first / bare}


def grown(code: str, parent: str, children: tuple[int, ...]) -> list[tuple[str, str]]:
    """Return a unit and all below it, each with its parent."""
    own = [f"{code}-{number}" for number in range(children[0])] if children else []
    return [(code, parent), *(place for child in own for place in grown(child, code, children[1:]))]


def write(path: Path, places: list[tuple[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        rows.writerows([code, f"Unit {code}", f"Unité {code}", "", parent, "2015-01-01", ""] for code, parent in places)


def take(path: Path) -> None:
    report = ImportReport()
    import_units(rows=read_unit_rows(path, report), report=report)
    settle()


def insert(places: list[tuple[str, str]]) -> None:
    codes, parents = [code for code, _ in places], [parent for _, parent in places]
    with connection.cursor() as cursor:
        cursor.execute(UNITS, [codes])
        cursor.execute(PLACEMENTS, [codes, parents])
        cursor.execute(ANCESTORS)
    settle()


def settle() -> None:
    """Check what would be checked at commit, which both sides would have to wait for."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def rolled_back() -> Iterator[None]:
    """Leave nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
