"""What is said of a step, in the drawing and in the list alike: a figure, and a few facts under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from boards.maps import words
from trajectories.calculations.maps.pictures import Picture

#: The step that holds at least this share of all who wait is where the trajectory is blocked; fewer are no queue.
BLOCKED, QUEUE = 0.5, 5


@dataclass(frozen=True)
class Told:
    """What is said of a step; `css` says whether it is blocked, the end, or empty, `dropped` stands last in `facts`."""

    figure: str
    facts: tuple[str, ...]
    css: str = ""


def told_of(picture: Picture) -> tuple[Told, ...]:
    """Return what is said of each step."""
    blocked = blocked_step(picture)
    return tuple(_told(picture, place, is_blocked=place == blocked) for place in range(len(picture.steps)))


def blocked_step(picture: Picture) -> int | None:
    """Return the step where most of those who wait stand, if there is one and they are a queue."""
    waiting = [step.waiting or 0 for step in picture.steps]
    most = max(waiting, default=0)
    return waiting.index(most) if most >= QUEUE and most >= BLOCKED * sum(waiting) else None


def total(counts: Sequence[int | None]) -> int | None:
    """Return a sum; of something that may not be read, none that it could be worked out from."""
    return None if None in counts else sum(one or 0 for one in counts)


def arrivals(picture: Picture, place: int) -> int | None:
    """Return how many entered the last step lately, where nobody can stand: they have left by then."""
    if place != len(picture.steps) - 1 or picture.steps[place].people != 0:
        return 0
    return total([link.delay.n for link in picture.links if link.target == place])


def _told(picture: Picture, place: int, *, is_blocked: bool) -> Told:
    step, ended = picture.steps[place], arrivals(picture, place)
    dropped = words.dropped_text(step.dropped)
    if ended != 0:
        return Told(words.sum_text(ended), tuple(filter(None, (gettext("in 90 days"), dropped))), "is-end")
    standing = " · ".join(
        filter(None, (words.waiting_text(step.waiting, step.people), words.longest_text(step.longest)))
    )
    css = "is-blocked" if is_blocked else "is-nobody" if step.people == 0 else ""
    return Told(words.count_text(step.people), tuple(filter(None, (standing, dropped))), css)
