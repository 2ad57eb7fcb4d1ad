"""Which units below are not counted in a figure, as the figure's page draws it."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext

from boards.drawing import words
from boards.queries import Reader
from indicators.choices import DERIVED
from indicators.models import Indicator, LeftOut
from indicators.queries.explaining.why import children_of
from organisation.choices import Do
from organisation.models import Unit
from organisation.queries import may


@dataclass(frozen=True)
class LeftOutFace:
    """A unit that is not counted, on which days, and why."""

    number: int
    name: str
    days: str
    reason: str


@dataclass(frozen=True)
class LeavingOut:
    """Units that are not counted above, and for those who may decide it those that could be (code, name)."""

    rows: tuple[LeftOutFace, ...]
    choices: tuple[tuple[str, str], ...]
    today: str


def leaving_out(indicator: Indicator, unit: Unit, person: Reader, *, today: dt.date) -> LeavingOut:
    """Read which of the units right below are left out, now or to come, with at most three queries."""
    children = children_of(unit, today)
    found = LeftOut.objects.filter(indicator=indicator, unit__in=children).exclude(valid_to__lt=today)
    rows = tuple(
        LeftOutFace(one.pk, one.unit.name, _days(one, today), one.reason) for one in found.select_related("unit")
    )
    may_decide = indicator.kind not in DERIVED and may(person, Do.SET_TARGET, unit, on=today)
    choices = tuple((child.code, child.name) for child in children) if may_decide else ()
    return LeavingOut(rows, choices, today.isoformat())


def _days(one: LeftOut, today: dt.date) -> str:
    since = words.day_text(one.valid_from, today)
    if one.valid_to is None:
        return gettext("since %(day)s") % {"day": since}
    return gettext("%(first)s to %(last)s") % {"first": since, "last": words.day_text(one.valid_to, today)}
