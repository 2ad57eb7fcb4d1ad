"""Where people stand in a trajectory: how many in each step, how many wait, and how long."""

import datetime as dt
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
from indicators.calculations.small_numbers import is_small
from organisation.models import Unit
from trajectories.models import Trajectory
from trajectories.queries import flow
from trajectories.queries.flows import FlowStep


class FlowStepRow(TypedDict):
    """A step in the order of the trajectory; waits and delays in days, null where there is nothing to measure.

    Suppressed (small numbers, without the right to them), all figures of the step are null.
    """

    code: str
    name: str
    people: int | None
    waiting: int | None
    longest_wait: int | None
    median_delay: float | None
    suppressed: bool


class FlowRow(TypedDict):
    """The whole way, for a unit and all below it, or for everyone; `as_of` null: nothing was measured yet."""

    trajectory: str
    unit: str | None
    as_of: dt.datetime | None
    steps: list[FlowStepRow]


@extend_schema(
    operation_id="trajectory_flow",
    summary="Where people stand",
    parameters=[
        OpenApiParameter("unit", str, description="Code of a unit: those with it and all below it; absent: everyone."),
        OpenApiParameter("as_of", dt.datetime, description="As it stood then; absent: at the last refresh."),
    ],
    responses={200: shape(FlowRow)},
)
@api_view(["GET"])
def flow_of(request: Request, code: str) -> Response:
    """Show the steps of a trajectory with the people in them; everyone's is for whoever may read a root."""
    parameters.only(request, "unit", "as_of")
    trajectory, today = get_object_or_404(Trajectory, code=code), timezone.localdate()
    unit = unit_of(request, today)
    found = flow(trajectory, unit, parameters.instant(request, "as_of"))
    may_see = small_number_ids(request, on=today)
    hides = may_see is not None and (unit.pk not in may_see if unit else not may_see)
    answer: FlowRow = {
        "trajectory": found.trajectory,
        "unit": found.unit,
        "as_of": found.as_of,
        "steps": [step_row(step, hides=hides) for step in found.steps],
    }
    return Response(answer)


def unit_of(request: Request, today: dt.date) -> Unit | None:
    """Return the unit that is asked about, None for everyone; refuse both to whoever may not read them."""
    seen, code = readable_units(request, on=today), parameters.text(request, "unit")
    if code:
        return get_object_or_404(seen, code=code)
    if not seen.filter(is_root(today)).exists() and not request.user.is_superuser:
        raise Problem(403, "needs_unit", _("Name a unit that you may see: ?unit=…"))
    return None


def step_row(step: FlowStep, *, hides: bool) -> FlowStepRow:
    """Draw a step, or its name alone where one of its figures is too small for whoever asks."""
    is_hidden = hides and (is_small(step.people) or is_small(step.waiting))
    return {
        "code": step.code,
        "name": step.name,
        "people": None if is_hidden else step.people,
        "waiting": None if is_hidden else step.waiting,
        "longest_wait": None if is_hidden else step.longest_wait,
        "median_delay": None if is_hidden else step.median_delay,
        "suppressed": is_hidden,
    }
