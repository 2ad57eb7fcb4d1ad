"""An export of 100,000 values as CSV, asked through the whole stack, beside the bare fetch and the bare COPY of the rows."""

import datetime as dt
import io
import time
from typing import Any

from django.db import connection
from django.test import Client

from organisation.choices import RoleName
from organisation.models import Unit
from tests import build

ROWS = 100_000
UNITS = 1_000
FIRST, RATIO, COPIED = "first byte of the export, s", "export as CSV ÷ bare fetch", "export as CSV ÷ bare COPY"
#: The rows alone, with their codes.
BARE = """
SELECT indicator.code, unit.code, period.code, starts_on, ends_on, numerator, denominator, reporting, expected, computed_at
FROM indicators_value value JOIN indicators_indicator indicator ON indicator.id = indicator_id
    JOIN organisation_unit unit ON unit.id = unit_id JOIN organisation_period period ON period.id = period_id
ORDER BY indicator_id, unit_id, period_id
"""
NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


def run() -> dict[str, float]:
    client = Client()
    client.force_login(build.person_with(RoleName.ANALYST, at=make_values()))
    bare, copied = fetch(), copy()
    whole, first = export(client)
    return {
        "bare fetch, s": bare,
        "bare COPY, s": copied,
        "export as CSV, s": whole,
        FIRST: first,
        RATIO: whole / bare,
        COPIED: whole / copied,
    }


def make_values() -> Unit:
    """Make a root with 999 teams, and 100 weeks of a ratio at each."""
    root = build.unit("bench-root")
    build.units(*(f"bench-{number}" for number in range(UNITS - 1)), parent=root)
    ratio = build.indicator("bench-ratio", kind="ratio", frequency="week")
    build.target(ratio, root, target=80, threshold=60)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO indicators_value (indicator_id, unit_id, period_id, numerator, denominator, reporting, computed_at)
            SELECT %s, unit.id, period.id, 10 + unit.id %% 80, 100, 1, %s
            FROM organisation_unit unit CROSS JOIN (
                SELECT id FROM organisation_period WHERE frequency = 'week' ORDER BY starts_on LIMIT 100
            ) period WHERE unit.code LIKE 'bench-%%'
            """,
            [ratio.pk, NOW],
        )
        cursor.execute("ANALYZE indicators_value")
    return root


def fetch() -> float:
    """Return the seconds that the rows alone take, to be read by the driver."""
    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(BARE)
        check(len(cursor.fetchall()))
    return time.perf_counter() - start


def copy() -> float:
    """Return the seconds that the database takes to write them as CSV itself."""
    text = io.BytesIO()
    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({BARE}) TO STDOUT (FORMAT csv)", text)
    check(text.getvalue().count(b"\n"))
    return time.perf_counter() - start


def export(client: Client) -> tuple[float, float]:
    """Return the seconds that the export takes, and those to its first byte."""
    start = time.perf_counter()
    response: Any = client.get("/api/v1/values/", {"format": "csv"})
    pieces = iter(response)
    lines = next(pieces).count(b"\n")
    first = time.perf_counter() - start
    lines += sum(piece.count(b"\n") for piece in pieces)
    check(lines - 1)
    return time.perf_counter() - start, first


def check(rows: int) -> None:
    if rows != ROWS:
        raise RuntimeError(f"{rows} rows came instead of {ROWS}")
