"""Lock a period once its figures are in, and unlock it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode

from core.clock import clock
from core.posted import posted_from
from indicators.models import PeriodLock
from indicators.operations.refusals import LockRefused
from indicators.operations.reporting.locks import lock_period, unlock_period
from organisation.asking import person_of
from organisation.models import Period, Unit

#: Of two codes in an address, with room.
LONGEST = 500


@login_required
@posted_from("indicators:enter")
def lock(request: HttpRequest) -> HttpResponse:
    """Lock a period for a unit and all below it."""
    now, today = clock()
    unit = get_object_or_404(Unit, code=request.POST.get("unit", ""))
    period = get_object_or_404(Period, code=request.POST.get("period", ""))
    try:
        lock_period(unit=unit, period=period, by=person_of(request), now=now, today=today)
    except LockRefused as refusal:
        messages.error(request, str(refusal), extra_tags="enter")
    return _back(request, period)


@login_required
@posted_from("indicators:enter")
def unlock(request: HttpRequest, number: int) -> HttpResponse:
    """Lift a lock."""
    now, today = clock()
    lifted = get_object_or_404(PeriodLock.objects.select_related("unit", "period"), pk=number)
    try:
        unlock_period(lock=lifted, by=person_of(request), now=now, today=today)
    except LockRefused as refusal:
        messages.error(request, str(refusal), extra_tags="enter")
    shown = Period.objects.filter(code=request.POST.get("period", "")).first()
    return _back(request, shown or lifted.period)


def _back(request: HttpRequest, period: Period) -> HttpResponse:
    """Return to the grid as it was narrowed."""
    kept = QueryDict(request.POST.get("narrowed", "")[:LONGEST])
    narrowed = {name: kept[name] for name in ("unit", "indicator") if kept.get(name)}
    return redirect(f"{reverse('indicators:enter')}?{urlencode({'period': period.code} | narrowed)}")
