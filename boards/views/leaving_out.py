"""Leave a unit out of the figure above it, and count it again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from core.clock import clock
from core.days import NoDay, read_day
from core.posted import posted_from
from indicators.models import Indicator, LeftOut
from indicators.operations.definitions.leaving_out import LeavingOutRefused, leave_out_for, take_in_again_for
from indicators.operations.refusals import MayNotEnter
from organisation.asking import person_of
from organisation.models import Unit


@login_required
@posted_from("boards:sheet", "indicator", "unit")
def leave_out(request: HttpRequest, indicator: str, unit: str) -> HttpResponse:
    """Leave a unit right below out of this figure from a day on. The figures follow in the background."""
    now, today = clock()
    defined = get_object_or_404(Indicator, code=indicator)
    below = get_object_or_404(Unit, code=request.POST.get("below", ""))
    try:
        days = [read_day(request.POST.get(name, "")) for name in ("from", "to")]
        leave_out_for(
            indicator=defined,
            unit=below,
            valid_from=days[0] or today,
            valid_to=days[1],
            reason=request.POST.get("reason", "")[:300],
            by=person_of(request),
            now=now,
            today=today,
        )
    except MayNotEnter as refusal:
        raise PermissionDenied from refusal
    except (LeavingOutRefused, NoDay) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Left out. The figures above follow in a moment."))
    return redirect("boards:sheet", indicator, unit)


@login_required
@posted_from("boards:sheet", "indicator", "unit")
def take_in(request: HttpRequest, indicator: str, unit: str, number: int) -> HttpResponse:
    """Count a unit again from today on."""
    now, today = clock()
    rows = LeftOut.objects.select_related("indicator", "unit")
    left_out = get_object_or_404(rows, pk=number, indicator__code=indicator)
    try:
        take_in_again_for(left_out=left_out, on=today, by=person_of(request), now=now, today=today)
    except MayNotEnter as refusal:
        raise PermissionDenied from refusal
    messages.success(request, _("Counted again. The figures above follow in a moment."))
    return redirect("boards:sheet", indicator, unit)
