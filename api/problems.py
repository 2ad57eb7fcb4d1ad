"""What the API answers when it refuses: problem details (RFC 9457) with a code that never changes.

`{"type", "title", "status", "detail", "code", "errors"}`; `errors` lists {"field", "reason"} and, where several rows
were sent, {"row"} counted from 0. Programs read `code`; people read `detail`.
"""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, TypedDict

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions

from core.periods import UnknownPeriod
from indicators.operations import DefinitionRefused, MayNotEnter, ObservationRefused
from indicators.operations.refusals import ChangedMeanwhile
from trajectories.calculations.refusals import TrajectoryRefused, UnknownTrajectory

CONTENT_TYPE = "application/problem+json"
#: The status of each family; the nearest base class counts. 422: understood, but no such thing can be.
STATUSES: Mapping[type[Exception], int] = {
    MayNotEnter: 403,
    ChangedMeanwhile: 412,
    ObservationRefused: 422,
    DefinitionRefused: 422,
    UnknownPeriod: 422,
    UnknownTrajectory: 404,
    TrajectoryRefused: 422,
}


class FieldError(TypedDict, total=False):
    """What is wrong with one field, of one row where several were sent."""

    row: int
    field: str
    reason: str


class Problem(Exception):
    """A refusal that a view has decided on: its status, its stable code, and what a person would be told."""

    def __init__(self, status: int, code: str, detail: str, errors: list[FieldError] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors or []


def bad_parameter(field: str, reason: str) -> Problem:
    """Return the refusal of one query parameter, naming it."""
    return Problem(
        HTTPStatus.BAD_REQUEST, "bad_parameter", f"{field}: {reason}", [FieldError(field=field, reason=reason)]
    )


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return the problem as `application/problem+json`."""
    body = {
        "type": f"urn:obeya:problem:{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "errors": problem.errors,
    }
    return JsonResponse(body, status=problem.status, content_type=CONTENT_TYPE, headers=headers)


def problem_details(exc: Exception, _context: dict[str, Any]) -> HttpResponse | None:
    """Answer an exception of a view; None lets what is a fault of ours surface as a 500."""
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    if isinstance(exc, exceptions.APIException):
        return respond(_from_framework(exc), _headers(exc))
    problem = exc if isinstance(exc, Problem) else problem_of(exc)
    return respond(problem) if problem else None


def problem_of(refusal: Exception) -> Problem | None:
    """Return a refusal of the product as a problem; None for any other exception."""
    status = next((STATUSES[base] for base in type(refusal).__mro__ if base in STATUSES), None)
    if status is None:
        return None
    field = getattr(refusal, "field", "")
    errors = [FieldError(field=field, reason=str(refusal))] if field else []
    return Problem(status, code_of(refusal), str(refusal), errors)


def code_of(refusal: Exception) -> str:
    """Return the stable code: the refusal's own, else its name: `UnknownMeasure` is `unknown_measure`."""
    own = getattr(refusal, "code", "")
    return own or re.sub(r"(?<!^)(?=[A-Z])", "_", type(refusal).__name__).lower()


def _headers(exc: exceptions.APIException) -> dict[str, str]:
    """Return the headers that a 401 or a 429 owes."""
    wait = getattr(exc, "wait", None)
    headers = {"WWW-Authenticate": getattr(exc, "auth_header", None), "Retry-After": f"{wait:.0f}" if wait else None}
    return {name: value for name, value in headers.items() if value}


def _from_framework(exc: exceptions.APIException) -> Problem:
    """Bring one of the framework's exceptions to a problem."""
    if isinstance(exc, exceptions.ValidationError):
        errors = list(_field_errors(exc.detail))
        return Problem(exc.status_code, "invalid", _("The request is not valid."), errors)
    code = exc.get_codes()
    return Problem(exc.status_code, code if isinstance(code, str) else exc.default_code, str(exc.detail))


def _field_errors(detail: Any, row: int | None = None) -> Iterator[FieldError]:
    """Flatten what serializers say: {field: [reason]} or one such for each row."""
    if isinstance(detail, Mapping):
        for field, reasons in detail.items():
            for reason in reasons if isinstance(reasons, list) else [reasons]:
                error = FieldError(field=str(field), reason=str(reason))
                yield error if row is None else FieldError(row=row, **error)
    elif isinstance(detail, list):
        for number, item in enumerate(detail):
            if isinstance(item, Mapping):
                yield from _field_errors(item, number)
            else:
                yield FieldError(reason=str(item))
