"""Figures and periods as people say them, in the reader's language."""

import datetime as dt
from decimal import ROUND_HALF_UP, Context, Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, pgettext

from core.days import dated
from core.language import said_once
from organisation.choices import Frequency

#: Four digits are read at a glance; longer numbers are parted in thousands.
GROUPED_FROM = 10_000
NO_FIGURE = "—"
#: Room for every digit that a figure can have.
WIDE = Context(prec=40)


@said_once
def figure_text(figure: Decimal | None, decimals: int) -> str:
    """Write a figure rounded half up, as it was taught at school, with the language's own marks; a dash for none."""
    if figure is None:
        return NO_FIGURE
    step = Decimal(1).scaleb(-decimals)
    rounded = figure.quantize(step, rounding=ROUND_HALF_UP, context=WIDE) or Decimal(0).quantize(step)  # never "-0"
    return number_format(rounded, decimal_pos=decimals, use_l10n=True, force_grouping=abs(rounded) >= GROUPED_FROM)


@said_once
def unit_text(unit: str) -> str:
    """Write a unit of measure in the reader's language: days are "d" in English and "j" in French."""
    return pgettext("days, shortly", "d") if unit == "d" else unit


def with_unit(figure: str, unit: str) -> str:
    """Join a figure and its unit by a space that doesn't break; "/10" stands close, and no figure has none."""
    if not unit or figure == NO_FIGURE:
        return figure
    return f"{figure}{unit}" if unit.startswith("/") else f"{figure}\u00a0{unit_text(unit)}"


@said_once
def day_text(day: dt.date, today: dt.date) -> str:
    """Write "14 Nov", with the year when it is not this one."""
    return dated(day, pgettext("date format", "j M") if day.year == today.year else pgettext("date format", "j M Y"))


@said_once
def weekday_text(day: dt.date, today: dt.date) -> str:
    """Write "Fri 27 Nov", with the year when it is not this one."""
    if day.year == today.year:
        return dated(day, pgettext("date format", "D j M"))
    return dated(day, pgettext("date format", "D j M Y"))


@said_once
def period_text(frequency: str, code: str, starts_on: dt.date, ends_on: dt.date, today: dt.date) -> str:
    """Name a period shortly: "October", "week 46", "P8 · to 14 Nov", "yesterday"."""
    if frequency == Frequency.DAY:
        return _day_name(ends_on, today)
    if frequency == Frequency.MONTH:
        return date_format(starts_on, "F" if starts_on.year == today.year else "F Y")
    number = code[-2:].lstrip("QWP0")
    if frequency == Frequency.WEEK:
        return gettext("week %(number)s") % {"number": number}
    if frequency == Frequency.FISCAL_PERIOD:
        return gettext("P%(number)s · to %(day)s") % {"number": number, "day": day_text(ends_on, today)}
    if frequency == Frequency.QUARTER:
        return gettext("Q%(number)s %(year)s") % {"number": number, "year": starts_on.year}
    return f"{starts_on.year}–{ends_on:%y}" if frequency == Frequency.FISCAL_YEAR else str(starts_on.year)


def _day_name(day: dt.date, today: dt.date) -> str:
    if day == today:
        return gettext("today")
    if day == today - dt.timedelta(days=1):
        return gettext("yesterday")
    return weekday_text(day, today)
