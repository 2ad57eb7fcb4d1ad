"""Set what an indicator should reach at a unit: look at what would change, save, end."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from boards.pages.targeting import targets_face, what_if_face
from core.clock import clock
from core.posted import posted_from
from indicators.forms.targets import Asked, read_target
from indicators.models import Indicator, Target
from indicators.operations import DefinitionRefused, end_target, set_target
from indicators.queries.targets.history import target_history
from indicators.queries.targets.in_force import after_setting
from indicators.queries.targets.what_if import WhatIf, what_if
from organisation.asking import person_of
from organisation.choices import Do
from organisation.models import Unit
from organisation.queries import may, unit_ids_where


@login_required
@require_http_methods(["GET", "POST"])
def targets(request: HttpRequest, indicator: str, unit: str) -> HttpResponse:
    """Show the targets of a figure; with POST show what a proposed one would change, and save it once that was seen."""
    _now, today = clock()
    defined, place = _figure(request, indicator, unit, today)
    if request.method == "GET":
        return _page(request, defined, place, today=today)
    if not may(request.user, Do.SET_TARGET, place, on=today):
        raise PermissionDenied
    asked = read_target(request.POST.dict(), indicator=defined, unit=place)
    if asked.target is None:
        return _page(request, defined, place, today=today, asked=asked, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    seen = _fingerprint(asked.typed)
    if request.POST.get("seen") == seen:
        return _save(request, defined, place, asked.target, asked)
    sight = unit_ids_where(request.user, Do.SEE, on=today)
    return _page(
        request,
        defined,
        place,
        today=today,
        asked=asked,
        seen=seen,
        found=foreseen(defined, place, asked.target, today=today, visible=sight),
    )


def foreseen(
    indicator: Indicator, unit: Unit, proposed: Target, *, today: dt.date, visible: frozenset[int] | None
) -> WhatIf:
    """Count what setting a target would change."""
    standing = list(Target.objects.standing().filter(indicator=indicator))
    return what_if(
        indicator=indicator,
        unit=unit,
        before=standing,
        after=after_setting(standing, proposed),
        since=proposed.valid_from,
        today=today,
        visible=visible,
    )


@login_required
@posted_from("boards:targets", "indicator", "unit")
def end(request: HttpRequest, indicator: str, unit: str, number: int) -> HttpResponse:
    """Let a target end on a day; from the next on the unit inherits."""
    now, today = clock()
    defined, place = _figure(request, indicator, unit, today)
    target = get_object_or_404(Target.objects.select_related("indicator", "unit"), pk=number, unit=place)
    try:
        end_target(target=target, last_day=_last_day(request), by=person_of(request), today=today, now=now)
    except DefinitionRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("boards:targets", defined.code, place.code)


def _last_day(request: HttpRequest) -> dt.date:
    try:
        day = parse_date(request.POST.get("last_day", ""))
    except ValueError:
        day = None
    if day is None:
        raise DefinitionRefused("valid_to", _("Say on which day it ends."))
    return day


def _save(request: HttpRequest, indicator: Indicator, unit: Unit, made: Target, asked: Asked) -> HttpResponse:
    now, today = clock()
    try:
        set_target(target=made, by=person_of(request), today=today, now=now)
    except DefinitionRefused as refusal:
        refused = Asked(asked.typed, None, str(refusal), refusal.field)
        return _page(request, indicator, unit, today=today, asked=refused, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("The target is set."))
    return redirect("boards:targets", indicator.code, unit.code)


def _figure(request: HttpRequest, indicator: str, unit: str, today: dt.date) -> tuple[Indicator, Unit]:
    defined = get_object_or_404(Indicator, code=indicator)
    place = get_object_or_404(Unit, code=unit)
    if not may(request.user, Do.SEE, place, on=today):
        raise Http404
    return defined, place


def _fingerprint(typed: Mapping[str, str]) -> str:
    """Return what tells whether a proposal is the one of which the consequences were shown."""
    return hashlib.sha256(repr(sorted(typed.items())).encode()).hexdigest()


def _page(
    request: HttpRequest,
    indicator: Indicator,
    unit: Unit,
    *,
    today: dt.date,
    asked: Asked | None = None,
    seen: str = "",
    found: WhatIf | None = None,
    status: int = 200,
) -> HttpResponse:
    sight = unit_ids_where(request.user, Do.SEE, on=today)
    face = targets_face(
        indicator,
        unit,
        target_history(indicator, unit, today=today, visible=sight),
        may_set=may(request.user, Do.SET_TARGET, unit, on=today),
        typed=asked.typed if asked else None,
        today=today,
    )
    context = {
        "targets": face,
        "refused": asked.refused if asked else "",
        "seen": seen,
        "what_if": what_if_face(found) if found else None,
    }
    return render(request, "boards/targets.html", context, status=status)
