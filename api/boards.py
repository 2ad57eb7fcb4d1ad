"""Boards: zones, tiles, and what stands on each tile."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from api import paging, parameters
from api.numbers import number
from api.people import readable_ids, readable_units, small_number_ids
from api.shapes import paged, shape
from api.small_numbers import Figure, secret_figures
from boards.choices import Level, ZoneKind
from boards.drawing.statuses import TRUSTED
from boards.models import Board, Tile
from boards.queries import unit_of, wanted_of
from indicators.calculations import shown
from indicators.calculations.small_numbers import has_small_part
from indicators.choices import DERIVED, Status
from indicators.queries import Point, Series, ValueFilter, series, values
from indicators.queries.charts.chart import SeriesChart
from indicators.queries.charts.small_numbers import hide_in_series
from organisation.choices import Frequency
from organisation.models import Ancestor


class BoardRow(TypedDict):
    """A board in short."""

    slug: str
    name_en: str
    name_fr: str
    level: Level
    unit: str
    trajectory: str | None


class PointRow(TypedDict):
    """A figure of a period. `n` is what it rests on; suppressed (small numbers), it is null with its parts."""

    period: str
    period_start: dt.date
    period_end: dt.date
    value: float | None
    numerator: float | None
    denominator: float | None
    n: float | None
    target: float | None
    threshold: float | None
    status: Status
    reporting: int
    expected: int | None
    suppressed: bool


class TileRow(TypedDict):
    """A tile. `due` is the newest period that has ended, whose status the tile shows; `last` the newest with a figure.

    `due_on` is the last day on which the next report is in time. `variation` and `assurance` are the icons of the tile's
    chart; null where it has none, or where the figure is not today's truth.
    """

    indicator: str
    name_en: str
    name_fr: str
    unit: str
    unit_of_measure: str
    frequency: Frequency
    owner: str | None
    status: Status
    variation: str | None
    assurance: str | None
    due_on: dt.date | None
    due: PointRow | None
    last: PointRow | None


class ZoneRow(TypedDict):
    """A section of the board, in the order of the agenda."""

    kind: ZoneKind
    tiles: list[TileRow]


class BoardSheet(BoardRow):
    """A board with all that hangs on it. `hidden` counts the tiles of units that you may not see."""

    true_north_en: str
    true_north_fr: str
    huddle_at: dt.time | None
    hidden: int
    zones: list[ZoneRow]


@extend_schema(
    operation_id="boards_list",
    summary="Boards that you may see",
    parameters=[
        OpenApiParameter("level", str, enum=Level.values),
        OpenApiParameter("unit", str, description="Codes of units, cut at commas."),
        OpenApiParameter("under", str, description="Codes of units: each and all below it today."),
        *paging.PARAMETERS,
    ],
    responses={200: paged(BoardRow)},
)
@api_view(["GET"])
def boards(request: Request) -> Response:
    """List the boards of the units that the person may see, by address."""
    parameters.only(request, "level", "unit", "under", *paging.NAMES)
    today, under = timezone.localdate(), parameters.unit_codes(request, "under")
    below = Ancestor.objects.valid(today).filter(ancestor__code__in=under).values("unit")
    wanted = {
        "level": parameters.choice(request, "level", Level.values),
        "unit__code__in": parameters.unit_codes(request, "unit"),
        "unit__in": below if under else None,
    }
    found = readable_boards(request, today).filter(**{name: value for name, value in wanted.items() if value})
    return paging.page(request, found, key="slug", draw=lambda rows: [row(board) for board in rows])


@extend_schema(operation_id="board", summary="One board", responses={200: shape(BoardSheet)})
@api_view(["GET"])
def board(request: Request, slug: str) -> Response:
    """Show a board as it stands: the number of queries is the same for one tile and for twenty."""
    parameters.only(request)
    today = timezone.localdate()
    found = get_object_or_404(readable_boards(request, today), slug=slug)
    tiles = list(
        Tile.objects.filter(zone__board=found)
        .select_related("zone__board__unit", "indicator", "unit", "owner")
        .order_by("zone__position", "position", "pk")
    )
    sight = readable_ids(request, on=today)
    seen = [tile for tile in tiles if sight is None or unit_of(tile).pk in sight]
    drawn = series([wanted_of(tile) for tile in seen], today=today)
    hiding = hiding_of(drawn, small_number_ids(request, on=today), today)
    # A chart says nothing that rests on a figure which is hidden.
    charted = hide_in_series(drawn, hiding.units)
    rows = {
        tile.pk: tile_row(tile, one, chart.chart, hiding) for tile, one, chart in zip(seen, drawn, charted, strict=True)
    }
    sheet: BoardSheet = {
        **row(found),
        "true_north_en": found.true_north_en,
        "true_north_fr": found.true_north_fr,
        "huddle_at": found.huddle_at,
        "hidden": len(tiles) - len(seen),
        "zones": [
            {
                "kind": ZoneKind(zone.kind),
                "tiles": [rows[tile.pk] for tile in seen if tile.zone_id == zone.pk],
            }
            for zone in found.zones.order_by("position", "pk")
        ],
    }
    return Response(sheet)


def readable_boards(request: Request, today: dt.date) -> QuerySet[Board]:
    """Return the boards of the units that whoever asks may read."""
    return Board.objects.filter(unit__in=readable_units(request, on=today)).select_related("unit", "trajectory")


@dataclass(frozen=True)
class Hiding:
    """What whoever asks may not see of small numbers: at which units (ids), and which figures."""

    units: frozenset[int]
    figures: Collection[Figure]


def hiding_of(drawn: Iterable[Series], may_see: frozenset[int] | None, today: dt.date) -> Hiding:
    """Return what to hide of tiles; nothing is read for those who may see all."""
    restricted = [one for one in drawn if may_see is not None and one.unit.pk not in may_see]
    points = [point for one in restricted for point in points_of(one)]
    if not points:
        return Hiding(frozenset(), ())
    around = ValueFilter(
        indicators={one.indicator.code for one in restricted},
        units={one.unit.code for one in restricted},
        since=min(point.period.starts_on for point in points),
        until=max(point.period.ends_on for point in points),
    )
    periods = {point.period.code for point in points}
    rows = [row for row in values(around, today=today) if row.period in periods]
    return Hiding(frozenset(one.unit.pk for one in restricted), secret_figures(rows, today=today) if rows else ())


def points_of(one: Series) -> Sequence[Point]:
    """Return the points of a series that a tile shows."""
    return [point for point in (one.due, one.last) if point is not None]


def row(board: Board) -> BoardRow:
    """Draw a board in short."""
    return {
        "slug": board.slug,
        "name_en": board.name_en,
        "name_fr": board.name_fr,
        "level": Level(board.level),
        "unit": board.unit.code,
        "trajectory": board.trajectory.code if board.trajectory else None,
    }


def tile_row(tile: Tile, one: Series, chart: SeriesChart[Point], hiding: Hiding) -> TileRow:
    """Draw a tile."""
    icons = chart if one.status in TRUSTED else None
    due, last = ((point_row(one, point, hiding) if point else None) for point in (one.due, one.last))
    return {
        "indicator": one.indicator.code,
        "name_en": one.indicator.name_en,
        "name_fr": one.indicator.name_fr,
        "unit": one.unit.code,
        "unit_of_measure": one.indicator.unit,
        "frequency": Frequency(one.wanted.frequency),
        "owner": str(tile.owner) if tile.owner else None,
        "status": Status(one.status),
        "variation": icons.variation if icons else None,
        "assurance": icons.assurance if icons else None,
        "due_on": one.due_on,
        "due": due,
        "last": last,
    }


def point_row(one: Series, point: Point, hiding: Hiding) -> PointRow:
    """Draw a figure of a period, rounded as it is shown."""
    is_secret = Figure(one.indicator.code, one.unit.code, point.period.code) in hiding.figures
    is_told = not is_secret and not (one.unit.pk in hiding.units and has_small_part(one.indicator.kind, point.parts))
    parts = point.parts if is_told else None
    return {
        "period": point.period.code,
        "period_start": point.period.starts_on,
        "period_end": point.period.ends_on,
        "value": None if is_secret else number(shown(point.figure, one.indicator.decimals)),
        "numerator": number(parts.numerator) if parts else None,
        "denominator": number(parts.denominator) if parts and one.indicator.kind not in DERIVED else None,
        "n": number(parts.n) if parts else None,
        "target": number(point.target.target) if point.target else None,
        "threshold": number(point.target.threshold) if point.target else None,
        "status": Status(point.status),
        "reporting": point.reporting,
        "expected": point.expected,
        "suppressed": is_secret,
    }
