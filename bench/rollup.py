"""The roll-up of 1,000,000 observations over 10,000 units on 5 levels, against one SQL statement that does the sums."""

import datetime as dt
import statistics
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from indicators.calculations import Parts
from indicators.choices import Kind, Source
from indicators.models import Indicator, Value
from indicators.operations import drain_figure, rebuild_values, record_observation
from organisation.choices import Frequency
from organisation.models import Period, Unit

OBSERVATIONS = 1_000_000
#: Units on each of the five levels: 1 + 9 + 90 + 900 + 9,000 = 10,000.
LEVELS = (1, 9, 90, 900, 9_000)
FIRST_DAY = dt.date(2015, 1, 1)

#: What a rebuild is measured against: join to the ancestors, group, insert into a table like that of the values.
BASELINE = """
INSERT INTO baseline (indicator_id, unit_id, period_id, numerator, denominator, reporting, computed_at)
SELECT seen.indicator_id, line.ancestor_id, seen.period_id, sum(numerator), sum(denominator), count(*), now()
FROM indicators_observation seen
JOIN organisation_period period ON period.id = seen.period_id
JOIN organisation_ancestor line ON line.unit_id = seen.unit_id AND line.valid_from <= period.ends_on
    AND (line.valid_to IS NULL OR line.valid_to >= period.ends_on)
WHERE seen.indicator_id = %s
GROUP BY seen.indicator_id, line.ancestor_id, seen.period_id
"""


#: The most that each ratio may be.
MOST = {
    "rebuild ÷ one statement": 1.5,
    "rebuild without a change ÷ one statement": 1.5,
    "rebuild of histograms ÷ one statement": 3.0,
    "one figure rolled up ÷ saved": 5.0,
    "one figure among 1,000,000 ÷ among 10,000": 2.0,
    # Two blocks are at work side by side, of 25 periods each.
    "memory of 112 periods ÷ of 56": 1.5,
}
#: Seconds between two looks at the memory of the database's processes.
LOOK = 0.02


def run() -> dict[str, float]:
    """Return the seconds and milliseconds of each side, and the ratios of `MOST`."""
    build_tree()
    plain = make_indicator("plain", Kind.RATIO)
    duration = make_indicator("duration", Kind.DURATION, statistic="median")
    fill(plain, OBSERVATIONS // 100)
    rebuild_values(now=timezone.now())
    few = times_of_one_figure(plain)
    fill(plain, OBSERVATIONS // 2)
    half = peak_of(lambda: rebuild_anew(plain))
    fill(plain, OBSERVATIONS)
    fill(duration, OBSERVATIONS)
    single = clock(lambda: baseline(plain))
    whole = clock(lambda: rebuild(plain))
    again = clock(lambda: rebuild(plain))
    all_periods = peak_of(lambda: rebuild_anew(plain))
    histograms = clock(lambda: rebuild(duration))
    many = times_of_one_figure(plain)
    return {
        "one_statement_s": single,
        "rebuild_s": whole,
        "rebuild_without_a_change_s": again,
        "rebuild_of_histograms_s": histograms,
        "saved_ms": many[0],
        "rolled_up_ms": many[1],
        "rolled_up_among_10_000_ms": few[1],
        "memory_of_56_periods_MB": half,
        "memory_of_112_periods_MB": all_periods,
        "memory of 112 periods ÷ of 56": all_periods / half,
        "rebuild ÷ one statement": whole / single,
        "rebuild without a change ÷ one statement": again / single,
        "rebuild of histograms ÷ one statement": histograms / single,
        "one figure rolled up ÷ saved": many[1] / many[0],
        "one figure among 1,000,000 ÷ among 10,000": many[1] / few[1],
    }


def clock(what: Callable[[], object]) -> float:
    started = time.perf_counter()
    what()
    return time.perf_counter() - started


def peak_of(what: Callable[[], object]) -> float:
    """Return the most memory (MB) of their own that the database's processes and this one had while something ran."""
    most, is_done = 0.0, threading.Event()

    def look() -> None:
        nonlocal most
        while not is_done.wait(LOOK):
            most = max(most, sum(anonymous(pid) for pid in (*backends(), "self")))
        connection.close()

    looker = threading.Thread(target=look)
    looker.start()
    try:
        what()
    finally:
        is_done.set()
        looker.join()
    return most


def backends() -> list[str]:
    """Return the processes of the server that work on this database, but not the one that is asked here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]


def anonymous(pid: str) -> float:
    """Return the memory of a process that it shares with no other, in MB; of one that has just ended, none."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith("RssAnon")), "RssAnon: 0 kB")
    return int(line.split()[1]) / 1024


def build_tree() -> None:
    with connection.cursor() as cursor:
        first = 1
        for level, size in enumerate(LEVELS):
            above = LEVELS[level - 1] if level else 1
            cursor.execute(
                """
                INSERT INTO organisation_unit (id, code, name_en, name_fr, kind, opens_on)
                SELECT n, 'u' || n, 'u' || n, '', %s, %s FROM generate_series(%s, %s) n
                """,
                [f"level-{level}", FIRST_DAY, first, first + size - 1],
            )
            cursor.execute(
                """
                INSERT INTO organisation_placement (unit_id, parent_id, valid_from)
                SELECT n, CASE WHEN %s THEN %s + (n - %s) %% %s END, %s FROM generate_series(%s, %s) n
                """,
                [level > 0, first - above, first, above, FIRST_DAY, first, first + size - 1],
            )
            first += size
        cursor.execute(
            """
            WITH RECURSIVE line AS (
                SELECT unit_id, unit_id AS ancestor_id, 0 AS distance FROM organisation_placement
                UNION ALL
                SELECT line.unit_id, placed.parent_id, distance + 1
                FROM line JOIN organisation_placement placed ON placed.unit_id = line.ancestor_id
                WHERE placed.parent_id IS NOT NULL
            )
            INSERT INTO organisation_ancestor (unit_id, ancestor_id, distance, valid_from)
            SELECT unit_id, ancestor_id, distance, %s FROM line
            """,
            [FIRST_DAY],
        )
        cursor.execute("ANALYZE organisation_unit, organisation_placement, organisation_ancestor")


def make_indicator(code: str, kind: Kind, **fields: str) -> Indicator:
    return Indicator.objects.create(code=code, name_en=code, kind=kind, frequency=Frequency.MONTH, **fields)


def fill(indicator: Indicator, size: int) -> None:
    """Give every team a figure a month until there are enough; a duration has eight different delays each."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO indicators_observation (indicator_id, unit_id, period_id, numerator, denominator, days, cases,
                note, source, entered_at, revision)
            SELECT %(indicator)s, unit.id, period.id,
                CASE WHEN NOT %(histogram)s THEN (unit.id * 7 + period.id) %% 50 END,
                CASE WHEN NOT %(histogram)s THEN 50 END,
                CASE WHEN %(histogram)s THEN ARRAY[1, 3, 7, 12, 14, 21, 30, 60 + unit.id %% 60]::int[] END,
                CASE WHEN %(histogram)s THEN ARRAY[1, 2, 1, 4, 1, 2, 1, 1]::bigint[] END,
                '', 'imported', now(), 1
            FROM organisation_period period JOIN organisation_unit unit ON unit.kind = 'level-4'
            WHERE period.frequency = 'month' ORDER BY period.starts_on, unit.id LIMIT %(size)s
            ON CONFLICT DO NOTHING
            """,
            {"indicator": indicator.pk, "histogram": indicator.kind == Kind.DURATION, "size": size},
        )
        cursor.execute("VACUUM ANALYZE indicators_observation")


def baseline(indicator: Indicator) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # The same memory and the same choice about compiling as the roll-up has.
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
        cursor.execute("CREATE TABLE baseline (LIKE indicators_value INCLUDING ALL)")
        cursor.execute(BASELINE, [indicator.pk])
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE baseline")


def rebuild(indicator: Indicator) -> None:
    rebuild_values(indicators=[indicator.pk], now=timezone.now())


def rebuild_anew(indicator: Indicator) -> None:
    Value.objects.filter(indicator=indicator).delete()
    rebuild(indicator)


def times_of_one_figure(indicator: Indicator) -> tuple[float, float]:
    """Correct a figure thirty times; return the median milliseconds of saving it and of rolling it up."""
    unit = Unit.objects.filter(kind="level-4").order_by("pk")[100]
    period = Period.objects.get(code="2015-01")
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE indicators_value")
    saved, rolled_up = [], []
    for n in range(33):
        parts = Parts(Decimal(n), Decimal(50))
        started = time.perf_counter()
        record(indicator, unit, period, parts, now)
        saved.append(time.perf_counter() - started)
        rolled_up.append(clock(lambda: drain_figure(indicator=indicator, unit=unit, period=period, now=now)))
    root = Value.objects.get(indicator=indicator, unit__kind="level-0", period=period)
    below = Value.objects.filter(indicator=indicator, unit__kind="level-4", period=period)
    if root.numerator != sum(value.numerator or 0 for value in below):
        raise SystemExit("The root does not hold the sum of all.")
    return statistics.median(saved[3:]) * 1000, statistics.median(rolled_up[3:]) * 1000


def record(indicator: Indicator, unit: Unit, period: Period, parts: Parts, now: dt.datetime) -> None:
    record_observation(
        indicator=indicator,
        unit=unit,
        period=period,
        parts=parts,
        source=Source.ENTERED,
        by=None,
        now=now,
        today=now.date(),
    )
