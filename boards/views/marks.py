"""Mark a figure's chart, take a mark back, and download the chart."""

import csv

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from boards.charts.picture import png
from boards.pages.sheets import download_rows, drawing_face
from boards.queries import figure_series
from core.cells import plain
from core.clock import clock
from core.posted import posted_from
from indicators.choices import MarkKind
from indicators.models import ChartMark, Indicator
from indicators.operations.marks import MarkRefused, mark_chart, undo_mark
from indicators.queries import Series, Wanted
from organisation.asking import person_of
from organisation.choices import Do
from organisation.models import Period, Unit
from organisation.queries import may


@login_required
@posted_from("boards:sheet", "indicator", "unit")
def mark(request: HttpRequest, indicator: str, unit: str) -> HttpResponse:
    """Begin new limits, leave a point out, or note what happened."""
    now, today = clock()
    period = get_object_or_404(Period, code=request.POST.get("period", ""))
    kind = request.POST.get("kind", "")
    if kind not in MarkKind.values:
        raise Http404
    defined, place = _figure(request, indicator, unit)
    try:
        mark_chart(
            indicator=defined,
            unit=place,
            period=period,
            kind=MarkKind(kind),
            reason=request.POST.get("reason", "")[:300],
            by=person_of(request),
            now=now,
            today=today,
        )
    except MarkRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("boards:sheet", indicator, unit)


@login_required
@posted_from("boards:sheet", "indicator", "unit")
def unmark(request: HttpRequest, indicator: str, unit: str, number: int) -> HttpResponse:
    """Take a mark back."""
    now, today = clock()
    defined, place = _figure(request, indicator, unit)
    rows = ChartMark.objects.select_related("indicator", "unit", "period")
    taken = get_object_or_404(rows, pk=number, indicator=defined, unit=place)
    try:
        undo_mark(mark=taken, by=person_of(request), now=now, today=today)
    except MarkRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("boards:sheet", indicator, unit)


@login_required
@require_GET
def chart_svg(request: HttpRequest, indicator: str, unit: str) -> HttpResponse:
    """Download the chart as a drawing that stands alone."""
    response = HttpResponse(_drawing(request, indicator, unit), content_type="image/svg+xml")
    return _named(response, f"{indicator}-{unit}.svg")


@login_required
@require_GET
def chart_png(request: HttpRequest, indicator: str, unit: str) -> HttpResponse:
    """Download the same drawing as a picture."""
    response = HttpResponse(png(_drawing(request, indicator, unit)), content_type="image/png")
    return _named(response, f"{indicator}-{unit}.png")


def _drawing(request: HttpRequest, indicator: str, unit: str) -> str:
    _, today = clock()
    drawn = {"sheet": drawing_face(_series(request, indicator, unit), today=today)}
    return render_to_string("boards/chart.svg", drawn, request)


@login_required
@require_GET
def chart_csv(request: HttpRequest, indicator: str, unit: str) -> HttpResponse:
    """Download the chart's numbers: period, figure, target, mean, limits, rules, notes."""
    series = _series(request, indicator, unit)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    csv.writer(response).writerows(
        [plain(cell) if isinstance(cell, str) else cell for cell in row] for row in download_rows(series)
    )
    return _named(response, f"{indicator}-{unit}.csv")


def _named(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-cache"
    return response


def _series(request: HttpRequest, indicator: str, unit: str) -> Series:
    _, today = clock()
    defined, place = _figure(request, indicator, unit)
    return figure_series(Wanted(defined.pk, place.pk, defined.frequency), request.user, today=today)


def _figure(request: HttpRequest, indicator: str, unit: str) -> tuple[Indicator, Unit]:
    """Return what the address names, if the person may see it."""
    _, today = clock()
    defined, place = get_object_or_404(Indicator, code=indicator), get_object_or_404(Unit, code=unit)
    if not may(request.user, Do.SEE, place, on=today):
        raise Http404
    return defined, place
