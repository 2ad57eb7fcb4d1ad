"""A trajectory's definition in the browser: to read, write, upload and download, and its measures one by one."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core.clock import clock
from core.days import NoDay, read_day
from core.imports import ImportReport
from core.posted import posted_from
from organisation.asking import person_of
from trajectories.calculations.definition.definitions import EFFECT, read_definition
from trajectories.calculations.definition.proposal import propose
from trajectories.calculations.faults import Faulty
from trajectories.calculations.refusals import DefinitionRefused
from trajectories.choices import ALWAYS
from trajectories.forms.definition_files import LONGEST, read_yaml, write_yaml
from trajectories.forms.definition_form import Draft, changed, coded, draft_of
from trajectories.forms.definition_page import page_of
from trajectories.models import Trajectory
from trajectories.operations.definitions import MayNotDefine, is_measured, restate_trajectory, save_trajectory
from trajectories.queries.activities import activities_in_log, log_to_propose_from
from trajectories.queries.definitions import may_define, may_define_any, sheet
from trajectories.sheets import sheet_face
from trajectories.words import fault_text

#: What a definition begins with where nobody has written one yet.
BLANK: dict[str, Any] = {"code": "", "name_en": "", "name_fr": "", "timezone": "", "steps": [], "clock": {}}


@login_required
@require_GET
def definition(request: HttpRequest, code: str) -> HttpResponse:
    """Show a definition. It is no figure: whoever is signed in may read it."""
    return _sheet(request, get_object_or_404(Trajectory, code=code))


def _sheet(
    request: HttpRequest, shown: Trajectory, *, faults: list[str] | None = None, status: int = 200
) -> HttpResponse:
    _now, today = clock()
    can_define = may_define(person_of(request), shown.steps, on=today)
    face = sheet_face(shown, today=today)
    first = face.versions[0].takes_effect_on
    context = {
        "sheet": face,
        "can_define": can_define,
        "can_restate": can_define and first is not None and first <= today,
        "faults": faults or [],
        "asked": {name: request.POST.get(name, "") for name in ("since", "reason")},
    }
    return render(request, "trajectories/definition.html", context, status=status)


@login_required
@posted_from("trajectories:definition", "code")
def restate(request: HttpRequest, code: str) -> HttpResponse:
    """Have old periods measured by the newest version, and say who asked and why."""
    now, _today = clock()
    trajectory = get_object_or_404(Trajectory, code=code)
    try:
        restate_trajectory(
            trajectory=trajectory,
            since=day_of(request.POST.get("since", "")) or ALWAYS,
            by=person_of(request),
            reason=request.POST.get("reason", "")[:500],
            now=now,
        )
    except MayNotDefine:
        raise PermissionDenied from None
    except DefinitionRefused as refused:
        return _sheet(request, trajectory, faults=faults_of(refused), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect("trajectories:definition", code=code)


def day_of(text: str) -> dt.date | None:
    """Read a day as the browser sends it; nothing: none. Raises `DefinitionRefused`."""
    try:
        return read_day(text)
    except NoDay as error:
        raise DefinitionRefused(str(error)) from error


def effect_of(request: HttpRequest) -> dt.date | None:
    """Return from which day on a change is asked to hold: the one written, or the beginning. Raises `DefinitionRefused`."""
    return ALWAYS if request.POST.get("restates") else day_of(request.POST.get("takes_effect_on", "").strip())


@login_required
@require_GET
def definition_yaml(_request: HttpRequest, code: str) -> HttpResponse:
    """Hand the definition over as a file that `import_trajectory` reads."""
    text = write_yaml(sheet(get_object_or_404(Trajectory, code=code)))
    named = {"Content-Disposition": f'attachment; filename="{code}.yaml"'}
    return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers=named)


@login_required
@require_http_methods(["GET", "POST"])
def define(request: HttpRequest, code: str = "") -> HttpResponse:
    """Write a definition, a new one if no trajectory is named. Nothing is kept until it is saved."""
    _now, today = clock()
    trajectory = get_object_or_404(Trajectory, code=code) if code else None
    person = person_of(request)
    is_allowed = may_define(person, trajectory.steps, on=today) if trajectory else may_define_any(person, on=today)
    if not is_allowed:
        raise PermissionDenied
    kept = sheet(trajectory) if trajectory else BLANK | {"timezone": settings.TIME_ZONE}
    if request.method == "GET":
        return _form(request, trajectory, Draft(kept))
    asked = request.POST.get("do", "")
    if asked in {"upload", "propose"}:
        return _filled(request, trajectory, kept, asked)
    draft = draft_of(request.POST, kept)
    if trajectory is not None:
        draft.sheet["code"] = trajectory.code
    if asked != "save":
        return _form(request, trajectory, changed(draft, asked, request.POST.get("add-activity", "").strip()))
    return _saved(request, trajectory, draft)


def _filled(request: HttpRequest, trajectory: Trajectory | None, kept: dict[str, Any], asked: str) -> HttpResponse:
    """Fill the form from a file or from the log; the measures are those of the file, else those that are bound."""
    try:
        found = _uploaded(request) if asked == "upload" else _proposed(trajectory)
    except DefinitionRefused as refused:
        return _form(
            request, trajectory, Draft(kept), faults=faults_of(refused), status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    fixed = {"code": trajectory.code} if trajectory else {}
    held = {name: kept[name] for name in ("name_fr", "measures") if kept.get(name)} if asked == "propose" else {}
    told = _("Filled from the file.") if asked == "upload" else _("Proposed from the log: read it before you save it.")
    return _form(request, trajectory, Draft({**BLANK, **found, **held, **fixed}), told=told)


def _uploaded(request: HttpRequest) -> dict[str, Any]:
    file = request.FILES.get("file")
    if file is None:
        raise DefinitionRefused(_("Choose a file first."))
    read = read_yaml(file.read(LONGEST + 1))
    wanted = read_definition(read[0] if isinstance(read, list) and len(read) == 1 else read)
    first_day = {EFFECT: wanted.takes_effect_on.isoformat()} if wanted.takes_effect_on else {}
    return {"code": wanted.code, **wanted.fields, "measures": wanted.measures, **first_day}


def _proposed(trajectory: Trajectory | None) -> dict[str, Any]:
    if trajectory is None:
        raise DefinitionRefused(_("There is no log yet to propose from."))
    log = log_to_propose_from(trajectory)
    if not log.height:
        raise DefinitionRefused(_("There is no log yet to propose from."))
    return propose(log, code=trajectory.code, name=trajectory.name_en, zone=trajectory.timezone)


def _saved(request: HttpRequest, trajectory: Trajectory | None, draft: Draft) -> HttpResponse:
    now, _today = clock()
    draft.sheet = coded(draft.sheet)
    seen = request.POST.get("version", "")
    try:
        made = save_trajectory(
            definition=draft.sheet,
            report=ImportReport(),
            now=now,
            by=person_of(request),
            reason=request.POST.get("reason", "").strip()[:500],
            replacing=int(seen) if seen.isascii() and seen.isdigit() else 0,
            takes_effect_on=effect_of(request),
        )
    except (DefinitionRefused, MayNotDefine) as refused:
        return _form(request, trajectory, draft, faults=faults_of(refused), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect("trajectories:definition", code=made.code)


def faults_of(refused: Exception) -> list[str]:
    """Say what is wrong in the reader's language."""
    if isinstance(refused, Faulty):
        return [fault_text(fault) for fault in refused.faults]
    return [_(str(refused))]


def _form(
    request: HttpRequest,
    trajectory: Trajectory | None,
    draft: Draft,
    *,
    faults: list[str] | None = None,
    told: str = "",
    status: int = 200,
) -> HttpResponse:
    logged = activities_in_log(trajectory) if trajectory else []
    context = {
        "trajectory": trajectory,
        "page": page_of(draft, logged),
        "faults": faults or [],
        "told": told,
        "version": request.POST.get("version") or (trajectory.version if trajectory else 0),
        **effect_asked(request, trajectory),
        "takes_effect_on": request.POST.get("takes_effect_on") or draft.sheet.get(EFFECT, ""),
    }
    return render(request, "trajectories/define.html", context, status=status)


def effect_asked(request: HttpRequest, trajectory: Trajectory | None) -> dict[str, Any]:
    """Return what the foot of a form draws again: from when on, and why. While nothing is measured there is no choice."""
    return {
        "is_measured": trajectory is not None and is_measured(trajectory),
        "takes_effect_on": request.POST.get("takes_effect_on", ""),
        "restates": bool(request.POST.get("restates")),
        "reason": request.POST.get("reason", ""),
    }
