"""Let the figures of a measure that fails turn late, with the reason, and those of one that works again not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from core.sentences import kept
from indicators.models import Indicator
from live.operations import Announcement, announce_many
from trajectories.models import Trajectory

#: Characters of a reason that are kept with the indicator; the refresh keeps all of it.
LONGEST = 300


@transaction.atomic
def tell_faults(trajectory: Trajectory, faults: Mapping[int, str], *, now: dt.datetime) -> None:
    """Keep with each indicator of a trajectory (by id) why it could not be measured; without a reason, it was."""
    changed = []
    for indicator in Indicator.objects.filter(bound_measure__trajectory=trajectory):
        words = faults.get(indicator.pk, "")
        fault, why = words[:LONGEST], kept(words) if words else None
        if (indicator.fault, indicator.fault_why) != (fault, why):
            indicator.fault, indicator.fault_why = fault, why
            changed.append(indicator)
    Indicator.objects.bulk_update(changed, ["fault", "fault_why"])
    announce_many((Announcement("value", None, {"indicator": one.code}) for one in changed), now=now)
