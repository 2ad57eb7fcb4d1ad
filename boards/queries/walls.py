"""Read boards: which ones a person may see, and all that is drawn of one, in a fixed number of queries."""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby

from django.db import connection
from django.utils.translation import gettext

from boards.choices import ZoneKind
from boards.drawing.faces import BoardCard, BoardFace, ColumnFace, FlowFace, TileFace, spanned
from boards.drawing.flows import flow_face
from boards.drawing.layout import arrange, gathered
from boards.drawing.news import since_huddle
from boards.drawing.statuses import status_face, tallies
from boards.drawing.tiles import Hanging, tile_face
from boards.drawing.words import huddle_text
from boards.models import Board, Tile
from boards.queries.figures import Reader, restricted
from boards.queries.hung import Hung, hung_on, is_measure
from core.language import in_language, one_language, said_once
from indicators.queries import Series, Wanted, series
from indicators.queries.charts.small_numbers import hide_in_series
from organisation.choices import Do
from organisation.models import Unit
from organisation.queries import may, rights_at, unit_ids_where, units_where


def boards_for(person: Reader, *, today: dt.date) -> list[Board]:
    """Return the boards of the units that a person may see, from strategic to operational."""
    visible = Board.objects.filter(unit__in=units_where(person, Do.SEE, on=today)).select_related("unit")
    order = {"strategic": 0, "tactical": 1, "operational": 2}
    return sorted(visible, key=lambda board: (order[board.level], board.unit.code, board.slug))


@one_language()
def board_cards(person: Reader, *, today: dt.date) -> list[BoardCard]:
    """Return a card for each board that a person may see, in the same number of queries for one as for many."""
    boards = boards_for(person, today=today)
    sight = unit_ids_where(person, Do.SEE, on=today)
    hung = hung_on([board.pk for board in boards], today=today)
    tiles = [tile for tile in hung if sight is None or tile.wanted.unit_id in sight]
    drawn = {tile.key: one for tile, one in zip(tiles, _series(tiles, today, periods=1), strict=True)}
    return [_card(board, [tile for tile in tiles if tile.board_id == board.pk], drawn) for board in boards]


def _card(board: Board, tiles: Sequence[Hung], drawn: Mapping[int, Series]) -> BoardCard:
    columns = [[drawn[tile.key].status for tile in column] for _, column in in_columns(tiles)]
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


@one_language()
def board_face(board: Board, person: Reader, *, today: dt.date, now: dt.datetime) -> BoardFace:
    """Return the wall as a person may see it. `now` is local: it says when the next huddle is."""
    tiles = hung_on([board.pk], today=today)
    rights = rights_at(person, {board.unit_id, *(tile.wanted.unit_id for tile in tiles)}, on=today)
    seen = [tile for tile in tiles if _is_seen(tile, board, rights)]
    drawn = hide_in_series(_series(seen, today), restricted(rights))
    faces = {tile.key: _face(board, tile, one, rights, today) for tile, one in zip(seen, drawn, strict=True)}
    columns = gathered(
        [ColumnFace(name, tuple(faces[tile.key] for tile in column)) for name, column in in_columns(seen)]
    )
    flow = _flow(board, rights)
    layout = arrange([len(column.tiles) for column in columns], flow=flow.size if flow and flow.map else "strip")
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
        flow=flow,
        trajectory=board.trajectory.code if board.trajectory else "",
        tallies=tallies([one.status for one in drawn]),
        can_change=Do.CHANGE_BOARD in rights[board.unit_id],
    )


def tile_of(board: Board, number: int, person: Reader, *, today: dt.date) -> Tile | None:
    """Return a tile of a board if the person may see its unit."""
    rows = Tile.objects.select_related("zone__board__unit", "indicator__area", "unit", "owner")
    tile = rows.filter(zone__board=board, pk=number).first()
    return tile if tile and may(person, Do.SEE, unit_of(tile), on=today) else None


@one_language()
def drawn_tile(board: Board, number: int, person: Reader, *, today: dt.date) -> TileFace:
    """Draw one tile that is there: what a refresh asks for."""
    (tile,) = hung_on([board.pk], today=today, tile=number)
    rights = rights_at(person, {tile.wanted.unit_id}, on=today)
    (one,) = hide_in_series(_series([tile], today), restricted(rights))
    return _face(board, tile, one, rights, today)


def unit_of(tile: Tile) -> Unit:
    """Return the unit whose figure a tile shows."""
    return tile.unit or tile.zone.board.unit


def wanted_of(tile: Tile) -> Wanted:
    """Return the figure that a tile shows."""
    return Wanted(tile.indicator_id, unit_of(tile).pk, tile.frequency or tile.indicator.frequency)


def _is_seen(tile: Hung, board: Board, rights: Mapping[int, frozenset[Do]]) -> bool:
    """Whether a person sees a tile; whoever sees the board sees its own unit's."""
    return tile.wanted.unit_id == board.unit_id or Do.SEE in rights[tile.wanted.unit_id]


def _series(tiles: Sequence[Hung], today: dt.date, periods: int = 0) -> list[Series]:
    wanted = [tile.wanted for tile in tiles]
    return series(wanted, today=today, periods=periods) if periods else series(wanted, today=today)


def in_columns(tiles: Sequence[Hung]) -> list[tuple[str, list[Hung]]]:
    """Put tiles into columns: in Performance the areas of True North, elsewhere the zone; in the agenda's order."""

    def place(tile: Hung) -> tuple[int, int, str]:
        if is_measure(tile) and tile.area_position is not None:
            return tile.zone_position, tile.area_position, tile.area
        return tile.zone_position, 1_000, _zone_name(tile.zone)

    ordered = sorted(tiles, key=lambda tile: (*place(tile), tile.position, tile.key))
    return [(name, list(column)) for (_, _, name), column in groupby(ordered, key=place)]


@said_once
def _zone_name(zone: str) -> str:
    return gettext("Other measures") if zone == ZoneKind.PERFORMANCE else str(ZoneKind(zone).label)


def _face(board: Board, tile: Hung, one: Series, rights: Mapping[int, frozenset[Do]], today: dt.date) -> TileFace:
    owner = tile.owner
    hanging = Hanging(
        key=str(tile.key),
        address=f"/boards/{board.slug}/tiles/{tile.key}/",
        place=tile.place,
        owner=owner.initials if owner else "",
        owner_name=str(owner or ""),
        can_enter=Do.ENTER_FIGURES in rights[tile.wanted.unit_id] and _is_open_to_hands(tile, one),
    )
    return tile_face(one, hanging, today=today)


def _is_open_to_hands(tile: Hung, one: Series) -> bool:
    """Whether a figure is typed at this unit: it reports itself, or nobody in particular does."""
    is_anyones = one.due is None or one.due.expected is None
    return tile.is_entered_by_hand and (tile.is_reporter or is_anyones)


def _flow(board: Board, rights: Mapping[int, frozenset[Do]]) -> FlowFace | None:
    if board.trajectory is None:
        return None
    hides_small = board.unit_id in restricted(rights)
    return flow_face(board.trajectory, board.unit, hides_small=hides_small, size=board.flow_size)


def _path(unit: Unit, today: dt.date) -> tuple[str, ...]:
    """Return the names from the root down to the unit."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT above.name_en, above.name_fr
            FROM organisation_ancestor line JOIN organisation_unit above ON above.id = line.ancestor_id
            WHERE line.unit_id = %s AND line.valid_from <= %s AND (line.valid_to IS NULL OR line.valid_to >= %s)
            ORDER BY line.distance DESC
            """,
            [unit.pk, today, today],
        )
        return tuple(in_language(*names) for names in cursor.fetchall())
