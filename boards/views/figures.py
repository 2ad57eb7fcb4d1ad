"""A figure on its own: why it is what it is, and its sheet with chart, table and definition."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from boards.pages.explaining import explained, may_confirm
from boards.pages.sheets import sheet_face
from boards.queries import figure_series, figure_why, wanted_of
from boards.views.asking import board_or_404, tile_or_404
from core.clock import clock
from indicators.models import Indicator
from organisation.choices import Do
from organisation.models import Period, Unit
from organisation.queries import may


@login_required
@require_GET
def tile_why(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Open the figure of a tile: its parts, its children, who has not reported, its target, who entered it."""
    _, today = clock()
    board = board_or_404(slug, request.user, today)
    hung = tile_or_404(board, number, request.user, today)
    wanted = wanted_of(hung)
    series = figure_series(wanted, request.user, today=today)
    point = series.due or (series.points[-1] if series.points else None)
    if point is None:
        raise Http404
    answer = figure_why(wanted, point.period, request.user, today=today)
    template = "boards/why.html" if request.headers.get("HX-Request") else "boards/why_page.html"
    face = explained(answer, today=today, may_confirm=may_confirm(answer, request.user, today))
    return render(request, template, {"why": face, "board": board})


@login_required
@require_GET
def sheet(request: HttpRequest, indicator: str, unit: str) -> HttpResponse:
    """Show an indicator at a unit: a large chart, its numbers in a table, the definition, and why.

    `?period=` explains that period, and draws those of its frequency.
    """
    _, today = clock()
    defined = get_object_or_404(Indicator.objects.select_related("area", "owner"), code=indicator)
    place = get_object_or_404(Unit, code=unit)
    if not may(request.user, Do.SEE, place, on=today):
        raise Http404
    asked = Period.objects.filter(
        code=request.GET.get("period", ""), frequency__in=[defined.frequency, *defined.also_at]
    )
    face = sheet_face(defined, place, request.user, today=today, period=asked.first())
    return render(request, "boards/sheet.html", {"sheet": face})
