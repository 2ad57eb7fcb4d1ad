"""The entry grid: all my figures due for a period on one page."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core.clock import clock
from core.periods import UnknownPeriod
from indicators.queries.entering.grid import entry_grid
from indicators.views.asking import enterer_of
from indicators.views.enter_faces import grid_face
from organisation.models import Period
from organisation.queries import period_by_code


@login_required
@require_GET
def enter(request: HttpRequest) -> HttpResponse:
    """Show the figures of the period that waits most, or of `?period=`, at all my units or under `?unit=`.

    All of them, or those of one `?indicator=`.
    """
    _now, today = clock()
    under, only = request.GET.get("unit", ""), request.GET.get("indicator", "")
    grid = entry_grid(enterer_of(request), today=today, period=_chosen(request), under=under, only=only)
    return render(request, "indicators/enter.html", {"grid": grid_face(grid, under=under, today=today)})


def _chosen(request: HttpRequest) -> Period | None:
    code = request.GET.get("period")
    try:
        return period_by_code(code) if code else None
    except UnknownPeriod as error:
        raise Http404 from error
