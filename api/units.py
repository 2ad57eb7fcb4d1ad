"""Units of the organisation and their place in the tree on a day."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TypedDict

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging, parameters
from api.people import readable_units
from api.shapes import paged, shape
from api.tree import NOWHERE, places
from organisation.models import Ancestor, Unit


class UnitName(TypedDict):
    """A unit's code and names."""

    code: str
    name_en: str
    name_fr: str


class UnitRow(UnitName):
    """A unit as it stood on the day asked.

    `parent` is the code of the unit above, null for a root; `path` the codes from the root down to the unit itself:
    `CISSS/DJ/SANTE`; `closes_on` the last day, null while it is open.
    """

    kind: str
    parent: str | None
    path: str
    opens_on: dt.date
    closes_on: dt.date | None


class UnitSheet(UnitRow):
    """A unit with what stood above it, from the root down and without itself, and right below it."""

    ancestors: list[UnitName]
    children: list[UnitName]


@extend_schema(
    operation_id="units_list",
    summary="Units that you may see",
    parameters=[
        OpenApiParameter("under", str, description="Code of a unit: it and all below it."),
        OpenApiParameter("kind", str, description="directorate, programme, team and the like."),
        parameters.ON,
        *paging.PARAMETERS,
    ],
    responses={200: paged(UnitRow)},
)
@api_view(["GET"])
def units(request: Request) -> Response:
    """List the units that exist on the day and that the person may see, by code."""
    parameters.only(request, "under", "kind", "on", *paging.NAMES)
    on = parameters.day(request, "on") or timezone.localdate()
    seen = readable_units(request, on=on)
    under, kind = parameters.text(request, "under"), parameters.text(request, "kind")
    if under:
        above = seen.filter(code=under).first()
        parameters.must_exist("under", [under], [above.code] if above else [])
        seen = seen.filter(pk__in=Ancestor.objects.valid(on).filter(ancestor=above).values("unit"))
    if kind:
        seen = seen.filter(kind=kind)
    return paging.page(request, existing(seen, on), key="code", draw=lambda found: rows(found, on))


@extend_schema(operation_id="unit", summary="One unit", parameters=[parameters.ON], responses={200: shape(UnitSheet)})
@api_view(["GET"])
def unit(request: Request, code: str) -> Response:
    """Show one unit with its ancestors and its children on the day."""
    parameters.only(request, "on")
    on = parameters.day(request, "on") or timezone.localdate()
    seen = readable_units(request, on=on)
    found = get_object_or_404(seen, code=code)
    children = seen.filter(pk__in=Ancestor.objects.valid(on).filter(ancestor=found, distance=1).values("unit"))
    line = {above.code: above for above in Unit.objects.above(found, on=on).exclude(pk=found.pk)}
    row = rows([found], on)[0]
    sheet: UnitSheet = {
        **row,
        "ancestors": names([line[above] for above in row["path"].split("/") if above in line]),
        "children": names(children.order_by("code")),
    }
    return Response(sheet)


def existing(units: QuerySet[Unit], on: dt.date) -> QuerySet[Unit]:
    """Keep those that stand in the tree on the day."""
    return units.filter(pk__in=Ancestor.objects.valid(on).filter(distance=0).values("unit"))


def rows(found: Sequence[Unit], on: dt.date) -> list[UnitRow]:
    """Draw units with their place on the day."""
    stood = places([unit.pk for unit in found], on=on)
    return [
        {
            "code": unit.code,
            "name_en": unit.name_en,
            "name_fr": unit.name_fr,
            "kind": unit.kind,
            "parent": stood.get(unit.pk, NOWHERE).parent,
            "path": stood.get(unit.pk, NOWHERE).path,
            "opens_on": unit.opens_on,
            "closes_on": unit.closes_on,
        }
        for unit in found
    ]


def names(units: Iterable[Unit]) -> list[UnitName]:
    """Draw units by code and names alone."""
    return [{"code": unit.code, "name_en": unit.name_en, "name_fr": unit.name_fr} for unit in units]
