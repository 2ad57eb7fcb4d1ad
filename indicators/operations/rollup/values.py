"""Let values follow observations: drain the queue, or rebuild all. Nobody else writes values."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import connection, transaction

from indicators.choices import DERIVED
from indicators.models import Indicator, StaleValue, TreeFollowed
from indicators.operations.rollup.deriving import drain_derived, drain_derived_around, rebuild_derived
from indicators.operations.rollup.draining import drain_indicator
from indicators.operations.rollup.rebuilding import drain_crowded_periods, rebuild_indicator
from indicators.operations.rollup.writing import is_at_work, lock
from indicators.queries.definitions.components import following, in_order
from organisation.models import Period, Unit

#: Queue rows taken in one transaction.
BATCH = 20_000
#: The tree's place among the locks of indicators, whose ids begin at 1.
TREE = 0


def drain_rollups(
    *, now: dt.datetime, limit: int = BATCH, indicators: Collection[int] | None = None, can_wait: bool = True
) -> int:
    """Recompute the values that wait in the queue, of some indicators (ids) or all; answer how many queue rows went.

    Idempotent: two workers, or one that crashes and starts again, do no harm. Works until the queue is empty, in
    transactions of at most `limit` queue rows each. With `can_wait` false, indicators that somebody else is computing
    are left to them: a job that comes round every few seconds must not keep a second process waiting for minutes.
    """
    done = 0
    for indicator in _waiting(indicators):
        if not can_wait and is_at_work(indicator.pk):
            continue
        is_derived = indicator.kind in DERIVED
        done += _rebuild_if_queued(indicator, now=now)
        done += 0 if is_derived else drain_crowded_periods(indicator, now=now)
        drain = drain_derived if is_derived else drain_indicator
        while taken := drain(indicator, now=now, limit=limit):
            done += taken
            if not can_wait and is_at_work(indicator.pk):
                break
    return done


def drain_figure(*, indicator: Indicator, unit: Unit, period: Period, now: dt.datetime) -> None:
    """Recompute the values of one figure up to the root, and what is computed from them, whatever else waits."""
    _drain(indicator, [(unit.pk, period.pk)], now=now)


def drain_figures(cells: Iterable[tuple[int, int, int]], *, now: dt.datetime) -> None:
    """Recompute the values of some figures (indicator id, unit id, period id) as `drain_figure` does those of one."""
    figures: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for indicator, unit, period in cells:
        figures[indicator].append((unit, period))
    for one in in_order(figures) if figures else ():
        _drain(one, figures[one.pk], now=now)


def _drain(indicator: Indicator, figures: Sequence[tuple[int, int]], *, now: dt.datetime) -> None:
    drain_indicator(indicator, now=now, limit=BATCH, only=figures)
    derived_ones = following([indicator.pk])
    units, periods = {unit for unit, _ in figures}, {period for _, period in figures}
    for derived in in_order(derived_ones) if derived_ones else ():
        drain_derived_around(derived, units=units, periods=periods, now=now)


def rebuild_values(*, indicators: Collection[int] | None = None, now: dt.datetime) -> int:
    """Recompute every value of some indicators (ids) or all from their observations; answer how many changed.

    What is computed from others comes after these. Only values that differ are written. The queue is left alone:
    draining it again does no harm.
    """
    return sum(_rebuild(indicator, now=now) for indicator in in_order(indicators))


def _rebuild(indicator: Indicator, *, now: dt.datetime) -> int:
    rebuild = rebuild_derived if indicator.kind in DERIVED else rebuild_indicator
    return rebuild(indicator, now=now)


def queue_all(*, indicators: Collection[int] | None = None, now: dt.datetime) -> None:
    """Put every value of some indicators (ids) or all into the queue, in the caller's transaction."""
    chosen = Indicator.objects.order_by("pk")
    if indicators is not None:
        chosen = chosen.filter(pk__in=indicators)
    StaleValue.objects.bulk_create(
        [StaleValue(indicator_id=pk, queued_at=now) for pk in chosen.values_list("pk", flat=True)]
    )


@transaction.atomic
def follow_tree(*, now: dt.datetime) -> bool:
    """Queue all values if units or fiscal periods have moved since the last time; answer whether they have.

    The organisation stands below indicators and cannot call up here, so it is looked at: a few milliseconds for
    10,000 units.
    """
    with connection.cursor() as cursor:
        lock(cursor, TREE)
        cursor.execute(
            """
            SELECT md5(concat(
                (SELECT string_agg(
                    concat_ws(' ', unit_id, parent_id, valid_from, valid_to), ',' ORDER BY unit_id, valid_from
                 ) FROM organisation_placement),
                (SELECT string_agg(concat_ws(' ', code, starts_on, ends_on), ',' ORDER BY code)
                 FROM organisation_period WHERE frequency IN ('fiscal_period', 'fiscal_year')),
                (SELECT string_agg(code, ',' ORDER BY code) FROM organisation_period WHERE NOT is_worked)
            ))
            """
        )
        [(fingerprint,)] = cursor.fetchall()
    followed = TreeFollowed.objects.first() or TreeFollowed()
    if followed.fingerprint == fingerprint:
        return False
    followed.fingerprint, followed.followed_at = fingerprint, now
    followed.save()
    queue_all(now=now)
    return True


def _waiting(indicators: Collection[int] | None) -> list[Indicator]:
    """Return the indicators with queue rows, and those that will have some once these are drained, in order."""
    last = 0
    waiting = []
    chosen = StaleValue.objects.order_by("indicator_id")
    if indicators is not None:
        chosen = chosen.filter(indicator_id__in=[*indicators, *following(indicators)])
    while stale := chosen.filter(indicator_id__gt=last).first():
        last = stale.indicator_id
        waiting.append(last)
    return in_order([*waiting, *following(waiting)]) if waiting else []


def _rebuild_if_queued(indicator: Indicator, *, now: dt.datetime) -> int:
    """Rebuild an indicator that is queued as a whole. The rows go last: after a crash it is rebuilt again.

    Single figures queued before go with it: their observations were committed with their rows, so the rebuild saw them.
    """
    queue = StaleValue.objects.filter(indicator=indicator)
    if not queue.filter(unit=None).exists():
        return 0
    queued = list(queue.values_list("pk", flat=True))
    _rebuild(indicator, now=now)
    queue.filter(pk__in=queued).delete()
    return len(queued)
