"""Say that a doubted figure is right."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from core.clock import clock
from core.posted import posted_from
from indicators.forms.cells import LONGEST_NOTE
from indicators.models import Indicator
from indicators.operations import ObservationRefused
from indicators.operations.doubts.doubting import confirm_figure
from organisation.asking import person_of
from organisation.models import Period, Unit


@login_required
@posted_from("boards:sheet", "indicator", "unit")
def confirm(request: HttpRequest, indicator: str, unit: str, period: str) -> HttpResponse:
    """Confirm a figure with a note of what was checked, and go back to its page."""
    now, today = clock()
    try:
        confirm_figure(
            indicator=get_object_or_404(Indicator, code=indicator),
            unit=get_object_or_404(Unit, code=unit),
            period=get_object_or_404(Period, code=period),
            note=request.POST.get("note", "").replace("\0", "").strip()[:LONGEST_NOTE],
            by=person_of(request),
            now=now,
            today=today,
        )
    except ObservationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"/indicators/{indicator}/{unit}/")
