"""Counts, days and changes on a map, in the reader's language. None stands for what may not be read."""

from __future__ import annotations

import textwrap
from decimal import Decimal

from django.utils.translation import gettext, ngettext, pgettext

from boards.drawing.words import figure_text, small_text, with_unit
from indicators.choices import Kind

#: Days below which a change of a median is none worth a word.
SAME = 1.0
#: Days below which a tenth of a day is told.
FINE = 10


def count_text(count: int | None) -> str:
    """Write how many: "1532", "10,532", or "< 5" for few whom one may not count."""
    return small_text(Kind.COUNT) if count is None else figure_text(Decimal(count), 0)


def sum_text(total: int | None) -> str:
    """Write a sum; a dash where one of its parts may not be read, since the sum is no small number itself."""
    return "—" if total is None else count_text(total)


def days_text(days: float | None) -> str:
    """Write days with their unit: "1.5 d", "34 d"; a dash for none."""
    if days is None:
        return "—"
    return with_unit(number_text(days), "d")


def number_text(days: float) -> str:
    """Write days without their unit."""
    is_fine = days < FINE and abs(days - round(days)) >= 0.05  # noqa: PLR2004 -- less is rounded away
    return figure_text(Decimal(str(days)), 1 if is_fine else 0)


def trend(change: float | None) -> tuple[str, str]:
    """Return a colour and the words for how a delay changed: longer is worse, nothing to compare says nothing."""
    if change is None:
        return "", ""
    if abs(change) < SAME:
        return "same", pgettext("a delay, compared with before", "as before")
    told = {"days": days_text(abs(change))}
    if change > 0:
        return "worse", pgettext("a delay, compared with before", "%(days)s longer") % told
    return "better", pgettext("a delay, compared with before", "%(days)s shorter") % told


def waiting_text(waiting: int | None, people: int | None) -> str:
    """Say who waits: "all waiting", "14 waiting"; nothing where nobody does or nobody may know."""
    if not waiting:
        return ""
    if waiting == people:
        return pgettext("of the people in a step", "all waiting")
    return gettext("%(count)s waiting") % {"count": count_text(waiting)}


def longest_text(longest: int | None) -> str:
    """Say since when the longest stands there."""
    return "" if longest is None else gettext("longest %(days)s") % {"days": days_text(longest)}


def dropped_text(dropped: int | None) -> str:
    """Say who dropped out in the span of the map."""
    if dropped == 0:
        return ""
    if dropped is None:
        return gettext("< 5 dropped out")
    return ngettext("%(count)s dropped out", "%(count)s dropped out", dropped) % {"count": count_text(dropped)}


def most_wait_text(p90: float | None) -> str:
    """Say the ninth decile in plain words."""
    return "" if p90 is None else gettext("9 in 10 within %(days)s") % {"days": days_text(p90)}


def unplaced_text(people: int | None) -> str:
    """Say that people are at teams that are no units, so that no unit's map has them, and what to do; nothing if none are."""
    if people == 0:
        return ""
    missing = (
        gettext("People of this log are at teams that are no units, and so on no unit’s map.")
        if people is None
        else ngettext(
            "%(count)s person of this log is at a team that is no unit, and so on no unit’s map.",
            "%(count)s people of this log are at teams that are no units, and so on no unit’s map.",
            people,
        )
        % {"count": count_text(people)}
    )
    mend = gettext(
        "Give units the codes by which the log calls its teams, or read the log again with the column that holds codes of "
        "units; the map follows by itself."
    )
    return f"{missing} {mend}"


def share_text(part: int, whole: int) -> str:
    """Write a share in per cent: whole ones, or one decimal under one per cent."""
    share = Decimal(100 * part) / Decimal(whole) if whole else Decimal(0)
    return with_unit(figure_text(share, 0 if share >= 1 or not part else 1), "%")


def lines(name: str, wide: int) -> list[str]:
    """Break a name into two lines at most, of about so many characters."""
    return textwrap.wrap(name, wide, max_lines=2, placeholder="…")
