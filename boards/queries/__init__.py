"""Read boards and the figures on them, as a person may see them."""

from boards.queries.figures import Reader, figure_series, figure_why
from boards.queries.walls import (
    board_cards,
    board_face,
    boards_for,
    drawn_tile,
    in_columns,
    tile_of,
    unit_of,
    wanted_of,
)

__all__ = [
    "Reader",
    "board_cards",
    "board_face",
    "boards_for",
    "drawn_tile",
    "figure_series",
    "figure_why",
    "in_columns",
    "tile_of",
    "unit_of",
    "wanted_of",
]
