"""The page on which a lead arranges a board: its columns as they hang, each tile with what can be done to it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from boards.models import Board, Tile
from boards.queries import in_columns
from boards.queries.hung import hung_on


@dataclass(frozen=True)
class TileRow:
    """A tile in a column; `details` in words, what of unit, frequency and owner is not the board's or the indicator's."""

    number: int
    name: str
    details: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class ColumnRows:
    """A column of the board, from top to bottom."""

    name: str
    tiles: tuple[TileRow, ...]


def arranged_columns(board: Board, *, today: dt.date) -> tuple[ColumnRows, ...]:
    """Return what hangs on a board."""
    tiles = Tile.objects.filter(zone__board=board).select_related("indicator", "unit", "owner").in_bulk()
    return tuple(
        ColumnRows(
            name,
            tuple(_row(tiles[key], is_first=at == 0, is_last=at == len(keys) - 1) for at, key in enumerate(keys)),
        )
        for name, keys in _keys(board, today)
    )


def order_after_move(board: Board, number: int, *, up: bool, today: dt.date) -> list[int]:
    """Return the keys of a board's tiles in order, one of them moved a place up or down in its column."""
    order: list[int] = []
    for _name, keys in _keys(board, today):
        if number in keys:
            at = keys.index(number)
            to = max(0, min(len(keys) - 1, at - 1 if up else at + 1))
            keys.insert(to, keys.pop(at))
        order += keys
    return order


def _keys(board: Board, today: dt.date) -> Iterator[tuple[str, list[int]]]:
    return ((name, [tile.key for tile in column]) for name, column in in_columns(hung_on([board.pk], today=today)))


def _row(tile: Tile, *, is_first: bool, is_last: bool) -> TileRow:
    details = [
        tile.unit.name if tile.unit else "",
        tile.get_frequency_display() if tile.frequency else "",
        _("owner: %s") % tile.owner if tile.owner else "",
    ]
    return TileRow(tile.pk, tile.indicator.name, " · ".join(filter(None, details)), is_first, is_last)
