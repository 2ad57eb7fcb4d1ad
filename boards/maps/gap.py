"""The gap where nobody owns a person, as a measure of its own: its figures, and a line between two units."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from boards.drawing.words import unit_text
from boards.maps import words
from boards.maps.faces import GapFace
from trajectories.calculations.maps.pictures import Gap

#: Length of the line; what stands nearer to each other than this has its words to the left and to the right of it.
LENGTH, NEAR = 515, 125
#: Room after the longest thing on it.
ROOM = 1.08


def gap_face(gap: Gap) -> GapFace:
    """Return the gap. The line runs from 0 to the longest of what stands on it, in days."""
    delay = gap.delay
    marks = [one for one in (delay.median, delay.median_before, delay.p90, gap.longest) if one is not None]
    scale = max(marks, default=0) * ROOM

    def at(days: float | None) -> float | None:
        return None if days is None or not scale else round(LENGTH * days / scale, 1)

    css, told = words.trend(delay.change)
    half, most = at(delay.median), at(delay.p90)
    return GapFace(
        figure="—" if delay.median is None else words.number_text(delay.median),
        unit="" if delay.median is None else unit_text("d"),
        most=words.most_wait_text(delay.p90),
        trend=told,
        trend_css=css,
        now=_now(gap.now),
        hand_overs=_hand_overs(delay.n),
        median_at=half,
        before_at=at(delay.median_before),
        p90_at=most,
        is_near=half is not None and most is not None and most - half < NEAR,
        longest_at=at(gap.longest),
        longest="" if not gap.longest else words.days_text(gap.longest),
    )


def _now(now: int | None) -> str:
    if now == 0:
        return gettext("Nobody is between two units now.")
    count = words.count_text(now)
    return ngettext(
        "%(count)s person is between two units now", "%(count)s people are between two units now", now or 2
    ) % {"count": count}


def _hand_overs(n: int | None) -> str:
    if n == 0:
        return gettext("No hand-over ended in the last 90 days")
    return ngettext("%(count)s hand-over in 90 days", "%(count)s hand-overs in 90 days", n or 2) % {
        "count": words.count_text(n)
    }
