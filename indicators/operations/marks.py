"""Mark a chart: begin new limits, leave a point out, note what happened. People do, with a reason; jobs never."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from core.refusals import Refused
from indicators.choices import MarkKind
from indicators.models import ChartMark, Indicator
from indicators.operations.rollup.announcing import announce_values
from organisation.choices import Do
from organisation.models import Period, Person, Unit
from organisation.queries import may


class MarkRefused(Refused):
    """A mark that cannot be made or taken back."""

    code = "mark_refused"
    sentence = _("This cannot be marked.")


class MayNotMark(MarkRefused):
    """The person does not lead the unit."""

    code = "may_not_mark"
    sentence = _("You may not mark the charts of this unit.")


class ReasonMissing(MarkRefused):
    """Nobody would know later why."""

    code = "reason_missing"
    sentence = _("Say why in a few words: those who see the chart later will ask.")


class NotYet(MarkRefused):
    """The period has not ended, so it is on no chart."""

    code = "period_still_open"
    sentence = _("This period has not ended yet.")


class MarkedAlready(MarkRefused):
    """The same mark stands there."""

    code = "marked_already"
    sentence = _("This period is marked so already.")


@transaction.atomic
def mark_chart(
    *,
    indicator: Indicator,
    unit: Unit,
    period: Period,
    kind: MarkKind,
    reason: str,
    by: Person,
    now: dt.datetime,
    today: dt.date,
) -> ChartMark:
    """Mark a period on the chart of an indicator at a unit. Raises `MarkRefused`."""
    if not may(by, Do.SET_TARGET, unit, on=today):
        raise MayNotMark
    if not reason.strip():
        raise ReasonMissing
    if period.ends_on >= today:
        raise NotYet
    try:
        with transaction.atomic():
            made = ChartMark.objects.create(
                indicator=indicator, unit=unit, period=period, kind=kind, reason=reason.strip(), made_by=by, made_at=now
            )
    except IntegrityError:
        raise MarkedAlready from None
    announce_values(indicator.code, [(unit.pk, unit.code, period.code)], now=now)
    return made


@transaction.atomic
def undo_mark(*, mark: ChartMark, by: Person, now: dt.datetime, today: dt.date) -> None:
    """Take a mark back; who made it and who took it back is kept. Raises `MayNotMark`."""
    if not may(by, Do.SET_TARGET, mark.unit, on=today):
        raise MayNotMark
    ChartMark.objects.in_force().filter(pk=mark.pk).update(undone_by=by, undone_at=now)
    announce_values(mark.indicator.code, [(mark.unit_id, mark.unit.code, mark.period.code)], now=now)
