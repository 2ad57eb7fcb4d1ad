"""The map of a trajectory: people in each step, the ways between steps, the gap between units, and paths."""

import datetime as dt
from collections.abc import Sequence
from typing import TypedDict

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from api import parameters
from api.people import is_root, readable_units, small_number_ids
from api.problems import Problem
from api.shapes import shape
from boards.maps.words import unplaced_text
from organisation.models import Unit
from trajectories.calculations.maps.pictures import Delay, Link, RuleCount, Stand, without_small_numbers
from trajectories.models import Trajectory
from trajectories.operations import Drawing, map_before, map_now
from trajectories.queries import DrawnMap
from trajectories.queries.maps import StepName
from trajectories.queries.measures import read_known_on


class FlowStepRow(TypedDict):
    """A step in the order of the trajectory; waits and delays in days, null where there is nothing to measure.

    `median_delay` runs from the step before, of those who came in the last 90 days; `dropped_out` counts the same days.
    Suppressed (small numbers, without the right to them), figures that rest on too few are null.
    """

    code: str
    name: str
    people: int | None
    waiting: int | None
    longest_wait: int | None
    median_delay: float | None
    dropped_out: int | None
    suppressed: bool


class FlowDelayRow(TypedDict):
    """Days of those who went in the last 90 days, and in the 90 days before; null where nobody did or too few."""

    people: int | None
    median: float | None
    p90: float | None
    people_before: int | None
    median_before: float | None
    p90_before: float | None
    suppressed: bool


class FlowWayRow(FlowDelayRow):
    """The way from a step to the one that came right after it; back where that stands before it in the order."""

    source: str
    target: str
    is_back: bool


class FlowGapRow(FlowDelayRow):
    """The gap where nobody owns a person; `now` and `longest` (days) are of those who are in it."""

    now: int | None
    longest: int | None


class FlowPathRow(TypedDict):
    """A path that at least five people took whose passage ended in the last year."""

    steps: list[str]
    people: int
    share: float


class FlowRuleRow(TypedDict):
    """A rule of the expected pathway: people whom it concerns and who kept it; null where a few could be told apart."""

    rule: str
    first: str
    second: str | None
    applicable: int | None
    kept: int | None


class FlowRow(TypedDict):
    """The whole map, for a unit and all below it, or for everyone; `as_of` null: nothing was measured yet.

    `other_people` took paths that fewer than five took, or that are rarer than those listed. `unplaced` people are in a
    step at teams that are no units, and so on no unit's map (null: some, and how many is not told); it is told for
    everyone, at roots and where nobody is, with `note`: why, and what to do.
    """

    trajectory: str
    unit: str | None
    as_of: dt.datetime | None
    steps: list[FlowStepRow]
    ways: list[FlowWayRow]
    gap: FlowGapRow
    paths: list[FlowPathRow]
    other_people: int
    rules: list[FlowRuleRow]
    unplaced: int | None
    note: str


class FlowDrawing(TypedDict):
    """A map that the worker is at: of how many events, and how long that is likely to take (null: nobody knows)."""

    trajectory: str
    unit: str | None
    day: dt.date
    events: int
    seconds: float | None
    #: Whether no map is drawn just now: pseudonyms are being brought under a further key.
    waits: bool


#: Seconds after which to ask again for a map that is being drawn: at least, and at most.
SOONEST_S, LATEST_S = 5, 60


@extend_schema(
    operation_id="trajectory_flow",
    summary="Where people stand, and the ways between steps",
    parameters=[
        OpenApiParameter("unit", str, description="Code of a unit: those with it and all below it; absent: everyone."),
        OpenApiParameter("as_of", dt.datetime, description="As it stood then; absent: at the last refresh."),
        OpenApiParameter(
            "known_on", str, description="A day or a time: from what had arrived by then, as it was then."
        ),
    ],
    responses={200: shape(FlowRow), 202: shape(FlowDrawing)},
)
@api_view(["GET"])
def flow_of(request: Request, code: str) -> Response:
    """Show the map of a trajectory; everyone's is for whoever may read a root.

    Without `as_of`, it is the map that was kept after the last refresh; a past one is drawn from the events of that time,
    which takes some seconds a million events the first time. Of more than 300,000 events the worker draws it meanwhile:
    the answer is 202, with `Retry-After`.
    """
    parameters.only(request, "unit", "as_of", "known_on")
    trajectory, today = get_object_or_404(Trajectory, code=code), timezone.localdate()
    unit = unit_of(request, today)
    known = parameters.text(request, "known_on")
    known_on = read_known_on(known.replace(" ", "+") if "T" in known else known, trajectory.timezone) if known else None
    as_of = parameters.instant(request, "as_of") or known_on
    now = timezone.now()
    drawn = map_before(trajectory, unit, as_of, known_on, now=now) if as_of else map_now(trajectory, unit, now=now)
    if isinstance(drawn, Drawing):
        return being_drawn(drawn, trajectory, unit)
    may_see = small_number_ids(request, on=today)
    hides = may_see is not None and (unit.pk not in may_see if unit else not may_see)
    return Response(flow_row(drawn, hides=hides))


def being_drawn(drawing: Drawing, trajectory: Trajectory, unit: Unit | None) -> Response:
    """Answer that a map is being drawn, and when to ask again."""
    seconds = drawing.seconds if drawing.seconds is not None else SOONEST_S
    row: FlowDrawing = {
        "trajectory": trajectory.code,
        "unit": unit.code if unit else None,
        "day": drawing.day,
        "events": drawing.events,
        "seconds": drawing.seconds,
        "waits": drawing.waits,
    }
    return Response(row, status=202, headers={"Retry-After": f"{min(LATEST_S, max(SOONEST_S, seconds)):.0f}"})


def unit_of(request: Request, today: dt.date) -> Unit | None:
    """Return the unit that is asked about, None for everyone; refuse both to whoever may not read them."""
    seen, code = readable_units(request, on=today), parameters.text(request, "unit")
    if code:
        return get_object_or_404(seen, code=code)
    if not seen.filter(is_root(today)).exists() and not request.user.is_superuser:
        raise Problem(403, "needs_unit", _("Name a unit that you may see: ?unit=…"))
    return None


def flow_row(drawn: DrawnMap, *, hides: bool) -> FlowRow:
    """Write a map down, without what rests on few people where whoever asks may not see that."""
    picture = without_small_numbers(drawn.picture) if hides else drawn.picture
    codes = [step.code for step in drawn.steps]
    paths = picture.paths
    return {
        "trajectory": drawn.trajectory,
        "unit": drawn.unit,
        "as_of": drawn.as_of,
        "steps": [
            step_row(name, step, is_suppressed=step != whole)
            for name, step, whole in zip(drawn.steps, picture.steps, drawn.picture.steps, strict=True)
        ],
        "ways": [
            way_row(link, codes, is_suppressed=link.delay != whole.delay)
            for link, whole in zip(picture.links, drawn.picture.links, strict=True)
        ],
        "gap": {
            "now": picture.gap.now,
            "longest": picture.gap.longest,
            **delay_row(picture.gap.delay, is_suppressed=picture.gap != drawn.picture.gap),
        },
        "paths": [
            {"steps": [codes[place] for place in path.steps], "people": path.n, "share": path.n / paths.cases}
            for path in paths.shown
        ],
        "other_people": paths.others,
        "rules": [rule_row(rule) for rule in picture.rules],
        "unplaced": picture.unplaced,
        "note": unplaced_text(picture.unplaced),
    }


def step_row(name: StepName, step: Stand, *, is_suppressed: bool) -> FlowStepRow:
    """Write a step down."""
    return {
        "code": name.code,
        "name": name.name,
        "people": step.people,
        "waiting": step.waiting,
        "longest_wait": step.longest,
        "median_delay": step.median_delay,
        "dropped_out": step.dropped,
        "suppressed": is_suppressed,
    }


def way_row(link: Link, codes: Sequence[str], *, is_suppressed: bool) -> FlowWayRow:
    """Write a way down, from and to steps by their codes."""
    return {
        "source": codes[link.source],
        "target": codes[link.target],
        "is_back": link.is_back,
        **delay_row(link.delay, is_suppressed=is_suppressed),
    }


def rule_row(rule: RuleCount) -> FlowRuleRow:
    """Write a rule down with how many kept it."""
    return {
        "rule": rule.word,
        "first": rule.first,
        "second": rule.second,
        "applicable": rule.applicable,
        "kept": rule.kept,
    }


def delay_row(delay: Delay, *, is_suppressed: bool) -> FlowDelayRow:
    """Write the delay of a way down."""
    return {
        "people": delay.n,
        "median": delay.median,
        "p90": delay.p90,
        "people_before": delay.n_before,
        "median_before": delay.median_before,
        "p90_before": delay.p90_before,
        "suppressed": is_suppressed,
    }
