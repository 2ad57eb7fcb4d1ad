"""Read one figure as a person may see it: its series, and why it is what it is."""

import datetime as dt
from collections.abc import Mapping

from django.contrib.auth.models import AnonymousUser

from indicators.models import Indicator
from indicators.queries import Series, Wanted, Why, series, why
from indicators.queries.charts.series import PERIODS
from indicators.queries.charts.small_numbers import hide_in_answer, hide_in_series
from organisation.choices import SHOWN_SMALL_NUMBERS, Do
from organisation.models import Period, Person, Unit
from organisation.queries import rights_at, unit_ids_where

#: Whoever asks: a person, or nobody in particular.
Reader = Person | AnonymousUser


def figure_series(wanted: Wanted, person: Reader, *, today: dt.date, periods: int = PERIODS) -> Series:
    """Return the series of one figure, without the small numbers that a person may not see."""
    rights = rights_at(person, {wanted.unit_id}, on=today)
    return hide_in_series(series([wanted], today=today, periods=periods), restricted(rights))[0]


def figure_why(wanted: Wanted, period: Period, person: Reader, *, today: dt.date) -> Why:
    """Explain one figure to a person, without what he may not see."""
    indicator, unit = Indicator.objects.get(pk=wanted.indicator_id), Unit.objects.get(pk=wanted.unit_id)
    sight = unit_ids_where(person, Do.SEE, on=today)
    answer = why(indicator=indicator, unit=unit, period=period, today=today, visible=sight)
    rights = rights_at(person, {unit.pk, *(child.unit.pk for child in answer.children)}, on=today)
    return hide_in_answer(answer, restricted(rights))


def restricted(rights: Mapping[int, frozenset[Do]]) -> set[int]:
    """Return the units whose small numbers are not for the reader."""
    return {unit for unit, allowed in rights.items() if not allowed & SHOWN_SMALL_NUMBERS}
