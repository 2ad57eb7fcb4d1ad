"""What would change if a target moved: counted, never saved."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from api import parameters
from api.people import asking, readable_ids, readable_units
from api.posting import is_code
from api.problems import FieldError, Problem
from api.shapes import shape
from indicators.choices import Status
from indicators.forms.rows_of_definitions import clean_target
from indicators.models import Indicator, Target
from indicators.operations import DefinitionRefused, proposed_target
from indicators.queries.targets.in_force import after_setting
from indicators.queries.targets.what_if import WhatIf, what_if
from organisation.choices import Do
from organisation.models import Unit
from organisation.queries import may


class PointGiven(TypedDict):
    """A target, and where it changes a threshold, from a day on."""

    target: float
    threshold: NotRequired[float]


class TargetProposed(TypedDict):
    """A target as `import_indicators` takes it; `points` have `from`, `target` and `threshold`."""

    unit: str
    valid_from: dt.date
    valid_to: NotRequired[dt.date]
    target: NotRequired[float]
    threshold: NotRequired[float]
    starting_point: NotRequired[float]
    band_low: NotRequired[float]
    band_high: NotRequired[float]
    path: NotRequired[str]
    points: NotRequired[list[PointGiven]]


class ShiftRow(TypedDict):
    """So many figures that would go from one status to another."""

    before: Status
    after: Status
    figures: int


class UnitRow(TypedDict):
    """How many of a unit's figures would have another status, of those that the target judges."""

    unit: str
    changed: int
    figures: int


class FollowedRow(TypedDict):
    """An index that scores by the target, or what is computed from one, and how many of its past figures would move."""

    indicator: str
    figures: int
    moved: int
    changed: int
    shifts: list[ShiftRow]


class WhatIfRow(TypedDict):
    """What would change. `figures` are those of past periods that would be held to another target than now."""

    figures: int
    changed: int
    held_units: int
    shifts: list[ShiftRow]
    units: list[UnitRow]
    followed: list[FollowedRow]


@extend_schema(
    operation_id="what_if",
    summary="What would change if a target moved",
    request={"application/json": shape(TargetProposed)},
    responses={200: shape(WhatIfRow)},
)
@api_view(["POST"])
def what_if_of(request: Request, code: str) -> Response:
    """Count the past periods whose status a target would change, at its unit and those that inherit it; saves nothing.

    For whoever may set targets at the unit.
    """
    parameters.only(request)
    today = timezone.localdate()
    indicator = get_object_or_404(Indicator, code=code)
    body = request.data if isinstance(request.data, dict) else {}
    asked = body.get("unit")
    unit = get_object_or_404(readable_units(request, on=today), code=asked if is_code(asked) else "")
    if not may(asking(request), Do.SET_TARGET, unit, on=today):
        raise Problem(403, "may_not_set_target", _("You may not set targets for this unit."))
    proposed = _proposed(body, indicator, unit, today)
    standing = list(Target.objects.standing().filter(indicator=indicator))
    found = what_if(
        indicator=indicator,
        unit=unit,
        before=standing,
        after=after_setting(standing, proposed),
        since=proposed.valid_from,
        today=today,
        visible=readable_ids(request, on=today),
    )
    return Response(_row(found))


def _proposed(body: Mapping[str, Any], indicator: Indicator, unit: Unit, today: dt.date) -> Target:
    try:
        given = clean_target(body)
        return proposed_target(
            indicator=indicator,
            unit=unit,
            valid_from=given.valid_from if body.get("valid_from") else today,
            numbers=given.numbers,
            path=given.path,
            points=given.points,
            valid_to=given.valid_to,
            note=given.note,
        )
    except DefinitionRefused as refusal:
        field = refusal.field.removeprefix("targets.")
        raise Problem(422, refusal.code, str(refusal), [FieldError(field=field, reason=str(refusal))]) from refusal


def _row(found: WhatIf) -> WhatIfRow:
    return {
        "figures": found.figures,
        "changed": found.changed,
        "held_units": found.held,
        "shifts": [
            {"before": Status(one.before), "after": Status(one.after), "figures": one.figures} for one in found.shifts
        ],
        "units": [{"unit": one.unit.code, "changed": one.changed, "figures": one.figures} for one in found.units],
        "followed": [
            {
                "indicator": one.indicator.code,
                "figures": one.figures,
                "moved": one.moved,
                "changed": one.changed,
                "shifts": [
                    {"before": Status(before), "after": Status(after), "figures": figures}
                    for before, after, figures in one.shifts
                ],
            }
            for one in found.followed
        ],
    }
