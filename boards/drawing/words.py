"""Figures, periods and deadlines as people say them, in the reader's language. Days in, sentences out."""

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from core.days import dated
from indicators.calculations.small_numbers import LEAST
from indicators.choices import Kind
from indicators.words import day_text, figure_text, period_text, unit_text, weekday_text, with_unit

__all__ = [
    "bare",
    "dated",
    "day_text",
    "due_text",
    "figure_text",
    "huddle_text",
    "period_text",
    "small_text",
    "spoken",
    "unit_text",
    "weekday_text",
    "with_unit",
]

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
#: Minutes of an hour.
HOUR = 60


def spoken(figure: str, unit: str) -> str:
    """Say a figure with its unit in full: "34 days"."""
    return f"{figure} {SPOKEN.get(unit, unit)}".strip()


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
    shown = weekday_text(due_on, today) if away < WEEK else day_text(due_on, today)
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


def small_text(kind: str) -> str:
    """Say that a figure is too small to be shown to the reader, or would give such a one away (design section 3.7)."""
    least = pgettext("too small a number to show", "< %(least)s") % {"least": LEAST}
    few = pgettext("too few people or things to show their rate", "n < %(least)s") % {"least": LEAST}
    return (least if kind in {Kind.COUNT, Kind.STOCK, Kind.DISTINCT} else few).replace(" ", "\u00a0")


def bare(number: Decimal) -> str:
    """Write a number with all the digits it has and no more."""
    places = number.normalize().as_tuple().exponent
    return figure_text(number, max(0, -places) if isinstance(places, int) else 0)
