"""Service trajectories: their definition, and one measure tried over their events."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal, TypedDict

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api import defining, etags, paging, parameters
from api.authentication import TokenMayUseApi
from api.bodies import Body
from api.people import asking, is_root
from api.problems import Problem
from api.shapes import paged, shape
from organisation.choices import Do
from organisation.queries import units_where
from trajectories.calculations.definition.attribution import PLACES
from trajectories.calculations.definition.calendars import USUAL
from trajectories.calculations.definition.differences import differences
from trajectories.calculations.definition.limits import QUEBEC
from trajectories.models import Refresh, Trajectory
from trajectories.queries import measure
from trajectories.queries.definitions import KeptVersion, versions_of
from trajectories.queries.measures import read_as_of, read_known_on


class TrajectoryRow(TypedDict):
    """A trajectory in short. `stale_since`: when events came that no refresh has measured yet."""

    code: str
    name_en: str
    name_fr: str
    timezone: str
    version: int
    stale_since: dt.datetime | None


class BoundMeasureRow(TypedDict):
    """A measure that feeds an indicator, with its parameters."""

    indicator: str
    measure: str
    params: dict[str, Any]


class RefreshRow(TypedDict):
    """The last computation of a trajectory's measures; `error` says why it failed, in the language of the request."""

    started_at: dt.datetime
    finished_at: dt.datetime | None
    events: int
    observations_changed: int
    error: str


class StepRow(TypedDict, total=False):
    """A step: `units` are those responsible (none: whoever acts), `limits` the days until it by priority (none: all cases')."""

    code: str
    name_en: str
    name_fr: str
    activities: list[str]
    units: list[str]
    limits: dict[str, float]


class PrioritiesRow(TypedDict):
    """Where a case's priority stands, which of several counts, and how many days each may wait."""

    column: str
    activities: list[str]
    which: Literal["first", "last"]
    limits: dict[str, float]


class AttributionRow(TypedDict):
    """At whose team each counts."""

    delay: Literal["stop", "start", "first", "last", "responsible"]
    wait: Literal["start", "first", "last", "responsible"]
    hand_off: Literal["receiving", "giving"]
    caseload: Literal["last", "first", "responsible"]


class CalendarRow(TypedDict):
    """The days that count as working days: weekdays, less the holidays of a region and `closed` days, and `open` ones."""

    holidays: str
    weekdays: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]
    closed: list[dt.date]
    open: list[dt.date]


class ChangeRow(TypedDict):
    """A line of the definition that a version changed; null where it was not there."""

    path: list[str]
    before: Any
    after: Any


class VersionRow(TypedDict):
    """A version of the definition, newest first; `changed_at` is null for one from before versions were kept.

    It holds for periods that end on the day on which it takes effect or later (null: from the beginning), until a newer
    one does. A restatement was asked for: it reached into periods that had ended.
    """

    number: int
    takes_effect_on: dt.date | None
    is_restatement: bool
    changed_at: dt.datetime | None
    changed_by: str
    reason: str
    changes: list[ChangeRow]


class TrajectorySheet(TrajectoryRow):
    """The definition of a trajectory: steps in order, the clock's activities, the measures bound to indicators.

    `expected` are rules `[precedence|response, activity, other]` and `[absence, activity, null]`.
    """

    steps: list[StepRow]
    clock: dict[str, list[str]]
    priorities: PrioritiesRow
    attribution: AttributionRow
    calendar: CalendarRow
    expected: list[list[str | None]]
    measures: list[BoundMeasureRow]
    versions: list[VersionRow]
    last_refresh: RefreshRow | None


class MeasureOrder(Body):
    """Which measure to compute, with which parameters; only events before `as_of` are known.

    `known_on`, a day or a time: only what had arrived by then counts, as it was believed then.
    """

    measure = serializers.CharField()
    params = serializers.DictField(default=dict)
    as_of = serializers.CharField(allow_null=True, default=None)
    known_on = serializers.CharField(allow_null=True, default=None)


@extend_schema(
    operation_id="trajectories_list",
    summary="Trajectories",
    parameters=paging.PARAMETERS,
    responses={200: paged(TrajectoryRow)},
)
@api_view(["GET"])
def trajectories(request: Request) -> Response:
    """List the trajectories, by code. A definition is no figure: whoever is signed in may read it."""
    parameters.only(request, *paging.NAMES)
    return paging.page(request, Trajectory.objects.all(), key="code", draw=rows)


@extend_schema(
    methods=["GET"],
    operation_id="trajectory",
    summary="One trajectory",
    parameters=[defining.FORMAT],
    responses={
        (200, "application/json"): shape(TrajectorySheet),
        (200, "application/yaml"): {"type": "string"},
        304: OpenApiResponse(description="Nothing changed since the answer whose ETag came in `If-None-Match`."),
    },
)
@extend_schema(
    methods=["PUT"],
    operation_id="define_trajectory",
    summary="Define a trajectory",
    parameters=defining.PARAMETERS,
    request=dict.fromkeys(("application/json", "application/yaml"), shape(defining.DefinitionGiven)),
    responses={200: shape(TrajectorySheet), 201: shape(TrajectorySheet)},
)
@api_view(["GET", "PUT"])
@parser_classes(defining.PARSERS)
def trajectory(request: Request, code: str) -> HttpResponseBase:
    """Show the definition of a trajectory, its measures and its last refresh; PUT: make it what the body says.

    It is taken whole or not at all, and every change is a version. For leads and administrators of every unit that is
    responsible for a step, before and after; of the whole organisation where none is named.
    """
    if request.method == "PUT":
        written = defining.define(request, code)
        tag = defining.etag_of(written.trajectory)
        return Response(sheet(written.trajectory), status=201 if written.is_new else 200, headers={"ETag": tag})
    parameters.only(request, "format")
    shown = get_object_or_404(Trajectory, code=code)
    is_file = parameters.choice(request, "format", defining.FORMATS) == "yaml"
    return defining.file_of(request, shown) if is_file else _told(request, shown)


def _told(request: Request, shown: Trajectory) -> HttpResponseBase:
    told = sheet(shown)
    tag = defining.etag_of(shown, JSONRenderer().render(told))
    return etags.not_modified(request, tag) or etags.tagged(Response(told), tag)


@extend_schema(
    operation_id="trajectory_measure",
    summary="Try a measure",
    request=MeasureOrder,
    responses={200: {"type": "object", "description": "The keys of the measure’s definition."}},
)
@api_view(["POST"])
@permission_classes([IsAuthenticated, TokenMayUseApi])
def measured(request: Request, code: str) -> Response:
    """Compute one measure over the stored events, as the `measure` command does; nothing is kept.

    It counts people wherever they were seen, few as they may be: for whoever may see small numbers at a root. A token
    for reading will do.
    """
    parameters.only(request)
    found = get_object_or_404(Trajectory, code=code)
    if not may_see_everyone(request):
        raise Problem(403, "needs_small_numbers", _("Measures are tried by whoever sees small numbers everywhere."))
    order = MeasureOrder(data=request.data)
    order.is_valid(raise_exception=True)
    wanted = order.validated_data
    as_of = read_as_of(wanted["as_of"]) if wanted["as_of"] else None
    known_on = read_known_on(wanted["known_on"], found.timezone) if wanted["known_on"] else None
    return Response(measure(found, wanted["measure"], wanted["params"], as_of, known_on))


def may_see_everyone(request: Request) -> bool:
    """Answer whether whoever asks may see small numbers at a root of the organisation, and so everywhere below."""
    person, today = asking(request), timezone.localdate()
    seen = units_where(person, Do.SEE_SMALL_NUMBERS, on=today)
    return person.is_superuser or seen.filter(is_root(today)).exists()


def rows(found: Sequence[Trajectory]) -> list[TrajectoryRow]:
    """Draw trajectories in short."""
    return [row(trajectory) for trajectory in found]


def row(trajectory: Trajectory) -> TrajectoryRow:
    """Draw a trajectory in short."""
    return {
        "code": trajectory.code,
        "name_en": trajectory.name_en,
        "name_fr": trajectory.name_fr,
        "timezone": trajectory.timezone,
        "version": trajectory.version,
        "stale_since": trajectory.stale_since,
    }


def sheet(trajectory: Trajectory) -> TrajectorySheet:
    """Draw the whole definition."""
    bound = trajectory.measures.select_related("indicator").order_by("indicator__code")
    last = trajectory.refreshes.order_by("-started_at").first()
    return {
        **row(trajectory),
        "steps": trajectory.steps,
        "clock": trajectory.clock,
        "priorities": {"column": "priority", "activities": [], "which": "first", "limits": QUEBEC}
        | trajectory.priorities,
        "attribution": {what: places[0] for what, places in PLACES.items()} | trajectory.attribution,
        "calendar": {"holidays": "", "weekdays": list(USUAL), "closed": [], "open": []} | trajectory.calendar,
        "expected": trajectory.expected,
        "measures": [{"indicator": one.indicator.code, "measure": one.measure, "params": one.params} for one in bound],
        "versions": [version_row(one) for one in versions_of(trajectory)],
        "last_refresh": refresh_row(last) if last else None,
    }


def version_row(version: KeptVersion) -> VersionRow:
    """Draw a version and what it changed."""
    changes = differences(version.before, version.sheet) if version.before is not None else []
    return {
        "number": version.number,
        "takes_effect_on": version.takes_effect_on,
        "is_restatement": version.is_restatement,
        "changed_at": version.changed_at,
        "changed_by": version.changed_by,
        "reason": version.reason,
        "changes": [{"path": list(one.path), "before": one.before, "after": one.after} for one in changes],
    }


def refresh_row(refresh: Refresh) -> RefreshRow:
    """Draw a refresh."""
    return {
        "started_at": refresh.started_at,
        "finished_at": refresh.finished_at,
        "events": refresh.events,
        "observations_changed": refresh.observations_changed,
        "error": refresh.fault,
    }
