"""The measures of a trajectory one by one: bind one to an indicator, change its parameters, unbind it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from core.clock import clock
from core.imports import ImportReport
from indicators.models import Indicator
from organisation.asking import person_of
from trajectories.calculations.refusals import DefinitionRefused
from trajectories.forms.definition_form import Draft, rows_of
from trajectories.forms.measure_form import fields_of, measures_for, params_from
from trajectories.models import Trajectory
from trajectories.operations.definitions import MayNotDefine, save_trajectory
from trajectories.queries.activities import activities_in_log
from trajectories.queries.definitions import may_define, sheet
from trajectories.queries.measures import rules_of
from trajectories.views.definitions import effect_asked, effect_of, faults_of

#: Activities that a browser is given to look through while a name is typed; those of a longer log are typed whole.
SUGGESTED = 5_000

Sheet = dict[str, Any]


@login_required
@require_GET
def bind(request: HttpRequest, code: str) -> HttpResponse:
    """Choose the indicator that a measure is to feed; then its own page goes on."""
    trajectory = _mine(request, code)
    chosen = request.GET.get("indicator")
    if chosen:
        return redirect("trajectories:measure", code=code, indicator=chosen)
    free = [one for one in Indicator.objects.filter(bound_measure=None).order_by("code") if measures_for(one.kind)]
    return render(request, "trajectories/bind.html", {"trajectory": trajectory, "indicators": free})


@login_required
@require_http_methods(["GET", "POST"])
def measure(request: HttpRequest, code: str, indicator: str) -> HttpResponse:
    """Show what feeds an indicator and which parameters it has; save it as a version of the definition, or unbind it."""
    trajectory = _mine(request, code)
    fed = get_object_or_404(Indicator.objects.select_related("bound_measure"), code=indicator)
    bound = getattr(fed, "bound_measure", None)
    if bound is not None and bound.trajectory_id != trajectory.pk:
        raise Http404
    kept: Sheet = {"measure": bound.measure, "params": bound.params} if bound else {"measure": "", "params": {}}
    if request.method == "GET":
        asked = request.GET.get("measure") or kept["measure"]
        return _page(request, trajectory, fed, kept | {"measure": asked}, is_bound=bound is not None)
    name = request.POST.get("measure", "")
    held = kept["params"] if name == kept["measure"] else {}
    wanted = {"indicator": indicator, "measure": name, "params": params_from(request.POST, name, held)}
    what, _, field = request.POST.get("do", "").partition(":")
    if what == "add":
        return _page(request, trajectory, fed, wanted, is_bound=bound is not None, focus=field)
    try:
        _save(request, trajectory, wanted)
    except (DefinitionRefused, MayNotDefine) as refused:
        faults = faults_of(refused)
        return _page(
            request,
            trajectory,
            fed,
            wanted,
            is_bound=bound is not None,
            faults=faults,
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )
    return redirect("trajectories:definition", code=code)


def _mine(request: HttpRequest, code: str) -> Trajectory:
    """Return a trajectory that the person may define."""
    _now, today = clock()
    trajectory = get_object_or_404(Trajectory, code=code)
    if not may_define(person_of(request), trajectory.steps, on=today):
        raise PermissionDenied
    return trajectory


def _save(request: HttpRequest, trajectory: Trajectory, wanted: Sheet) -> None:
    """Save the definition with this one measure changed, or gone. Raises `DefinitionRefused` and `MayNotDefine`."""
    now, _today = clock()
    whole = sheet(trajectory)
    others = [one for one in whole.get("measures", ()) if one["indicator"] != wanted["indicator"]]
    is_gone = request.POST.get("do") == "unbind"
    seen = request.POST.get("version", "")
    save_trajectory(
        definition=whole | {"measures": [*others, *([] if is_gone else [wanted])]},
        report=ImportReport(),
        now=now,
        by=person_of(request),
        reason=request.POST.get("reason", "").strip()[:500],
        replacing=int(seen) if seen.isascii() and seen.isdigit() else 0,
        takes_effect_on=effect_of(request),
    )


def _page(
    request: HttpRequest,
    trajectory: Trajectory,
    fed: Indicator,
    shown: Sheet,
    *,
    is_bound: bool,
    focus: str = "",
    faults: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    logged = activities_in_log(trajectory)
    first = [row.name for row in rows_of(Draft(sheet(trajectory)), logged)]
    names = list(dict.fromkeys([*first, *(one.name for one in logged)]))
    context = {
        "trajectory": trajectory,
        "indicator": fed,
        "measures": measures_for(fed.kind),
        "measure": shown["measure"],
        "fields": fields_of(shown["measure"], shown["params"], rules_of(trajectory), names),
        "activities": names[:SUGGESTED],
        "focus": focus,
        "is_bound": is_bound,
        "faults": faults or [],
        **effect_asked(request, trajectory),
    }
    return render(request, "trajectories/measure.html", context, status=status)
