"""Say which figures changed, never what they changed to."""

import datetime as dt
from collections.abc import Sequence

from live.operations import Announcement, announce, announce_many

#: More figures of one indicator than this at a time, and pages are told to look at all of that indicator.
MOST_ANNOUNCED = 200


def announce_values(indicator: str, changed: Sequence[tuple[int, str, str]], *, now: dt.datetime) -> None:
    """Record that values of an indicator (code) changed, each (unit id, unit code, period code).

    Past `MOST_ANNOUNCED`, pages are told to look at the indicator as a whole.
    """
    if len(changed) > MOST_ANNOUNCED:
        announce(topic="value", unit_id=None, what={"indicator": indicator}, now=now)
        return
    announce_many(
        (
            Announcement("value", unit_id, {"indicator": indicator, "unit": unit, "period": period})
            for unit_id, unit, period in changed
        ),
        now=now,
    )
