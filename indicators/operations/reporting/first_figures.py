"""Write the first figures of whole periods: there is nothing to compare, correct or keep, so COPY alone does it."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import IO

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Max, Min, Q

from indicators.models import Indicator, Observation, PeriodLock, StaleValue, ValidationRule
from indicators.operations.reporting.bulk import MANY
from indicators.operations.reporting.observations import make_longer_periods
from organisation.models import Period

COPY = """
COPY indicators_observation (indicator_id, unit_id, period_id, numerator, denominator, days, cases, note, source,
    entered_at, revision)
FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (note))"""
#: Each figure of the periods is one of those just written, or one entered by hand meanwhile, which is queued already.
QUEUE = """
INSERT INTO indicators_stalevalue (indicator_id, unit_id, period_id, queued_at)
SELECT indicator_id, unit_id, period_id, %(now)s FROM indicators_observation
WHERE indicator_id = %(indicator)s AND period_id = ANY(%(periods)s)"""


def record_first_observations(
    *, indicator: Indicator, periods: Collection[int], texts: Iterable[IO[bytes]], now: dt.datetime
) -> int | None:
    """Write figures of periods (ids) that have none, as `record_observations` would; answer how many.

    None, and nothing is written, where more is to be done than to write: a figure is there already (of a person who was
    a moment earlier, too), a lock is in force, a rule looks at the indicator. `texts` are rows as COPY reads them, no two
    for one figure: indicator, unit, period (ids), numerator, denominator, days, cases (`{1,2}`), note, source, when it
    was entered, revision (1).
    """
    days = Period.objects.filter(pk__in=periods).aggregate(first=Min("starts_on"), last=Max("ends_on"))
    if not periods or _has_more_to_do(indicator, periods, days["first"], days["last"]):
        return None
    make_longer_periods(indicator, days["first"], days["last"])
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            written = sum(_copied(cursor, text) for text in texts)
            _queue(cursor, indicator, periods, now=now, is_whole=written > MANY)
    except IntegrityError:
        return None
    return written


def _has_more_to_do(indicator: Indicator, periods: Collection[int], first: dt.date, last: dt.date) -> bool:
    if Observation.objects.filter(indicator=indicator, period__in=periods).exists():
        return True
    locks = PeriodLock.objects.in_force().filter(period__starts_on__lte=last, period__ends_on__gte=first)
    rules = ValidationRule.objects.filter(Q(indicator=indicator) | Q(other=indicator), ended_at=None)
    return locks.filter(Q(indicator=None) | Q(indicator=indicator)).exists() or rules.exists()


def _copied(cursor: CursorWrapper, text: IO[bytes]) -> int:
    with connection.wrap_database_errors:
        cursor.copy_expert(COPY, text)
    return int(cursor.rowcount)


def _queue(
    cursor: CursorWrapper, indicator: Indicator, periods: Collection[int], *, now: dt.datetime, is_whole: bool
) -> None:
    """Let the values follow: all of the indicator where that is quicker."""
    if is_whole:
        StaleValue.objects.create(indicator=indicator, queued_at=now)
        return
    cursor.execute(QUEUE, {"indicator": indicator.pk, "periods": list(periods), "now": now})
