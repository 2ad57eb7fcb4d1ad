"""What changed on a wall since the last huddle: better, worse, late, in words."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from boards.drawing.tiles import place_of_due
from indicators.choices import Direction, Status
from indicators.queries import Series


@dataclass(frozen=True)
class News:
    """Since when, and what."""

    title: str
    text: str


def since_huddle(drawn: Sequence[Series], huddle_at: dt.time | None, now: dt.datetime) -> News:
    """Count the due figures that are new since the last huddle; without one, since yesterday."""
    title = gettext("Since the last huddle") if huddle_at else gettext("Since yesterday")
    since = last_huddle(huddle_at, now)
    changes = [change_of(one) for one in drawn if one.due and one.due.computed_at and one.due.computed_at > since]
    late = sum(Status(one.status) is Status.LATE for one in drawn)
    told = [
        ngettext("%(count)s better", "%(count)s better", changes.count(1)) % {"count": changes.count(1)},
        ngettext("%(count)s worse", "%(count)s worse", changes.count(-1)) % {"count": changes.count(-1)},
        ngettext("%(count)s late", "%(count)s late", late) % {"count": late},
    ]
    counted = [text for text, count in zip(told, (changes.count(1), changes.count(-1), late), strict=True) if count]
    return News(title, " · ".join(counted) or gettext("no change"))


def last_huddle(huddle_at: dt.time | None, now: dt.datetime) -> dt.datetime:
    """Return the huddle before `now`, which is local; without huddles, the same time yesterday."""
    if huddle_at is None:
        return now - dt.timedelta(days=1)
    today = now.replace(hour=huddle_at.hour, minute=huddle_at.minute, second=0, microsecond=0)
    return today if today <= now else today - dt.timedelta(days=1)


def change_of(one: Series) -> int:
    """Tell whether the due figure is better (1) or worse (-1) than the one before; 0 without a way that is better."""
    if one.due is None or one.due.figure is None or one.indicator.direction not in {Direction.UP, Direction.DOWN}:
        return 0
    place = place_of_due(one)
    before = one.points[place - 1].figure if place > 0 else None
    if before is None or before == one.due.figure:
        return 0
    sign = 1 if one.due.figure > before else -1
    return sign * (1 if one.indicator.direction == Direction.UP else -1)
