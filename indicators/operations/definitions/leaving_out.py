"""Leave a unit out of an indicator's roll-up from a day to a day, and take it in again."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.refusals import Refused
from indicators.models import Indicator, LeftOut
from indicators.operations.refusals import MayNotEnter
from indicators.operations.rollup.values import queue_all
from live.operations import announce
from organisation.choices import Do
from organisation.models import Person, Unit
from organisation.queries import may


class LeavingOutRefused(Refused):
    """A unit that cannot be left out."""

    code = "leaving_out_refused"
    sentence = _("This unit cannot be left out.")


class NoReason(LeavingOutRefused):
    """Whoever reads the figure above must be told."""

    sentence = _("Say why the unit is left out.")


class EndsBeforeItBegins(LeavingOutRefused):
    """The last day lies before the first."""

    sentence = _("The last day comes after the first.")


class LeftOutAlready(LeavingOutRefused):
    """Some of these days are taken."""

    sentence = _("The unit is left out on some of these days already.")


@transaction.atomic
def leave_out(
    *,
    indicator: Indicator,
    unit: Unit,
    valid_from: dt.date,
    valid_to: dt.date | None,
    reason: str,
    now: dt.datetime,
) -> LeftOut:
    """Leave a unit out from a first to a last day, both included; None: until further notice. Values are queued.

    Asks nobody for permission; `leave_out_for` is the people's way. Raises `LeavingOutRefused`.
    """
    if not reason.strip():
        raise NoReason
    if valid_to is not None and valid_to < valid_from:
        raise EndsBeforeItBegins
    # Two at once wait for each other here, and the second sees what the first wrote.
    Indicator.objects.select_for_update().get(pk=indicator.pk)
    others = LeftOut.objects.filter(indicator=indicator, unit=unit).exclude(valid_to__lt=valid_from)
    if (others.filter(valid_from__lte=valid_to) if valid_to else others).exists():
        raise LeftOutAlready
    made = LeftOut.objects.create(
        indicator=indicator, unit=unit, valid_from=valid_from, valid_to=valid_to, reason=reason.strip()
    )
    _follow(indicator, now)
    return made


@transaction.atomic
def take_in_again(*, left_out: LeftOut, on: dt.date, now: dt.datetime) -> None:
    """Count a unit again from a day on; from its first day on, as if it had never been left out. Values are queued."""
    if on <= left_out.valid_from:
        left_out.delete()
    else:
        left_out.valid_to = on - dt.timedelta(days=1)
        left_out.save(update_fields=["valid_to"])
    _follow(left_out.indicator, now)


def leave_out_for(
    *,
    indicator: Indicator,
    unit: Unit,
    valid_from: dt.date,
    valid_to: dt.date | None,
    reason: str,
    by: Person,
    now: dt.datetime,
    today: dt.date,
) -> LeftOut:
    """Leave a unit out for a person who may set targets where the figure is handed up to; raises `MayNotEnter`."""
    _refuse_others(unit, by, today)
    return leave_out(indicator=indicator, unit=unit, valid_from=valid_from, valid_to=valid_to, reason=reason, now=now)


def take_in_again_for(*, left_out: LeftOut, on: dt.date, by: Person, now: dt.datetime, today: dt.date) -> None:
    """Count a unit again for a person who may leave it out; raises `MayNotEnter`."""
    _refuse_others(left_out.unit, by, today)
    take_in_again(left_out=left_out, on=on, now=now)


def _refuse_others(unit: Unit, by: Person, today: dt.date) -> None:
    """Refuse whoever does not lead the parent: it loses the figures, and who wants to be left out does not decide."""
    above = unit.ancestors.valid(today).filter(distance=1).select_related("ancestor").first()
    if not may(by, Do.SET_TARGET, above.ancestor if above else unit, on=today):
        raise MayNotEnter


def _follow(indicator: Indicator, now: dt.datetime) -> None:
    queue_all(indicators=[indicator.pk], now=now)
    announce(topic="value", unit_id=None, what={"indicator": indicator.code}, now=now)
