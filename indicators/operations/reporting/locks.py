"""Lock a period, so that what was reported for it stays as it is, and unlock it. Both leave a trace."""

import datetime as dt

from django.db import transaction

from indicators.models import Indicator, PeriodLock
from indicators.operations import refusals
from organisation.choices import Do
from organisation.models import Period, Person, Unit
from organisation.queries import may


@transaction.atomic
def lock_period(
    *, unit: Unit, period: Period, by: Person, now: dt.datetime, today: dt.date, indicator: Indicator | None = None
) -> PeriodLock:
    """Let no figure of a period change any more at a unit and below, of one indicator or of all; idempotent.

    Whoever changes figures asks for locks first, so a figure under way at this moment counts as written before. A
    period that is still open is not locked by mistake: raises `PeriodStillOpen`; and `MayNotLock`.
    """
    if not may(by, Do.LOCK_PERIODS, unit, on=today):
        raise refusals.MayNotLock
    if period.ends_on >= today:
        raise refusals.PeriodStillOpen
    lock, _is_new = PeriodLock.objects.in_force().get_or_create(
        unit=unit, period=period, indicator=indicator, unlocked_at=None, defaults={"locked_by": by, "locked_at": now}
    )
    return lock


@transaction.atomic
def unlock_period(*, lock: PeriodLock, by: Person, now: dt.datetime, today: dt.date) -> None:
    """Let the figures change again; who lifted the lock and when is kept. Raises `MayNotLock`."""
    if not may(by, Do.LOCK_PERIODS, lock.unit, on=today):
        raise refusals.MayNotLock
    PeriodLock.objects.in_force().filter(pk=lock.pk).update(unlocked_by=by, unlocked_at=now)
