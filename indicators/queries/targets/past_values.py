"""The kept values of ended periods, for those who ask what would become of them."""

import datetime as dt
from collections.abc import Collection, Iterator

from django.db import connection, transaction

from indicators.models import Indicator
from indicators.queries.figures.kept_values import KeptValue
from indicators.queries.figures.long_format_sql import ValueFilter, parameters_of, select_sql
from organisation.models import Period, Unit

#: Values fetched from the database's cursor at a time.
FETCHED = 2_000
#: Days that the longest period, a year, may have begun before the day on which it is judged.
LONGEST_PERIOD = dt.timedelta(days=366)


def past_values(
    indicator: Indicator, unit: Unit, *, since: dt.date, today: dt.date, visible: Collection[int] | None
) -> Iterator[tuple[KeptValue, Period]]:
    """Yield the values of ended periods at a unit and below that are judged on a day or later, in constant memory."""
    wanted = ValueFilter(
        indicators=[indicator.code],
        under=[unit.code],
        since=max(since, dt.date(1901, 1, 1)) - LONGEST_PERIOD,
        until=today - dt.timedelta(days=1),
        visible=visible,
    )
    asked = parameters_of(wanted, [indicator.pk], today=today)
    periods: dict[int, Period] = {}
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(select_sql(asked, tree="was", limit=None), asked)
        while rows := [KeptValue(*row) for row in cursor.fetchmany(FETCHED)]:
            periods |= Period.objects.in_bulk({row.period_id for row in rows} - periods.keys())
            for row in rows:
                if periods[row.period_id].ends_on >= since:
                    yield row, periods[row.period_id]
