"""A definition on its own: its sheet, its versions, where it is used; and the restatement of old figures."""

import datetime as dt
from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from boards.pages.definitions import definition_face
from core.clock import clock
from core.days import NoDay, read_day
from core.posted import posted_from
from indicators.models import Indicator
from indicators.operations import ALWAYS, DefinitionRefused, restate
from organisation.models import Person


@login_required
@require_GET
def definition(request: HttpRequest, indicator: str) -> HttpResponse:
    """Show a definition. It is no figure: whoever is signed in may read it."""
    return _page(request, _defined(indicator))


@login_required
@posted_from("boards:definition", "indicator")
def restatement(request: HttpRequest, indicator: str) -> HttpResponse:
    """Read the figures since a day anew, by the newest version, and say who asked and why."""
    now, today = clock()
    defined = _defined(indicator)
    person = get_object_or_404(Person, pk=request.user.pk)
    try:
        since = _day(request.POST.get("since", ""))
        restate(
            indicator=defined, since=since, by=person, reason=request.POST.get("reason", "")[:500], today=today, now=now
        )
    except DefinitionRefused as refusal:
        return _page(request, defined, refusal=str(refusal), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect("boards:definition", indicator=indicator)


def _defined(code: str) -> Indicator:
    return get_object_or_404(Indicator.objects.select_related("area", "owner"), code=code)


def _day(text: str) -> dt.date:
    """Read a day; nothing: the beginning. Raises `DefinitionRefused`."""
    try:
        return read_day(text) or ALWAYS
    except NoDay as error:
        raise DefinitionRefused("since", str(error)) from error


def _page(request: HttpRequest, indicator: Indicator, *, refusal: str = "", status: int = 200) -> HttpResponse:
    _now, today = clock()
    face = definition_face(indicator, request.user, today=today)
    return render(request, "boards/definition.html", {"sheet": face, "refusal": refusal}, status=status)
