"""Which periods are locked for whom. A lock holds at its unit and below, for the days of its period and all within."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db.models import Q

from indicators.models import Indicator, PeriodLock, PeriodLockQuerySet
from indicators.queries.figures.judged import day_of
from organisation.models import Period, Unit


def lock_over(indicator: Indicator, unit: Unit, period: Period) -> PeriodLock | None:
    """Return the lock that keeps a figure as it is, if there is one; on the tree that the figure belongs to.

    Every figure that is written asks, and seldom is there a lock: who set it and when it holds is read only where one is.
    """
    day = day_of(unit, period)
    stands_under = Q(unit__descendants__valid_to__isnull=True) | Q(unit__descendants__valid_to__gte=day)
    return (
        _around(period)
        .filter(
            Q(indicator__isnull=True) | Q(indicator=indicator),
            stands_under,
            unit__descendants__unit=unit,
            unit__descendants__valid_from__lte=day,
        )
        .prefetch_related("locked_by", "period")
        .first()
    )


def locks_around(period: Period, unit_ids: Collection[int]) -> list[PeriodLock]:
    """Return the locks in force on a period that were set at some of these units, oldest first."""
    return list(_around(period).filter(unit__in=unit_ids).select_related("locked_by", "unit", "indicator", "period"))


def first_over(locks: Iterable[PeriodLock], indicator_id: int, line: Sequence[Unit]) -> PeriodLock | None:
    """Return the first of some locks that holds for an indicator at the last unit of a line from the root."""
    above = {unit.pk for unit in line}
    return next(
        (one for one in locks if one.unit_id in above and one.indicator_id in {None, indicator_id}),
        None,
    )


def _around(period: Period) -> PeriodLockQuerySet:
    return PeriodLock.objects.in_force().filter(
        period__starts_on__lte=period.starts_on, period__ends_on__gte=period.ends_on
    )
