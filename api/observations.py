"""Observations: figures as units reported them, read and written."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging, parameters
from api.numbers import number
from api.people import asking, readable_ids
from api.periods import span
from api.posting import LONGEST_NOTE, NONE_YET, Status, Writer, Written, bad_note, etag_of, write
from api.problems import FieldError, Problem, bad_parameter
from api.shapes import paged, shape
from api.suspicions import Suspicion, suspicions_of
from indicators.calculations.members import count_of
from indicators.choices import Source
from indicators.models import Observation, ValidationRule
from indicators.operations import withdraw_figure
from indicators.operations.doubts.doubting import confirm_figure
from indicators.operations.refusals import ChangedMeanwhile
from indicators.queries.entering.doubts import named
from organisation.choices import Do
from organisation.models import Ancestor
from organisation.queries import unit_ids_where

#: Rows of one request; more come in several.
MOST_ROWS = 10_000
#: Bytes of one request.
LONGEST_BODY = 20_000_000
FILTERS = ("indicator", "unit", "under", "since", "until", "updated_since", "source")


class ObservationRow(TypedDict):
    """A figure as it was reported. `histogram` is `{"days": cases}`; `etag` is what `If-Match` takes.

    `people` is how many different people were counted; who they are is not kept. Not `applicable`: the unit said that
    there is nothing to report.
    """

    indicator: str
    unit: str
    period: str
    numerator: float | None
    denominator: float | None
    histogram: dict[str, int] | None
    people: int | None
    applicable: bool
    note: str
    source: Source
    entered_by: str | None
    entered_at: dt.datetime
    revision: int
    etag: str
    suspicions: list[Suspicion]


class Figure(TypedDict):
    """A figure to write. `if_match` guards one row of a list.

    A count or a stock gives `value`; a ratio `numerator` and `denominator`; a mean `sum` and `n`; a duration
    `histogram`, as an object or as the text `days:cases;…`; a count of different people `members`, as a list of texts
    or as the text `a;b;c`, of which keyed hashes are kept. The value `n/a` says that there is nothing to report.
    """

    indicator: str
    unit: str
    period: str
    value: NotRequired[float | str]
    numerator: NotRequired[float]
    denominator: NotRequired[float]
    sum: NotRequired[float]
    n: NotRequired[float]
    histogram: NotRequired[dict[str, int] | str]
    members: NotRequired[list[str] | str]
    note: NotRequired[str]
    if_match: NotRequired[str]


class Outcome(TypedDict):
    """What became of a row, which is counted from 0; refused, why and which field.

    `suspicions`: it was taken, and these rules doubt it, until someone confirms it. `note_required`: it lies beyond its
    threshold, and no note says why.
    """

    row: int
    indicator: str | None
    unit: str | None
    period: str | None
    status: Status
    code: str | None
    field: str | None
    reason: str | None
    etag: str | None
    suspicions: list[Suspicion]
    note_required: bool


class Answer(TypedDict):
    """What became of all rows."""

    created: int
    changed: int
    unchanged: int
    refused: int
    results: list[Outcome]


@extend_schema(
    methods=["GET"],
    operation_id="observations_list",
    summary="Observations",
    parameters=[
        OpenApiParameter("indicator", str, description="Codes, cut at commas."),
        OpenApiParameter("unit", str, description="Codes of units, cut at commas."),
        OpenApiParameter("under", str, description="Code of a unit: it and all that stand below it today."),
        OpenApiParameter("since", str, description="A day or a period: of periods that begin no earlier."),
        OpenApiParameter("until", str, description="A day or a period: of periods that end no later."),
        OpenApiParameter("updated_since", dt.datetime, description="Written at this instant or later."),
        OpenApiParameter("source", str, enum=Source.values),
        *paging.PARAMETERS,
    ],
    responses={200: paged(ObservationRow)},
)
@extend_schema(
    methods=["POST"],
    operation_id="observations_write",
    summary="Write observations",
    parameters=[
        OpenApiParameter("atomic", str, enum=["0", "1"], description="1: all rows or none."),
        OpenApiParameter(
            "If-Match", str, OpenApiParameter.HEADER, description="For one row: write over this ETag alone."
        ),
        OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="`*`: only if there is none yet."),
    ],
    request={"application/json": {"oneOf": [shape(Figure), {"type": "array", "items": shape(Figure)}]}},
    responses={200: shape(Answer), 201: shape(Answer), 207: shape(Answer)},
)
@api_view(["GET", "POST"])
def observations(request: Request) -> Response:
    """List observations, or write one or a list of them by indicator, unit and period.

    Raw figures are for whoever enters them, or may see small numbers; others read `values/`. Written: 201 where all
    rows are new, 200 where none was refused, 207 where some were; one row alone, or all with `atomic=1`: the refusal.
    """
    return listed(request) if request.method == "GET" else posted(request)


def listed(request: Request) -> Response:
    """Answer one page of observations, in the order in which they were first written."""
    parameters.only(request, *FILTERS, *paging.NAMES)
    size = parameters.number(request, "page_size", default=paging.DEFAULT_SIZE, at_most=paging.LARGEST_SIZE)
    after = paging.cursor(request, (int,))
    rows = narrowed(request, readable(request))
    if after:
        rows = rows.filter(pk__gt=after[0])
    found = list(rows.order_by("pk")[: size + 1])
    following = paging.next_address(request, [found[size - 1].pk]) if len(found) > size else None
    rules = named(code for one in found[:size] for code in one.suspicions)
    return Response({"results": [row(one, rules) for one in found[:size]], "next": following})


def readable(request: Request) -> QuerySet[Observation]:
    """Return the observations that whoever asks may read as they were entered."""
    today, rows = timezone.localdate(), Observation.objects.select_related("indicator", "unit", "period", "entered_by")
    sights = [unit_ids_where(asking(request), do, on=today) for do in (Do.ENTER_FIGURES, Do.SEE_SMALL_NUMBERS)]
    if None in sights:
        return rows
    return rows.filter(unit__in=frozenset().union(*(sight for sight in sights if sight)))


def narrowed(request: Request, rows: QuerySet[Observation]) -> QuerySet[Observation]:
    """Keep those that the parameters ask for."""
    since, until = span(request, "since"), span(request, "until")
    under = parameters.unit_codes(request, "under")
    below = Ancestor.objects.valid(timezone.localdate()).filter(ancestor__code__in=under).values("unit")
    wanted = {
        "indicator__code__in": parameters.codes(request, "indicator"),
        "unit__code__in": parameters.unit_codes(request, "unit"),
        "unit__in": below if under else None,
        "period__starts_on__gte": since and since.first,
        "period__ends_on__lte": until and until.last,
        "entered_at__gte": parameters.instant(request, "updated_since"),
        "source": parameters.choice(request, "source", Source.values),
    }
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def posted(request: Request) -> Response:
    """Write what came, and answer for each row."""
    parameters.only(request, "atomic")
    is_atomic = parameters.choice(request, "atomic", ("0", "1")) == "1"
    rows, is_alone = body_of(request)
    writer = writer_of(request)
    outcomes = write(rows, writer, is_atomic=is_atomic)
    rules = named(code for outcome in outcomes for code in outcome.suspicions)
    answer: Answer = {
        "created": sum(outcome.status == "created" for outcome in outcomes),
        "changed": sum(outcome.status == "changed" for outcome in outcomes),
        "unchanged": sum(outcome.status == "unchanged" for outcome in outcomes),
        "refused": sum(outcome.status == "refused" for outcome in outcomes),
        "results": [
            outcome_row(number, row, outcome, rules)
            for number, (row, outcome) in enumerate(zip(rows, outcomes, strict=True))
        ],
    }
    if answer["refused"] and (is_alone or is_atomic):
        raise refusal_of(outcomes, is_alone=is_alone)
    headers = {"ETag": outcomes[0].etag or ""} if is_alone else {}
    return Response(answer, status=status_of(answer), headers=headers)


def status_of(answer: Answer) -> int:
    """Return 207 where some rows were refused, 201 where all are new, else 200."""
    if answer["refused"]:
        return 207
    return 201 if answer["created"] and answer["created"] == len(answer["results"]) else 200


def body_of(request: Request) -> tuple[list[Any], bool]:
    """Return the rows that came, and whether it was one alone, which the headers may guard."""
    if int(request.headers.get("Content-Length") or 0) > LONGEST_BODY:
        raise Problem(413, "too_large", _("Send at most %(most)d bytes at a time.") % {"most": LONGEST_BODY})
    body = request.data
    etag, none_match = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if isinstance(body, dict):
        guard = etag or (NONE_YET if none_match == "*" else None)
        return [{**body, "if_match": guard} if guard else body], True
    if not isinstance(body, list):
        raise Problem(400, "invalid", _("Send an object, or a list of objects."))
    if etag or none_match:
        raise bad_parameter("If-Match", _("guards one row alone; in a list each row has its own if_match"))
    if len(body) > MOST_ROWS:
        raise Problem(413, "too_many_rows", _("Send at most %(most)d rows at a time.") % {"most": MOST_ROWS})
    return body, False


def writer_of(request: Request) -> Writer:
    """Return who writes, at this moment."""
    now = timezone.now()
    today = timezone.localdate(now)
    return Writer(asking(request), now, today, readable_ids(request, on=today))


def refusal_of(outcomes: Sequence[Written], *, is_alone: bool) -> Problem:
    """Return why nothing was written: the one row's own problem, or that of all rows by number."""
    problems = [(number, outcome.problem) for number, outcome in enumerate(outcomes) if outcome.problem]
    if is_alone:
        return problems[0][1]
    errors: list[FieldError] = [
        {"reason": problem.detail, **(problem.errors[0] if problem.errors else {}), "row": number}
        for number, problem in problems
    ]
    return Problem(422, "rows_refused", _("Nothing was written: some rows were refused."), errors)


def outcome_row(number: int, row: Any, outcome: Written, rules: Mapping[str, ValidationRule]) -> Outcome:
    """Draw what became of a row."""
    codes = row if isinstance(row, dict) else {}
    problem = outcome.problem
    return {
        "row": number,
        "indicator": codes.get("indicator"),
        "unit": codes.get("unit"),
        "period": codes.get("period"),
        "status": outcome.status,
        "code": problem.code if problem else None,
        "field": problem.errors[0].get("field") if problem and problem.errors else None,
        "reason": problem.detail if problem else None,
        "etag": outcome.etag,
        "suspicions": suspicions_of(outcome.suspicions, rules),
        "note_required": outcome.is_note_required,
    }


@extend_schema(
    methods=["GET"], operation_id="observation", summary="One observation", responses={200: shape(ObservationRow)}
)
@extend_schema(
    methods=["DELETE"], operation_id="observation_withdraw", summary="Take a figure back", responses={204: None}
)
@api_view(["GET", "DELETE"])
def observation(request: Request, indicator: str, unit: str, period: str) -> Response:
    """Show one observation with its ETag, or take it back; what it said stays in the history of the figure."""
    parameters.only(request)
    found = readable(request).filter(indicator__code=indicator, unit__code=unit, period__code=period).first()
    if found is None:
        raise Http404
    if request.method == "DELETE":
        withdraw(request, found)
        return Response(status=204)
    return Response(row(found, named(found.suspicions)), headers={"ETag": etag_of(found)})


class Check(TypedDict):
    """What was checked of a doubted figure."""

    note: str


@extend_schema(
    operation_id="observation_confirm",
    summary="Say that a doubted figure is right",
    request={"application/json": shape(Check)},
    responses={200: shape(ObservationRow)},
)
@api_view(["POST"])
def confirmation(request: Request, indicator: str, unit: str, period: str) -> Response:
    """Confirm a figure that validation rules doubt, with a note of what was checked.

    Who, when and why are kept; a later correction is looked at anew. `If-Match` guards what was seen.
    """
    parameters.only(request)
    found = readable(request).filter(indicator__code=indicator, unit__code=unit, period__code=period).first()
    if found is None:
        raise Http404
    if request.headers.get("If-Match", etag_of(found)) not in {etag_of(found), "*"}:
        raise ChangedMeanwhile
    note = request.data.get("note") if isinstance(request.data, dict) else None
    if not isinstance(note, str) or "\0" in note or len(note) > LONGEST_NOTE:
        raise bad_note()
    now = timezone.now()
    confirm_figure(
        indicator=found.indicator,
        unit=found.unit,
        period=found.period,
        note=note,
        by=asking(request),
        now=now,
        today=timezone.localdate(now),
        expected_revision=found.revision,
    )
    found.refresh_from_db(fields=["suspicions"])
    return Response(row(found, named(found.suspicions)), headers={"ETag": etag_of(found)})


def withdraw(request: Request, found: Observation) -> None:
    """Take a figure back, unless `If-Match` says that it was another."""
    if request.headers.get("If-Match", etag_of(found)) not in {etag_of(found), "*"}:
        raise ChangedMeanwhile
    now = timezone.now()
    withdraw_figure(
        indicator=found.indicator,
        unit=found.unit,
        period=found.period,
        by=asking(request),
        now=now,
        today=timezone.localdate(now),
    )


def row(found: Observation, rules: Mapping[str, ValidationRule]) -> ObservationRow:
    """Draw an observation."""
    histogram = dict(zip(map(str, found.days or ()), found.cases or (), strict=True))
    return {
        "indicator": found.indicator.code,
        "unit": found.unit.code,
        "period": found.period.code,
        "numerator": number(found.numerator),
        "denominator": number(found.denominator),
        "histogram": histogram if found.days is not None else None,
        "people": None if found.members is None else int(count_of(tuple(found.members))),
        "applicable": found.is_applicable,
        "note": found.note,
        "source": Source(found.source),
        "entered_by": str(found.entered_by) if found.entered_by else None,
        "entered_at": found.entered_at,
        "revision": found.revision,
        "etag": etag_of(found),
        "suspicions": suspicions_of(found.suspicions, rules),
    }
