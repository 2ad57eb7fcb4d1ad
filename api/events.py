"""Events of a trajectory that a program sends, as a list or as a stream of lines."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from api import ndjson, parameters
from api.people import asking, is_root
from api.problems import Problem
from api.shapes import shape
from boards.choices import Level
from organisation.choices import Do
from organisation.models import Unit
from organisation.queries import units_where
from trajectories.calculations.rows.listed_rows import NotTaken, event_of
from trajectories.models import Trajectory
from trajectories.operations import add_events

#: Bytes of a list; a stream has no limit.
LONGEST_LIST = 20_000_000
#: Refusals told one by one; the count tells the rest.
MOST_REFUSALS = 1_000


class EventRow(TypedDict):
    """An event. `case`, `person` and `worker` become pseudonyms before anything is kept; `unit` is a unit's code.

    `at` is ISO 8601; without an offset it stands on the trajectory's wall clock. Further fields are kept as text.
    `event` is the source's own id of the event: sent again with other content it is corrected, and with `withdrawn` it is
    taken back (`unit` must be told then too); `recorded`, when the source recorded that, decides which version is later.
    """

    case: str
    activity: str
    at: str
    unit: NotRequired[str]
    worker: NotRequired[str]
    person: NotRequired[str]
    priority: NotRequired[str]
    lifecycle: NotRequired[str]
    order: NotRequired[int]
    event: NotRequired[str]
    withdrawn: NotRequired[bool]
    recorded: NotRequired[str]
    attributes: NotRequired[dict[str, Any]]


class EventRefusal(TypedDict):
    """Why an event was not taken; `row` counts from 0. What stood there is not repeated: it may name someone."""

    row: int
    field: str
    reason: str


class EventsAnswer(TypedDict):
    """What became of all events; at most a thousand refusals are told one by one."""

    read: int
    new: int
    changed: int
    unchanged: int
    refused: int
    refusals: list[EventRefusal]
    notes: list[str]


@extend_schema(
    operation_id="trajectory_events",
    summary="Send events",
    request={
        "application/json": {"type": "array", "items": shape(EventRow)},
        "application/x-ndjson": shape(EventRow),
    },
    responses={200: shape(EventsAnswer), 207: shape(EventsAnswer)},
)
@api_view(["POST"])
def events(request: Request, code: str) -> Response:
    """Keep events that are not kept yet; sent again, they change nothing. 207 where some were refused.

    An event of a unit is sent by whoever may enter its figures. One without a unit, or of a team that is no unit, by
    whoever may do so at a root, or at a unit that has a strategic or tactical board of the trajectory.
    """
    parameters.only(request)
    trajectory, now = get_object_or_404(Trajectory, code=code), timezone.now()
    door = door_of(request, trajectory, timezone.localdate(now))
    rows = ndjson.values(request) if ndjson.is_ndjson(request) else listed(request)
    report = add_events(
        trajectory=trajectory, rows=door.let_in(rows), by=asking(request), now=now, may_touch=door.lets_through
    )
    answer: EventsAnswer = {
        "read": report.read,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "refused": report.refused,
        "refusals": [
            {"row": refusal.line - 1, "field": refusal.field, "reason": refusal.reason}
            for refusal in report.refusals[:MOST_REFUSALS]
        ],
        "notes": report.notes,
    }
    return Response(answer, status=207 if report.refused else 200)


def listed(request: Request) -> list[object]:
    """Return the rows of a JSON list, or the one object."""
    if int(request.headers.get("Content-Length") or 0) > LONGEST_LIST:
        words = _("Send more than %(most)d bytes as lines of JSON (application/x-ndjson).")
        raise Problem(413, "too_large", words % {"most": LONGEST_LIST})
    body = request.data
    return body if isinstance(body, list) else [body]


@dataclass(frozen=True)
class Door:
    """Which events whoever sends them may send: of these units, and of nobody known."""

    units: frozenset[str]
    other_units: frozenset[str]
    may_send_any: bool

    def let_in(self, rows: Iterable[object]) -> Iterator[object]:
        """Yield rows as events with all their fields; those that may not be sent are `NotTaken`."""
        for row in rows:
            event = event_of(row) if isinstance(row, Mapping) else row
            yield self._checked(event) if isinstance(event, dict) else event

    def lets_through(self, unit: str) -> bool:
        """Answer whether events of a unit, or of a team that is none, may be sent."""
        return unit in self.units or (self.may_send_any and unit not in self.other_units)

    def _checked(self, event: dict[str, Any]) -> object:
        if self.lets_through(str(event["unit"])):
            return event
        return NotTaken("unit", _("You may not send events of this unit."))


def door_of(request: Request, trajectory: Trajectory, today: dt.date) -> Door:
    """Return what whoever asks may send; refuse those who may send nothing."""
    own = units_where(asking(request), Do.ENTER_FIGURES, on=today)
    units = frozenset(own.values_list("code", flat=True))
    if not units and not asking(request).is_superuser:
        raise Problem(403, "may_not_enter", _("You may not enter figures for any unit."))
    walls = own.filter(boards__trajectory=trajectory, boards__level__in=(Level.STRATEGIC, Level.TACTICAL))
    may_send_any = asking(request).is_superuser or walls.exists() or own.filter(is_root(today)).exists()
    others = frozenset(Unit.objects.exclude(code__in=units).values_list("code", flat=True))
    return Door(units, others, may_send_any)
