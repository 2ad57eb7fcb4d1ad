"""Boards and tiles that are asked for. What one may not see is not there (404)."""

import datetime as dt

from django.http import Http404
from django.shortcuts import get_object_or_404

from boards.models import Board, Tile
from boards.queries import Reader, tile_of
from organisation.choices import Do
from organisation.queries import may


def board_or_404(slug: str, person: Reader, today: dt.date) -> Board:
    """Return a board that the person may see."""
    board = get_object_or_404(Board.objects.select_related("unit", "trajectory"), slug=slug)
    if not may(person, Do.SEE, board.unit, on=today):
        raise Http404
    return board


def tile_or_404(board: Board, number: int, person: Reader, today: dt.date) -> Tile:
    """Return a tile of the board that the person may see."""
    tile = tile_of(board, number, person, today=today)
    if tile is None:
        raise Http404
    return tile
