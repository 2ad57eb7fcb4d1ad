"""Statistical process control beside numpy, and a board of 20 tiles with all it shows beside its queries alone."""

import datetime as dt
import random
import statistics
import time
from decimal import Decimal

import numpy as np
from django.db import connection
from django.test.utils import CaptureQueriesContext

from boards.drawing import tiles
from boards.models import Board
from boards.queries import board_face
from indicators.operations import drain_rollups
from indicators.queries.charts import chart as variation
from indicators.spc import xmr_chart
from organisation.choices import RoleName
from organisation.models import Person
from tests import build

CHARTS, ALL = "10,000 charts ÷ numpy loop", "board of 20 tiles, SPC included ÷ its queries"
MOST = {CHARTS: 20, ALL: 3}
SERIES, POINTS, TILES, TIMES = 10_000, 36, 20, 30
NOW = dt.datetime(2026, 11, 22, 8, 18, tzinfo=dt.UTC)
#: On the demo's walls two tiles in five are ratios.
KINDS = ("count", "ratio", "mean", "ratio", "stock")
MONTHS = [f"{year}-{month:02}" for year in (2023, 2024, 2025, 2026) for month in range(1, 13)][10:46]


def run() -> dict[str, float]:
    return charts() | board()


def charts() -> dict[str, float]:
    """Draw whole charts (limits, rules, icons; exact), and work out only mean and moving range by numpy (floats)."""
    chance = random.Random(1)
    figures = [[Decimal(chance.randint(0, 1000)) / 10 for _ in range(POINTS)] for _ in range(SERIES)]
    began = time.perf_counter()
    for row in figures:
        xmr_chart(row, improvement="decrease", target=Decimal(50), minimum_points=13)
    drawn = time.perf_counter() - began
    floats = [np.array([float(figure) for figure in row]) for row in figures]
    began = time.perf_counter()
    for array in floats:
        _ = array.mean(), np.abs(np.diff(array)).mean()
    bare = time.perf_counter() - began
    return {"10,000 charts, s": drawn, "numpy loop, s": bare, CHARTS: drawn / bare}


def board() -> dict[str, float]:
    """Read and draw a board, and send the database the same queries alone, in turn."""
    wall, lead = make_wall()
    with CaptureQueriesContext(connection) as asked:
        board_face(wall, lead, today=NOW.date(), now=NOW)
    statements = [query["sql"] for query in asked.captured_queries]
    whole, alone, anew = [], [], []
    for _ in range(TIMES):
        forget()
        began = time.perf_counter()
        board_face(wall, lead, today=NOW.date(), now=NOW)
        anew.append(time.perf_counter() - began)
        began = time.perf_counter()
        face = board_face(wall, lead, today=NOW.date(), now=NOW)
        whole.append(time.perf_counter() - began)
        began = time.perf_counter()
        for statement in statements:
            fetch(statement)
        alone.append(time.perf_counter() - began)
    if not all(tile.spark and tile.icons for tile in face.tiles):
        raise RuntimeError("a tile has no chart")
    drawn, first, queries = (statistics.median(times) * 1000 for times in (whole, anew, alone))
    return {
        "board of 20 tiles, ms": drawn,
        f"its {len(statements)} queries, ms": queries,
        ALL: drawn / queries,
        "the same where every chart is new ÷ its queries": first / queries,
    }


def forget() -> None:
    """Forget the charts that were kept, as after a start or where all figures have changed."""
    variation._xmr.cache_clear()  # noqa: SLF001 - nothing but a bench has reason to
    variation._shewhart.cache_clear()  # noqa: SLF001 - the same
    tiles._spark.cache_clear()  # noqa: SLF001 - the same


def fetch(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        if cursor.description:
            cursor.fetchall()


def make_wall() -> tuple[Board, Person]:
    """Hang 20 tiles with three years of months from four teams each: XmR charts of counts and means, p′ charts of shares."""
    service = build.unit("bench-spc")
    teams = build.units(*(f"bench-spc-{number}" for number in range(4)), parent=service)
    measures = [
        build.indicator(f"bench-spc-{number}", kind=KINDS[number % len(KINDS)], factor=1, direction="up", grace_days=60)
        for number in range(TILES)
    ]
    for number, measure in enumerate(measures):
        build.target(measure, service, target=10, threshold=5)
        for team in teams:
            build.reporter(measure, team)
            for place, month in enumerate(MONTHS):
                n = None if measure.kind in {"count", "stock"} else 20 + (place * 7 + number) % 11
                # No two tiles alike: a chart that is drawn once is kept for the next of the same figures.
                figure = 8 + (place * (1 + number // len(KINDS)) + number) % 5
                build.observation(measure, team, month, figure, n, now=NOW)
    drain_rollups(now=NOW)
    return build.board(service, *measures, slug="bench-spc"), build.person_with(RoleName.LEAD, service)
