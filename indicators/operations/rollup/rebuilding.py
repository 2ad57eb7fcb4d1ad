"""Compute all values of an indicator again, whole periods at a time, and write those that differ."""

import datetime as dt
from collections.abc import Iterator, Sequence

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, Exists, OuterRef

from indicators.models import Indicator, LeftOut, Reporter, StaleValue, Value
from indicators.operations.rollup.side_by_side import side_by_side
from indicators.operations.rollup.writing import Lock, lock, look_at_new_tables, write_first_values, write_values
from indicators.queries.rollup.periods import periods_of
from indicators.queries.rollup.statement import SCOPE_TABLES, shape_of
from organisation.models import Period, Unit

#: Units × periods computed in one transaction: bounds its memory, and for how long it keeps others waiting.
BLOCK_CELLS = 250_000
#: A queue is never long under this many rows of a period.
FEW = 50


def rebuild_indicator(indicator: Indicator, *, now: dt.datetime) -> int:
    """Bring every value of an indicator to what its observations say; answer how many changed."""
    forgotten = _forget_other_frequencies(indicator)
    is_first = _has_no_values(indicator)
    _look_at_new_tables()
    blocks = [
        (is_longer, block)
        for is_longer in (False, True)
        for block in _blocks(_periods_of(indicator, is_longer=is_longer))
    ]

    def rebuild(which: tuple[bool, Sequence[int]], keep_out: Lock) -> int:
        is_longer, periods = which
        with transaction.atomic(), connection.cursor() as cursor:
            keep_out(cursor, indicator.pk)
            return _write_block(cursor, indicator, periods, is_longer=is_longer, is_first=is_first, now=now)

    return forgotten + side_by_side(indicator, blocks, rebuild)


def _blocks(periods: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield periods, so many together as one transaction computes."""
    size = max(1, BLOCK_CELLS // max(1, Unit.objects.count()))
    return (periods[start : start + size] for start in range(0, len(periods), size))


def _look_at_new_tables() -> None:
    """Analyse newly filled tables before the blocks begin: none of them sees what another finds out until it commits."""
    with transaction.atomic(), connection.cursor() as cursor:
        look_at_new_tables(cursor)


def _has_no_values(indicator: Indicator) -> bool:
    return not Value.objects.filter(indicator=indicator).exists()


def _forget_other_frequencies(indicator: Indicator) -> int:
    """Drop the values of longer periods that the definition no longer asks for."""
    kept = [indicator.frequency, *indicator.also_at]
    periods = Value.objects.filter(indicator=indicator).values("period_id").distinct()
    others = Period.objects.filter(pk__in=periods).exclude(frequency__in=kept)
    if not others.exists():
        return 0
    return Value.objects.filter(indicator=indicator, period__in=others).delete()[0]


def _periods_of(indicator: Indicator, *, is_longer: bool) -> list[int]:
    """Return the periods that have values of an indicator or should have."""
    should = [period.pk for period in periods_of(indicator, is_longer=is_longer)]
    frequencies = indicator.also_at if is_longer else [indicator.frequency]
    have = Value.objects.filter(indicator=indicator).values("period_id").distinct()
    surplus = Period.objects.filter(pk__in=have, frequency__in=frequencies).exclude(pk__in=should)
    return [*should, *surplus.values_list("pk", flat=True)]


def _write_block(
    cursor: CursorWrapper,
    indicator: Indicator,
    periods: Sequence[int],
    *,
    is_longer: bool,
    is_first: bool,
    now: dt.datetime,
) -> int:
    """Compute and write the values of some periods; `is_first`: the indicator had none when this began."""
    has_reporters = Reporter.objects.filter(indicator=indicator).exists()
    has_left_out = LeftOut.objects.filter(indicator=indicator).exists()
    shape = shape_of(indicator, is_longer=is_longer, has_reporters=has_reporters, has_left_out=has_left_out)
    # Sums of a whole block fit into this; the default would write them to disk and read them again.
    cursor.execute("SET LOCAL work_mem = '64MB'")
    cursor.execute(SCOPE_TABLES, {"periods": list(periods), "as_of": None})
    cursor.execute("SELECT coalesce(max(depth), 0) FROM rollup_tree")
    [(deepest,)] = cursor.fetchall()
    write = write_first_values if is_first else write_values
    changed = write(cursor, indicator, shape, deepest=deepest, now=now)
    cursor.execute("DROP TABLE rollup_block, rollup_tree")
    return changed


def drain_crowded_periods(indicator: Indicator, *, now: dt.datetime) -> int:
    """Let values follow the queue where it is long, whole periods at a time; answer how many queue rows went.

    Where a tenth of the units have changed, computing all of a period is faster than climbing from each.
    """
    tenth = Unit.objects.count() // 10
    crowded = (
        StaleValue.objects.filter(indicator=indicator, unit__isnull=False)
        .values("period_id")
        .annotate(rows=Count("pk"))
        .filter(rows__gt=max(tenth, FEW))
        .order_by("period__starts_on")
    )
    periods = list(crowded.values_list("period_id", flat=True))
    if not periods:
        return 0
    is_first = _has_no_values(indicator)
    return sum(_drain_block(indicator, block, is_first=is_first, now=now) for block in _blocks(periods))


@transaction.atomic
def _drain_block(indicator: Indicator, periods: Sequence[int], *, is_first: bool, now: dt.datetime) -> int:
    """Take the queue rows of some periods, and compute these and the longer ones around them."""
    with connection.cursor() as cursor:
        lock(cursor, indicator.pk)
        look_at_new_tables(cursor)
        taken, _rows = StaleValue.objects.filter(indicator=indicator, period__in=periods, unit__isnull=False).delete()
        _write_block(cursor, indicator, periods, is_longer=False, is_first=is_first, now=now)
        inside = Period.objects.filter(
            pk__in=periods, starts_on__gte=OuterRef("starts_on"), ends_on__lte=OuterRef("ends_on")
        )
        around = Period.objects.filter(Exists(inside), frequency__in=indicator.also_at)
        longer = list(around.values_list("pk", flat=True))
        if longer:
            _write_block(cursor, indicator, longer, is_longer=True, is_first=is_first, now=now)
    return taken
