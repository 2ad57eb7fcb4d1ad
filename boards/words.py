"""Figures, periods and deadlines as people say them, in the reader's language. Days in, sentences out."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from organisation.choices import Frequency

#: Units of measure that a screen reader should say in full.
SPOKEN = {
    "d": _("days"),
    "j": _("days"),
    "h": _("hours"),
    "min": _("minutes"),
    "%": _("per cent"),
    "/10": _("out of 10"),
    "/5": _("out of 5"),
    "$": _("dollars"),
}
#: Deadlines nearer than this are named by their weekday.
WEEK = 7
#: Four digits are read at a glance; longer numbers are parted in thousands.
GROUPED_FROM = 10_000
#: Minutes of an hour.
HOUR = 60


def figure_text(figure: Decimal | None, decimals: int) -> str:
    """Write a figure rounded half up, as it was taught at school, with the language's own marks; a dash for none."""
    if figure is None:
        return "—"
    step = Decimal(1).scaleb(-decimals)
    rounded = figure.quantize(step, rounding=ROUND_HALF_UP)
    return number_format(rounded, decimal_pos=decimals, use_l10n=True, force_grouping=abs(rounded) >= GROUPED_FROM)


def with_unit(figure: str, unit: str) -> str:
    """Join a figure and its unit by a space that doesn't break; "/10" stands close."""
    if not unit:
        return figure
    return f"{figure}{unit}" if unit.startswith("/") else f"{figure}\u00a0{unit}"


def spoken(figure: str, unit: str) -> str:
    """Say a figure with its unit in full: "34 days"."""
    return f"{figure} {SPOKEN.get(unit, unit)}".strip()


def day_text(day: dt.date, today: dt.date) -> str:
    """Write "14 Nov", with the year when it is not this one."""
    return date_format(day, "j M" if day.year == today.year else "j M Y")


def period_text(frequency: str, code: str, starts_on: dt.date, ends_on: dt.date, today: dt.date) -> str:
    """Name a period shortly: "October", "week 46", "P8 · to 14 Nov", "yesterday"."""
    if frequency == Frequency.DAY:
        return _day_name(ends_on, today)
    if frequency == Frequency.MONTH:
        return date_format(starts_on, "F" if starts_on.year == today.year else "F Y")
    number = {"number": code[-2:].lstrip("QWP0"), "year": starts_on.year, "day": day_text(ends_on, today)}
    patterns = {
        Frequency.WEEK: gettext("week %(number)s"),
        Frequency.FISCAL_PERIOD: gettext("P%(number)s · to %(day)s"),
        Frequency.QUARTER: gettext("Q%(number)s %(year)s"),
        Frequency.FISCAL_YEAR: f"%(year)s–{ends_on:%y}",
    }
    return patterns.get(Frequency(frequency), "%(year)s") % number


def _day_name(day: dt.date, today: dt.date) -> str:
    if day == today:
        return gettext("today")
    if day == today - dt.timedelta(days=1):
        return gettext("yesterday")
    return date_format(day, "D j M" if day.year == today.year else "D j M Y")


def due_text(due_on: dt.date, today: dt.date) -> str:
    """Say a deadline in words: "due today", "due Fri 27 Nov", "due 17 Nov, 5 days late"."""
    away = (due_on - today).days
    if away < 0:
        late = ngettext("%(count)s day late", "%(count)s days late", -away) % {"count": -away}
        return gettext("due %(day)s, %(late)s") % {"day": day_text(due_on, today), "late": late}
    if away == 0:
        return gettext("due today")
    if away == 1:
        return gettext("due tomorrow")
    shown = date_format(due_on, "D j M") if away < WEEK else day_text(due_on, today)
    return gettext("due %(day)s") % {"day": shown}


def huddle_text(at: dt.time, now: dt.datetime) -> str:
    """Say when the next huddle is: "08:30 · in 12 min", "tomorrow 08:30". `now` is local."""
    clock = f"{at:%H:%M}"
    minutes = (at.hour - now.hour) * 60 + at.minute - now.minute
    if minutes < 0:
        return gettext("tomorrow %(clock)s") % {"clock": clock}
    if minutes == 0:
        return pgettext("huddle", "%(clock)s · now") % {"clock": clock}
    if minutes < HOUR:
        return gettext("%(clock)s · in %(minutes)s min") % {"clock": clock, "minutes": minutes}
    return gettext("today %(clock)s") % {"clock": clock}


def bare(number: Decimal) -> str:
    """Write a number with all the digits it has and no more."""
    places = number.normalize().as_tuple().exponent
    return figure_text(number, max(0, -places) if isinstance(places, int) else 0)
