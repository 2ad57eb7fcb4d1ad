"""Say which figures changed, never what they changed to."""

import datetime as dt
from collections.abc import Sequence

from indicators.models import Indicator
from live.operations import Announcement, announce, announce_many
from organisation.models import Period, Unit

#: More figures of one indicator than this at a time, and pages are told to look at all of that indicator.
MOST_ANNOUNCED = 200


def announce_value(*, indicator: Indicator, unit: Unit, period: Period, now: dt.datetime) -> None:
    """Record that a figure of a unit changed."""
    what = {"indicator": indicator.code, "unit": unit.code, "period": period.code}
    announce(topic="value", unit_id=unit.pk, what=what, now=now)


def announce_values(indicator: Indicator, changed: Sequence[tuple[int, int]], *, now: dt.datetime) -> None:
    """Record that the values of (unit id, period id) changed; past `MOST_ANNOUNCED`, the indicator as a whole."""
    if len(changed) > MOST_ANNOUNCED:
        announce(topic="value", unit_id=None, what={"indicator": indicator.code}, now=now)
        return
    units = dict(Unit.objects.filter(pk__in={unit for unit, _ in changed}).values_list("pk", "code"))
    periods = dict(Period.objects.filter(pk__in={period for _, period in changed}).values_list("pk", "code"))
    announce_many(
        (
            Announcement("value", unit, {"indicator": indicator.code, "unit": units[unit], "period": periods[period]})
            for unit, period in changed
        ),
        now=now,
    )
