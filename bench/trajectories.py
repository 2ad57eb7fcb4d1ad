"""Refreshing a log of events over five levels of units: everything, one new day, and reading what is stored."""

import datetime as dt
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from django.db import connection
from django.utils import timezone

from boards.queries import board_face
from indicators.choices import Kind
from indicators.models import Indicator
from organisation.choices import Frequency, RoleName
from organisation.models import Unit
from tests import build
from trajectories.models import EventBatch, Trajectory
from trajectories.operations import mark_stale
from trajectories.queries import read_log

#: `OBEYA_BENCH_EVENTS=10000000` for the large log.
EVENTS = int(os.environ.get("OBEYA_BENCH_EVENTS", "1_000_000"))
CASES = EVENTS // 10
#: Units on each of the five levels; the last are the teams.
LEVELS = (1, 5, 30, 210, 1_320)
FIRST_DAY, LAST_DAY = dt.date(2023, 1, 1), dt.date(2025, 12, 30)
DAYS = (LAST_DAY - FIRST_DAY).days + 1

FULL = "everything computed anew, values of every level too ÷ (script + reading + copying back)"
FIRST = "the same with nothing stored yet ÷ the same"
DAY_SHARE = "refresh of one new day ÷ full refresh"
TEAM, NETWORK = "a team's board (ms of database time)", "the network's board (ms of database time)"
PEAK = "peak memory of the full refresh (GB)"
#: A new day costs much the same however long the log is, so what it may cost is told of a log of ten million.
MOST = {FULL: 1.5, FIRST: 1.5, TEAM: 5.0, NETWORK: 50.0, PEAK: 1.5} | (
    {DAY_SHARE: 1 / 40} if EVENTS >= 10_000_000 else {}
)


def run() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.csv"
        units = build_units()
        events = invented(np.random.default_rng(7))
        today = events.filter(pl.col("timestamp").dt.date() == LAST_DAY)
        before = events.filter(pl.col("timestamp").dt.date() < LAST_DAY)
        before.write_csv(path)
        trajectory = bound()
        keep(trajectory, before)
        figures = measured(trajectory, today, path, units)
    return figures | board_times()


def measured(trajectory: Trajectory, today: pl.DataFrame, path: Path, units: pl.DataFrame) -> dict[str, float]:
    now = dt.datetime.combine(LAST_DAY, dt.time(), dt.UTC)
    script = clock(lambda: direct(path, units))
    reading = clock(lambda: read_log(trajectory, columns=("person", "worker", "priority", "lifecycle")))
    first = refreshed(now)
    copying = copy_back()
    tidy()
    full = refreshed(now, full=True)
    keep(trajectory, today)
    new_day = refreshed(now + dt.timedelta(days=1))
    return {
        FULL: full.seconds / (script + reading + copying),
        FIRST: first.seconds / (script + reading + copying),
        DAY_SHARE: new_day.seconds / full.seconds,
        PEAK: max(first.peak, full.peak),
        "direct script (s)": script,
        "reading the events (s)": reading,
        "copying the results back (s)": copying,
        f"everything computed anew, {EVENTS:,} events (s)": full.seconds,
        "the same with nothing stored yet (s)": first.seconds,
        f"refresh of one new day, {today.height:,} events (s)": new_day.seconds,
    }


@dataclass(frozen=True)
class Took:
    """What a refresh in a process of its own took: seconds, and gigabytes at most."""

    seconds: float
    peak: float


def refreshed(now: dt.datetime, *, full: bool = False) -> Took:
    """Refresh in a fresh process, as a worker does."""
    asked = [sys.executable, "-m", "bench._refresh", connection.settings_dict["NAME"], now.isoformat(), str(int(full))]
    told = subprocess.run(asked, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - our own module
    seconds, kilobytes = told.split()[-2:]
    return Took(float(seconds), float(kilobytes) / 1e6)


def clock(what: Callable[[], object]) -> float:
    started = time.perf_counter()
    what()
    return time.perf_counter() - started


def build_units() -> pl.DataFrame:
    """Make the units; return `team` and its unit on each level, `level-0` the root, `level-4` the team itself."""
    with connection.cursor() as cursor:
        first, above = 1, 1
        for level, size in enumerate(LEVELS):
            given: dict[str, int | dt.date] = {
                "first": first,
                "last": first + size - 1,
                "level": level,
                "day": FIRST_DAY,
                "above": above,
            }
            cursor.execute(UNITS, given)
            above, first = first, first + size
        cursor.execute(ANCESTORS, {"day": FIRST_DAY})
        cursor.execute("VACUUM ANALYZE organisation_unit, organisation_placement, organisation_ancestor")
        cursor.execute(
            """
            SELECT team.code, above.kind, above.code FROM organisation_ancestor line
            JOIN organisation_unit team ON team.id = line.unit_id AND team.kind = 'level-4'
            JOIN organisation_unit above ON above.id = line.ancestor_id
            """
        )
        rows = pl.DataFrame(cursor.fetchall(), schema=["team", "level", "unit"], orient="row")
    return rows.pivot("level", index="team", values="unit")


UNITS = """
WITH made AS (
    INSERT INTO organisation_unit (id, code, name_en, name_fr, kind, opens_on)
    SELECT n, 'u' || n, 'u' || n, '', 'level-' || %(level)s, %(day)s FROM generate_series(%(first)s, %(last)s) n
    RETURNING id
)
INSERT INTO organisation_placement (unit_id, parent_id, valid_from)
SELECT id, CASE WHEN %(level)s > 0 THEN %(above)s + (id - %(first)s) %% (%(first)s - %(above)s) END, %(day)s FROM made
"""
ANCESTORS = """
WITH RECURSIVE line AS (
    SELECT unit_id, unit_id AS ancestor_id, 0 AS distance FROM organisation_placement
    UNION ALL
    SELECT line.unit_id, placed.parent_id, distance + 1
    FROM line JOIN organisation_placement placed ON placed.unit_id = line.ancestor_id
    WHERE placed.parent_id IS NOT NULL
)
INSERT INTO organisation_ancestor (unit_id, ancestor_id, distance, valid_from)
SELECT unit_id, ancestor_id, distance, %(day)s FROM line
"""


def invented(chance: np.random.Generator) -> pl.DataFrame:
    """Return a log: each case is referred, mostly seen, has contacts, changes team now and then, mostly is closed."""
    first_team = sum(LEVELS[:-1]) + 1
    begin = chance.uniform(0, DAYS, CASES)
    seen = begin + chance.exponential(30, CASES)
    team = first_team + chance.integers(0, LEVELS[-1], CASES)
    other = np.where(chance.random(CASES) < 0.3, first_team + chance.integers(0, LEVELS[-1], CASES), team)
    contacts = chance.poisson(7.2, CASES)
    closed = seen + 5 + 6 * contacts
    case = np.arange(CASES)
    again = np.repeat(case, contacts)
    nth = np.arange(len(again)) - np.repeat(np.cumsum(contacts) - contacts, contacts)
    pieces = [
        (case, begin, "REFERRAL", team),
        (case, begin + 1, "INTAKE", team),
        (case, seen, "FIRST_SERVICE", other),
        (
            again,
            seen[again] + 6 * (nth + 1),
            "CONTACT",
            np.where(chance.random(len(again)) < 0.1, team[again], other[again]),
        ),
        (case, closed, "CLOSURE", other),
    ]
    midnight = dt.datetime.combine(FIRST_DAY, dt.time())
    log = pl.concat(
        pl.DataFrame({"case_id": who, "s": (at * 86_400).astype(np.int64), "team": where}).with_columns(
            activity=pl.lit(what)
        )
        for who, at, what, where in pieces
    )
    return (
        log.filter(pl.col("s") < DAYS * 86_400)
        .sort("s")
        .select(
            pl.int_range(pl.len()).alias("event_id"),
            "case_id",
            pl.col("case_id").alias("person_id"),
            (pl.lit(midnight) + pl.duration(seconds="s")).alias("timestamp"),
            "activity",
            pl.format("u{}", "team").alias("team"),
            pl.format("w{}", pl.col("case_id") % 15_000).alias("resource"),
        )
    )


def bound() -> Trajectory:
    clock_rules = {"start": ["REFERRAL"], "stop": ["FIRST_SERVICE"], "close": ["CLOSURE"]}
    trajectory = Trajectory.objects.create(code="bench", name_en="Bench", clock=clock_rules)
    for code, kind, frequency, measure, fields in (
        ("bench-delay", Kind.DURATION, Frequency.MONTH, "access_delay", {"statistic": "median"}),
        ("bench-waiting", Kind.STOCK, Frequency.DAY, "waiting_list", {}),
        ("bench-passed", Kind.COUNT, Frequency.MONTH, "handoffs", {}),
    ):
        indicator = Indicator.objects.create(code=code, name_en=code, kind=kind, frequency=frequency, **fields)
        trajectory.measures.create(indicator=indicator, measure=measure)
    return trajectory


def keep(trajectory: Trajectory, events: pl.DataFrame) -> None:
    """Keep events as an import of its own; how long that takes is the business of another benchmark."""
    now = timezone.now()
    batch = EventBatch.objects.create(trajectory=trajectory, name="bench", finished_at=now, rows_new=events.height)
    for part in events.iter_slices(500_000):
        rows = part.select(
            pl.lit(trajectory.pk).alias("trajectory_id"),
            pl.lit(batch.pk).alias("batch_id"),
            hexadecimal("event_id").alias("fingerprint"),
            hexadecimal("case_id").alias("case"),
            hexadecimal("person_id").alias("person"),
            hexadecimal("resource").alias("worker"),
            "activity",
            pl.col("timestamp").dt.to_string("%Y-%m-%d %H:%M:%S+00").alias("wall"),
            pl.col("event_id").alias("order"),
            "team",
            pl.lit("").alias("priority"),
            pl.lit("").alias("lifecycle"),
            pl.lit(now.isoformat()).alias("recorded_at"),
        )
        text = io.BytesIO()
        rows.write_csv(text, include_header=False)
        text.seek(0)
        names = ", ".join(f'"{name}"' for name in rows.columns)
        with connection.cursor() as cursor:
            cursor.copy_expert(
                f"COPY trajectories_event ({names}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL (priority, lifecycle))", text
            )
    mark_stale(trajectory, now=now)
    tidy()


def tidy() -> None:
    """Do what the server does by itself a little later."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def hexadecimal(name: str) -> pl.Expr:
    """Return 32 digits that depend on a column alone and look like a pseudonym's."""
    return pl.concat_str(*(digits(pl.col(name).hash(seed)) for seed in (1, 2)))


def digits(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.zfill(20).str.slice(4)


def direct(path: Path, units: pl.DataFrame) -> list[pl.DataFrame]:
    """Compute the same figures as an analyst would: from the CSV, for the units of every level."""
    log = pl.read_csv(path, try_parse_dates=True).sort("case_id", "timestamp", "event_id")
    log = log.with_columns(day=pl.col("timestamp").dt.date())
    firsts = [
        log.lazy()
        .filter(pl.col("activity") == activity)
        .group_by("case_id", maintain_order=True)
        .agg(pl.col("timestamp", "day", "team").first())
        for activity in ("REFERRAL", "FIRST_SERVICE")
    ]
    exits = (
        log.lazy()
        .filter(pl.col("activity").is_in(["FIRST_SERVICE", "CLOSURE"]))
        .group_by("case_id")
        .agg(out=pl.col("day").min())
    )
    pairs = (
        firsts[0]
        .join(firsts[1], on="case_id", how="left", suffix="_stop")
        .join(exits, on="case_id", how="left")
        .collect()
    )
    found = []
    days = pl.DataFrame({"day": pl.date_range(FIRST_DAY, LAST_DAY - dt.timedelta(days=1), eager=True)})
    runs = log.select("case_id", "day", "team", before=pl.col("team").shift(1).over("case_id")).filter(
        pl.col("before").is_not_null() & (pl.col("team") != pl.col("before"))
    )
    for level in (name for name in units.columns if name != "team"):
        above = units.select("team", unit=level)
        days_waited = (pl.col("day_stop") - pl.col("day")).dt.total_days()
        closed = pairs.drop_nulls("day_stop").join(above, left_on="team_stop", right_on="team")
        found.append(
            closed.group_by("unit", month=pl.col("day_stop").dt.truncate("1mo")).agg(
                n=pl.len(),
                median=days_waited.quantile(0.5, interpolation="linear"),
                p90=days_waited.quantile(0.9, interpolation="linear"),
                within=(days_waited <= 28).mean(),
            )
        )
        waiting = pairs.filter(pl.col("out").is_null() | (pl.col("out") > pl.col("day"))).join(above, on="team")
        steps = pl.concat(
            [waiting.select("unit", "day", step=1), waiting.drop_nulls("out").select("unit", day="out", step=-1)]
        )
        by_day = steps.group_by("unit", "day").agg(pl.col("step").sum())
        grid = above.select("unit").unique().join(days, how="cross").join(by_day, on=["unit", "day"], how="left")
        found.append(grid.sort("unit", "day").with_columns(n=pl.col("step").fill_null(0).cum_sum().over("unit")))
        passed = runs.join(above, on="team").join(above.rename({"team": "before", "unit": "left"}), on="before")
        found.append(
            passed.filter(pl.col("unit") != pl.col("left"))
            .group_by("unit", month=pl.col("day").dt.truncate("1mo"))
            .len()
        )
    return found


def copy_back() -> float:
    """Return the seconds that COPY takes for the rows that the refresh keeps, in tables with the same indexes."""
    seconds = 0.0
    for table in ("indicators_observation", "indicators_value"):
        with connection.cursor() as cursor:
            text = io.BytesIO()
            cursor.copy_expert(f"COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT", text)
            cursor.execute(f"CREATE TABLE again (LIKE {table} INCLUDING ALL)")
            text.seek(0)
            began = time.perf_counter()
            cursor.copy_expert("COPY again FROM STDIN", text)
            seconds += time.perf_counter() - began
            cursor.execute("DROP TABLE again")
    return seconds


def board_times() -> dict[str, float]:
    """Return the database's time for a board of a team, and of the whole network, with a tile for each measure."""
    root, team = Unit.objects.get(code="u1"), Unit.objects.get(code=f"u{sum(LEVELS[:-1]) + 1}")
    lead = build.person_with(RoleName.LEAD, root)
    indicators = list(Indicator.objects.filter(code__startswith="bench-"))
    now = dt.datetime.combine(LAST_DAY + dt.timedelta(days=1), dt.time(8), dt.UTC)
    return {
        # Of each statement the least of many: the machine has other work, which is none of the board's.
        name: sum(map(min, zip(*(database_ms(drawn) for _ in range(100)), strict=True)))
        for name, board in (
            (TEAM, build.board(team, *indicators, slug="team")),
            (NETWORK, build.board(root, *indicators, slug="network")),
        )
        for drawn in [partial(board_face, board, lead, today=now.date(), now=now)]
    }


def database_ms(what: Callable[[], object]) -> list[float]:
    """Return the milliseconds that each query of something takes, in their order."""
    taken: list[float] = []

    def timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            taken.append((time.perf_counter() - began) * 1000)

    with connection.execute_wrapper(timed):
        what()
    return taken
