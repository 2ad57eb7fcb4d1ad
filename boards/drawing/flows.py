"""The trajectory as a wall draws it: who stands at which step, and how long the longest has waited."""

from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext, pgettext

from boards.choices import FlowSize
from boards.drawing import words
from boards.drawing.faces import FlowFace, StepFace
from boards.maps import MapFace, WallMap, compact_map, map_face
from indicators.calculations.small_numbers import is_small
from indicators.choices import Kind
from organisation.models import Unit
from trajectories.models import Trajectory
from trajectories.queries import FlowStep, flow, kept_map

#: The step that holds at least this share of all who wait is where the trajectory is blocked.
BLOCKED = 0.5
#: Fewer people than this are no queue.
QUEUE = 5


def flow_face(
    trajectory: Trajectory, unit: Unit | None, *, hides_small: bool = False, size: str = FlowSize.STRIP
) -> FlowFace | None:
    """Return the strip for a unit and all below it, as the last refresh found it; None before the first.

    A larger size brings the map, as it was last kept; until there is one, the strip stands in.
    """
    found = flow(trajectory, unit)
    if found.as_of is None or not found.steps:
        return None
    return FlowFace(
        name=found.name,
        address=f"/trajectories/{found.trajectory}/" + (f"?unit={unit.code}" if unit else ""),
        steps=tuple(
            _small_step(step) if hides_small and _is_small(step) else _step(step, found.waiting) for step in found.steps
        ),
        as_of=words.dated(timezone.localtime(found.as_of), pgettext("date format", "j M, H:i")),
        size=size,
        map=None if size == FlowSize.STRIP else _map(trajectory, unit, size, hides_small=hides_small),
    )


def _map(trajectory: Trajectory, unit: Unit | None, size: str, *, hides_small: bool) -> WallMap | MapFace | None:
    drawn = kept_map(trajectory, unit)
    if drawn.as_of is None:
        return None
    draw = map_face if size == FlowSize.LARGE else compact_map
    return draw(drawn, unit=unit.name if unit else "", may_see_small=not hides_small)


def _step(step: FlowStep, waiting: int) -> StepFace:
    return StepFace(
        name=step.name,
        people=words.figure_text(Decimal(step.people), 0),
        waiting=gettext("%(count)s waiting") % {"count": step.waiting} if step.waiting else "",
        longest=_longest(step),
        delay=""
        if step.median_delay is None
        else gettext("%(days)s d to get here") % {"days": round(step.median_delay)},
        mood="act" if step.waiting >= QUEUE and step.waiting >= BLOCKED * waiting else "",
    )


def _is_small(step: FlowStep) -> bool:
    return is_small(step.people) or is_small(step.waiting)


def _small_step(step: FlowStep) -> StepFace:
    """Draw a step of which a number is too small for the reader: all of them go, as by the API."""
    return StepFace(name=step.name, people=words.small_text(Kind.STOCK), longest="")


def _longest(step: FlowStep) -> str:
    if not step.waiting or step.longest_wait is None:
        return ""
    return gettext("longest %(days)s d") % {"days": step.longest_wait}
