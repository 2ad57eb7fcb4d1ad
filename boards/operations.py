"""Change what hangs where. Each function is one thing that a lead does to a board; open walls hear of it."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from boards.choices import ZoneKind
from boards.models import Board, Tile, Zone
from indicators.models import Indicator
from live.operations import announce
from organisation.models import Person, Unit

#: Addresses that lead elsewhere.
TAKEN = frozenset({"new"})
SLUG_LENGTH = 80


@transaction.atomic
def hang_board(*, board: Board, like: Board | None, now: dt.datetime) -> Board:
    """Keep a new board under an address made of its name, with the zones and tiles of another if there is one `like` it.

    Tiles that show another unit than their board's stay with that unit; owners are people there, so none are copied.
    """
    board.slug = _free_slug(board.name_en)
    board.save()
    zones = list(like.zones.prefetch_related("tiles")) if like else []
    for zone in zones:
        copy = Zone.objects.create(board=board, kind=zone.kind, position=zone.position)
        Tile.objects.bulk_create(
            Tile(
                zone=copy,
                indicator_id=one.indicator_id,
                unit_id=one.unit_id,
                frequency=one.frequency,
                position=one.position,
            )
            for one in zone.tiles.all()
        )
    _tell(board, now=now)
    return board


@transaction.atomic
def describe_board(*, board: Board, now: dt.datetime) -> None:
    """Keep what was changed of a board: names, level, True North, huddle, trajectory."""
    board.save()
    _tell(board, now=now)


@transaction.atomic
def take_board_down(*, board: Board, now: dt.datetime) -> None:
    """Remove a board with its tiles. The figures that they showed stay."""
    _tell(board, now=now)
    board.delete()


@transaction.atomic
def hang_tile(
    *,
    board: Board,
    zone: ZoneKind,
    indicator: Indicator,
    unit: Unit | None = None,
    frequency: str = "",
    owner: Person | None = None,
    now: dt.datetime,
) -> Tile:
    """Hang an indicator at the end of a zone, which comes with its first tile; `unit`: another than the board's."""
    place = list(ZoneKind).index(zone)
    into, _is_new = Zone.objects.get_or_create(board=board, kind=zone, defaults={"position": place})
    last = into.tiles.aggregate(last=Max("position"))["last"]
    tile = Tile.objects.create(
        zone=into,
        indicator=indicator,
        unit=None if unit == board.unit else unit,
        frequency="" if frequency == indicator.frequency else frequency,
        owner=owner,
        position=0 if last is None else last + 1,
    )
    _tell(board, now=now)
    return tile


@transaction.atomic
def take_tile_down(*, tile: Tile, now: dt.datetime) -> None:
    """Remove a tile, and its zone when it was the last in it. The figures stay."""
    zone = tile.zone
    tile.delete()
    if not zone.tiles.exists():
        zone.delete()
    _tell(zone.board, now=now)


@transaction.atomic
def order_tiles(*, board: Board, tiles: Sequence[int], now: dt.datetime) -> None:
    """Let the tiles of a board hang in this order (their keys), each in its zone; those not named come last, as they were."""
    place = {key: at for at, key in enumerate(tiles)}
    rows = list(Tile.objects.select_for_update().filter(zone__board=board).order_by("zone__position", "position", "pk"))
    rows.sort(key=lambda tile: place.get(tile.pk, len(place)))
    for at, tile in enumerate(rows):
        tile.position = at
    Tile.objects.bulk_update(rows, ["position"])
    _tell(board, now=now)


def _tell(board: Board, *, now: dt.datetime) -> None:
    announce(topic="board", unit_id=board.unit_id, what={"board": board.slug}, now=now)


def _free_slug(name: str) -> str:
    """Return an address that says the name and that no board has; "two" boards of one name are `two` and `two-2`."""
    wanted = slugify(name)[: SLUG_LENGTH - 4] or "board"
    taken = TAKEN | set(Board.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    return next(
        slug for slug in (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3))) if slug not in taken
    )
