"""A trajectory's definition as a program writes it: the file that `import_trajectory` reads, as JSON or YAML."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from api import etags, parameters
from api.parsers import JSONParser
from api.people import asking
from api.problems import FieldError, Problem, bad_parameter
from core.imports import ImportReport
from trajectories.calculations.faults import Faulty
from trajectories.choices import ALWAYS
from trajectories.forms.definition_files import LONGEST, read_yaml, write_yaml
from trajectories.models import Trajectory
from trajectories.operations.definitions import ChangedMeanwhile, MayNotDefine, save_trajectory
from trajectories.queries.definitions import sheet
from trajectories.words import fault_sentence

NAMES = ("reason", "effective")
#: What `?format=` may be: the sheet with its versions, or the file.
FORMATS = ("json", "yaml")
LONGEST_REASON = 500
#: Stands for the day from which on all periods are measured anew.
BEGINNING = "beginning"
FORMAT = OpenApiParameter("format", str, enum=FORMATS, description="`yaml`: the definition alone, as PUT takes it.")
PARAMETERS = [
    OpenApiParameter("reason", str, description="Why; kept with the version. A restatement wants one."),
    OpenApiParameter(
        "effective",
        str,
        description="Periods that end on this day or later are measured by it; `beginning`: all of them. Absent: the"
        " definition’s `takes_effect_on`, else today.",
    ),
    OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The `ETag` of the version to replace."),
    OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="`*`: only make a new trajectory."),
]


class StepGiven(TypedDict):
    """A step: `units` are those responsible (none: whoever acts), `limits` the days until it by priority."""

    code: str
    name_en: NotRequired[str]
    name_fr: NotRequired[str]
    activities: NotRequired[list[str]]
    units: NotRequired[list[str]]
    limits: NotRequired[dict[str, float]]


class MeasureGiven(TypedDict):
    """A measure that is to feed an indicator."""

    indicator: str
    measure: str
    params: NotRequired[dict[str, Any]]


class DefinitionGiven(TypedDict):
    """A definition as `import_trajectory` reads it. What it does not say is as usual; measures not named are unbound."""

    code: NotRequired[str]
    name_en: NotRequired[str]
    name_fr: NotRequired[str]
    timezone: NotRequired[str]
    steps: NotRequired[list[StepGiven]]
    clock: NotRequired[dict[str, list[str]]]
    priorities: NotRequired[dict[str, Any]]
    attribution: NotRequired[dict[str, str]]
    calendar: NotRequired[dict[str, Any]]
    expected: NotRequired[list[Any]]
    measures: NotRequired[list[MeasureGiven]]
    takes_effect_on: NotRequired[dt.date]


class YamlParser(BaseParser):
    """The same as YAML, in which nothing may refer to anything else."""

    media_type = "application/yaml"

    def parse(
        self, stream: Any, _media_type: str | None = None, _parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return what the body holds. Raises `DefinitionRefused` with the line."""
        return read_yaml(stream.read(LONGEST + 1))


PARSERS = [JSONParser, YamlParser]


@dataclass(frozen=True)
class Written:
    """What became of a definition that was sent."""

    trajectory: Trajectory
    is_new: bool


def define(request: Request, code: str) -> Written:
    """Create or change a trajectory, as a whole or not at all; the same definition again changes nothing."""
    parameters.only(request, *NAMES)
    is_new = not Trajectory.objects.filter(code=code).exists()
    try:
        trajectory = save_trajectory(
            definition=_sent(request, code),
            report=ImportReport(),
            now=timezone.now(),
            by=asking(request),
            reason=(parameters.text(request, "reason") or "")[:LONGEST_REASON],
            replacing=_seen(request),
            takes_effect_on=_first_day(request),
        )
    except MayNotDefine as refused:
        raise Problem(403, "may_not_define", _(str(refused))) from refused
    except ChangedMeanwhile as faulty:
        raise Problem(412, "changed_meanwhile", fault_sentence(faulty.faults[0])) from faulty
    except Faulty as faulty:
        errors: list[FieldError] = [{"field": one.place, "reason": fault_sentence(one)} for one in faulty.faults]
        raise Problem(422, "definition_refused", _("The definition has faults."), errors) from faulty
    trajectory.refresh_from_db()
    return Written(trajectory, is_new)


def file_of(request: Request, trajectory: Trajectory) -> HttpResponseBase:
    """Hand the definition over as `define` takes it; 304 to whoever has it already."""
    text = write_yaml(sheet(trajectory))
    tag = etag_of(trajectory, text.encode())
    file = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    return etags.not_modified(request, tag) or etags.tagged(file, tag)


def etag_of(trajectory: Trajectory, shown: bytes | None = None) -> str:
    """Return what `If-Match` takes: the version of the definition, and with it a digest of what is shown, if anything.

    A sheet tells of the last refresh too, which makes no version: it has to differ for `If-None-Match`, and `If-Match`
    reads the version alone.
    """
    digest = f"-{hashlib.sha256(shown).hexdigest()[:16]}" if shown is not None else ""
    return f'"{trajectory.version}{digest}"'


def _sent(request: Request, code: str) -> object:
    """Return the definition that came; its code is that of the address, whether it says so or not."""
    if int(request.headers.get("Content-Length") or 0) > LONGEST:
        raise Problem(413, "too_large", _("Send at most %(most)d bytes at a time.") % {"most": LONGEST})
    body = request.data
    if not isinstance(body, Mapping):
        return body
    if str(body.get("code", code)) != code:
        words = _("The definition has another code than the address.")
        raise Problem(422, "definition_refused", words, [{"field": "code", "reason": words}])
    return {"code": code, **body}


def _seen(request: Request) -> int | None:
    """Return the version that may be replaced, 0 for none; None: whichever there is."""
    if request.headers.get("If-None-Match") == "*":
        return 0
    text = request.headers.get("If-Match", "*").strip()
    if text == "*":
        return None
    number = text.removeprefix("W/").strip('"').partition("-")[0]
    if not (number.isascii() and number.isdigit()):
        raise bad_parameter("If-Match", _("must be the ETag of a definition"))
    return int(number)


def _first_day(request: Request) -> dt.date | None:
    return ALWAYS if request.query_params.get("effective") == BEGINNING else parameters.day(request, "effective")
