"""The map of a service trajectory: for any unit that the reader may see, and any day."""

import datetime as dt
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from boards.maps import map_face
from boards.maps.asking import WEEKS, asked_day, choices_for, chosen_unit
from core.clock import clock
from core.fresh import fresh_or_304
from organisation.choices import SHOWN_SMALL_NUMBERS
from organisation.models import Unit
from organisation.queries import rights_at
from trajectories.models import Trajectory
from trajectories.operations import Drawing, map_now, map_on


@login_required
@require_GET
def trajectory(request: HttpRequest, code: str) -> HttpResponse:
    """Show the map; the page asks for the map alone when the day is moved or something changed."""
    now, today = clock()
    shown = get_object_or_404(Trajectory, code=code)
    choices = choices_for(request.user, shown, today=today)
    unit = chosen_unit(request.user, shown, choices, request.GET.get("unit", ""), today=today)
    if unit is None:
        raise Http404
    day = asked_day(request.GET, today)
    context: dict[str, object] = {"trajectory": shown, "unit": unit, "day": day, "today": today}
    drawn = map_on(shown, unit, day, now=now) if day else map_now(shown, unit, now=now)
    if isinstance(drawn, Drawing):
        context |= {"drawing": drawn}
    else:
        may_see_small = bool(rights_at(request.user, {unit.pk}, on=today)[unit.pk] & SHOWN_SMALL_NUMBERS)
        as_of = timezone.localtime(drawn.as_of) if drawn.as_of and not day else None
        context |= {
            "map": map_face(drawn, unit=unit.name, may_see_small=may_see_small),
            "as_of": as_of,
            "made": drawn.made,
            "is_drawn": drawn.as_of is not None,
        }
    if request.headers.get("HX-Request"):
        return fresh_or_304(request, "boards/map.html", context)
    context |= {
        "choices": choices,
        "least_weeks": -WEEKS,
        "weeks": -((today - day).days // 7) if day else 0,
        "live_address": reverse("boards:trajectory", args=[code]) + "?" + urlencode(_asked(unit, None)),
        "address": reverse("boards:trajectory", args=[code]) + "?" + urlencode(_asked(unit, day)),
    }
    return render(request, "boards/trajectory.html", context)


def _asked(unit: Unit, day: dt.date | None) -> dict[str, str]:
    return {"unit": unit.code} | ({"as_of": day.isoformat()} if day else {})
