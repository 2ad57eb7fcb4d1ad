"""Look again at figures that stand when the rules that doubt them change."""

import datetime as dt

from django.db import transaction

from indicators.models import StaleValue
from indicators.operations.doubts.doubting import follow_doubts, write_doubts
from indicators.queries.entering.rechecks import Change, Recheck, rechecked
from live.operations import announce

#: More figures than this, and all values of the indicator follow by the next job: quicker than to queue and take each.
MANY = 20_000


@transaction.atomic
def recheck(change: Change, *, now: dt.datetime) -> Recheck:
    """Mark the figures that new rules doubt, take back doubts whose reason has gone, and let the values above follow.

    The rules of `change` are saved: begun or ended. A figure that a person has confirmed stays as it is; a lock keeps
    a figure, not the doubts about it. The values wait in the queue for `drain_rollups`.
    """
    told = Recheck()
    queued = 0
    for rows in rechecked(change, told):
        write_doubts(rows)
        queued += len(rows)
        if queued <= MANY:
            follow_doubts(rows, now)
    if queued > MANY:
        StaleValue.objects.create(indicator=change.indicator, queued_at=now)
        announce(topic="value", unit_id=None, what={"indicator": change.indicator.code}, now=now)
    return told
