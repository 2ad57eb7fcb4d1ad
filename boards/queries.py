"""Read boards: which ones a person may see, and all that is drawn of one, in a fixed number of queries."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils.translation import get_language, gettext

from boards.choices import ZoneKind
from boards.drawing import Hanging, tile_face
from boards.faces import BoardCard, BoardFace, ColumnFace, TileFace, spanned
from boards.flows import flow_face
from boards.layout import arrange, gathered
from boards.models import Board, Tile
from boards.news import since_huddle
from boards.statuses import status_face, tallies
from boards.words import huddle_text
from indicators.choices import IndicatorStatus
from indicators.models import Area, Reporter
from indicators.queries import Series, Wanted, series
from organisation.choices import Do
from organisation.models import Ancestor, Person, Unit
from organisation.queries import may, unit_ids_where, units_where

#: Whoever asks: a person, or nobody in particular.
Reader = Person | AnonymousUser


def boards_for(person: Reader, *, today: dt.date) -> list[Board]:
    """Return the boards of the units that a person may see, from strategic to operational."""
    visible = Board.objects.filter(unit__in=units_where(person, Do.SEE, on=today)).select_related("unit")
    order = {"strategic": 0, "tactical": 1, "operational": 2}
    return sorted(visible, key=lambda board: (order[board.level], board.unit.code, board.slug))


def board_cards(person: Reader, *, today: dt.date) -> list[BoardCard]:
    """Return a card for each board that a person may see, in the same number of queries for one as for many."""
    boards = boards_for(person, today=today)
    sight = unit_ids_where(person, Do.SEE, on=today)
    tiles = [tile for tile in _tiles(board.pk for board in boards) if _is_seen(tile, sight)]
    drawn = dict(zip((tile.pk for tile in tiles), _series(tiles, today, periods=1), strict=True))
    return [_card(board, [tile for tile in tiles if tile.zone.board_id == board.pk], drawn) for board in boards]


def _card(board: Board, tiles: Sequence[Tile], drawn: dict[int, Series]) -> BoardCard:
    columns = [[drawn[tile.pk].status for tile in column] for _, column in _columns(tiles)]
    counted = tallies([status for column in columns for status in column])
    return BoardCard(
        slug=board.slug,
        name=board.name,
        unit=board.unit.name,
        level=board.level,
        level_name=board.get_level_display(),
        worst=counted[0].status if counted else None,
        tallies=counted,
        marks=tuple(tuple(status_face(status) for status in column) for column in columns),
    )


def board_face(board: Board, person: Reader, *, today: dt.date, now: dt.datetime) -> BoardFace:
    """Return the wall as a person may see it. `now` is local: it says when the next huddle is."""
    tiles = _tiles_of(board)
    seen = _seen(tiles, board, person, today)
    drawn = _series(seen, today)
    faces = dict(zip((tile.pk for tile in seen), _faces(board, seen, drawn, person, today), strict=True))
    columns = gathered([ColumnFace(name, tuple(faces[tile.pk] for tile in column)) for name, column in _columns(seen)])
    layout = arrange([len(column.tiles) for column in columns])
    news = since_huddle(drawn, board.huddle_at, now)
    return BoardFace(
        slug=board.slug,
        name=board.name,
        level=board.level,
        level_name=board.get_level_display(),
        path=_path(board.unit, today),
        true_north=board.true_north,
        columns=spanned(columns, layout.spans),
        rows=layout.rows,
        tracks=layout.tracks,
        huddle=huddle_text(board.huddle_at, now) if board.huddle_at else "",
        huddle_at=f"{board.huddle_at:%H:%M}" if board.huddle_at else "",
        since=news.text,
        since_title=news.title,
        hidden=len(tiles) - len(seen),
        flow=flow_face(board.trajectory, board.unit) if board.trajectory else None,
        tallies=tallies([one.status for one in drawn]),
        can_change=not tiles and may(person, Do.CHANGE_BOARD, board.unit, on=today),
    )


def tile_of(board: Board, number: int, person: Reader, *, today: dt.date) -> Tile | None:
    """Return a tile of a board if the person may see its unit."""
    tile = _tile_rows().filter(zone__board=board, pk=number).first()
    return tile if tile and may(person, Do.SEE, unit_of(tile), on=today) else None


def drawn_tile(board: Board, tile: Tile, person: Reader, *, today: dt.date) -> TileFace:
    """Draw one tile: what a refresh asks for."""
    return next(iter(_faces(board, [tile], _series([tile], today), person, today)))


def unit_of(tile: Tile) -> Unit:
    """Return the unit whose figure a tile shows."""
    return tile.unit or tile.zone.board.unit


def wanted_of(tile: Tile) -> Wanted:
    """Return the figure that a tile shows."""
    return Wanted(tile.indicator_id, unit_of(tile).pk, tile.frequency or tile.indicator.frequency)


def is_entered_by_hand(tile: Tile) -> bool:
    """Whether people may enter this figure at all: no job measures it, and the tile is at the figure's frequency."""
    return (
        tile.indicator.status == IndicatorStatus.ACTIVE
        and not hasattr(tile.indicator, "bound_measure")
        and wanted_of(tile).frequency == tile.indicator.frequency
    )


def _tile_rows() -> QuerySet[Tile]:
    return Tile.objects.select_related(
        "zone__board__unit", "indicator__area", "indicator__bound_measure", "unit", "owner"
    )


def _tiles_of(board: Board) -> list[Tile]:
    """Return the tiles of a board that is known: nothing of it is read again."""
    rows = Tile.objects.select_related("zone", "indicator__area", "indicator__bound_measure", "unit", "owner")
    tiles = list(rows.filter(zone__board=board).order_by("zone__position", "position", "pk"))
    for tile in tiles:
        tile.zone.board = board
    return tiles


def _seen(tiles: Sequence[Tile], board: Board, person: Reader, today: dt.date) -> list[Tile]:
    """Return the tiles of units that a person may see; whoever sees the board sees its own unit's."""
    others = {tile.unit_id for tile in tiles if tile.unit_id is not None} - {board.unit_id}
    if not others:
        return list(tiles)
    visible = set(units_where(person, Do.SEE, on=today).filter(pk__in=others).values_list("pk", flat=True))
    return [tile for tile in tiles if unit_of(tile).pk in visible | {board.unit_id}]


def _tiles(boards: Iterable[int]) -> list[Tile]:
    return list(_tile_rows().filter(zone__board__in=list(boards)).order_by("zone__position", "position", "pk"))


def _is_seen(tile: Tile, sight: Collection[int] | None) -> bool:
    return sight is None or unit_of(tile).pk in sight


def _series(tiles: Sequence[Tile], today: dt.date, periods: int = 0) -> list[Series]:
    wanted = [wanted_of(tile) for tile in tiles]
    return series(wanted, today=today, periods=periods) if periods else series(wanted, today=today)


def _columns(tiles: Sequence[Tile]) -> list[tuple[str, list[Tile]]]:
    """Put tiles into columns: in Performance the areas of True North, elsewhere the zone; in the agenda's order."""

    def place(tile: Tile) -> tuple[int, int, str]:
        area: Area | None = tile.indicator.area if tile.zone.kind == ZoneKind.PERFORMANCE else None
        if area is not None:
            return tile.zone.position, area.position, area.name
        is_measure = tile.zone.kind == ZoneKind.PERFORMANCE
        return tile.zone.position, 1_000, gettext("Other measures") if is_measure else tile.zone.get_kind_display()

    ordered = sorted(tiles, key=lambda tile: (*place(tile), tile.position, tile.pk))
    return [(name, list(column)) for (_, _, name), column in groupby(ordered, key=place)]


def _faces(
    board: Board, tiles: Sequence[Tile], drawn: Sequence[Series], person: Reader, today: dt.date
) -> Iterable[TileFace]:
    enterable = _enterable(tiles, drawn, person, today)
    for tile, one in zip(tiles, drawn, strict=True):
        hanging = Hanging(
            key=str(tile.pk),
            address=f"/boards/{board.slug}/tiles/{tile.pk}/",
            place=tile.unit.name if tile.unit and tile.unit_id != board.unit_id else "",
            owner=tile.owner.initials if tile.owner else "",
            owner_name=str(tile.owner or ""),
            can_enter=tile.pk in enterable,
        )
        yield tile_face(one, hanging, today=today)


def _enterable(tiles: Sequence[Tile], drawn: Sequence[Series], person: Reader, today: dt.date) -> set[int]:
    """Return the tiles that a person may fill: their units report themselves, or nobody in particular does."""
    units = units_where(person, Do.ENTER_FIGURES, on=today).filter(pk__in={one.unit.pk for one in drawn})
    allowed = set(units.values_list("pk", flat=True))
    by_hand = [
        (tile, one)
        for tile, one in zip(tiles, drawn, strict=True)
        if one.unit.pk in allowed and is_entered_by_hand(tile)
    ]
    if not by_hand:
        return set()
    reports = set(
        Reporter.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today), valid_from__lte=today)
        .filter(indicator__in={tile.indicator_id for tile, _ in by_hand}, unit__in={one.unit.pk for _, one in by_hand})
        .values_list("indicator_id", "unit_id")
    )
    return {
        tile.pk
        for tile, one in by_hand
        if (tile.indicator_id, one.unit.pk) in reports or one.due is None or one.due.expected is None
    }


def _path(unit: Unit, today: dt.date) -> tuple[str, ...]:
    """Return the names from the root down to the unit."""
    above = Ancestor.objects.valid(today).filter(unit=unit).order_by("-distance")
    names = above.values_list("ancestor__name_en", "ancestor__name_fr")
    return tuple((french if get_language() == "fr" else "") or english for english, french in names)


def figure_series(wanted: Wanted, *, today: dt.date) -> Series:
    """Return the series of one figure."""
    return series([wanted], today=today)[0]
