"""How every trajectory is kept up to date: its last refresh, its lag, its imports of events, and "run now"."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.clock import clock
from core.fresh import fresh_or_304
from core.posted import posted_from
from organisation.asking import person_of
from trajectories.calculations.refusals import MayNotRefresh
from trajectories.models import Trajectory
from trajectories.operations import refresh_now
from trajectories.queries.definitions import may_define_any
from trajectories.views.states import may_look, state_faces


@login_required
@require_GET
def refreshes_page(request: HttpRequest) -> HttpResponse:
    """Show all trajectories; the page asks for the list alone when something changed."""
    now, today = clock()
    person = person_of(request)
    if not (may_look(person, today=today) or may_define_any(person, on=today)):
        raise PermissionDenied
    context: dict[str, object] = {"states": state_faces(person, now=now, today=today)}
    if request.headers.get("HX-Request"):
        return fresh_or_304(request, "trajectories/states.html", context)
    return render(request, "trajectories/list.html", context | {"can_define": may_define_any(person, on=today)})


@login_required
@posted_from("trajectories:list")
def refresh(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the worker to measure a trajectory now; the page follows when it is done."""
    _now, today = clock()
    shown = get_object_or_404(Trajectory, code=code)
    try:
        refresh_now(trajectory=shown, by=person_of(request), today=today)
    except MayNotRefresh as refused:
        raise PermissionDenied from refused
    messages.success(request, _("%(name)s is being measured.") % {"name": shown.name}, extra_tags="trajectories")
    return redirect("trajectories:list")
