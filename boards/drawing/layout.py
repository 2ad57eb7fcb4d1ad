"""How a wall's columns share its width: numbers of tiles in, tracks and rows out."""

from collections.abc import Sequence
from dataclasses import dataclass

from boards.drawing.faces import ColumnFace

#: The part of a 16:9 wall that is left to tiles under the header and above the flow strip, as width : height.
WALL = (1880, 860)
#: What a larger drawing of the trajectory takes from that height; a strip is reckoned with already.
TAKEN = {"wide": 236, "large": 430}
#: A tile lower than this loses its chart or its foot; a wall lets none be lower than 172 (static/css/board.css).
LOWEST = 186
#: A figure may be this share of its tile's width or height, whichever is smaller (static/css/tile.css).
FIGURE = (0.186, 0.285)
MOST_ROWS = 6
#: More columns than this make the figures of twelve tiles smaller than 56 px at 1080p.
MOST_COLUMNS = 5


@dataclass(frozen=True)
class Layout:
    """Rows of the wall, tracks over its whole width, and how many of the tracks each column takes."""

    rows: int
    tracks: int
    spans: tuple[int, ...]


def arrange(tiles_per_column: Sequence[int], *, flow: str = "strip") -> Layout:
    """Choose the rows that leave the figures largest; a long column takes several tracks instead of making all rows low.

    An empty column keeps one track, so that the True North areas stand where people expect them. `flow` is the size of
    the trajectory on the wall.
    """
    height = WALL[1] - TAKEN.get(flow, 0)
    most = min(MOST_ROWS, max(1, height // LOWEST)) if height < WALL[1] else MOST_ROWS
    layouts = [_with_rows(rows, tiles_per_column) for rows in range(1, most + 1)]
    return max(layouts, key=lambda layout: (_figure(layout, height), -layout.tracks))


def _with_rows(rows: int, tiles_per_column: Sequence[int]) -> Layout:
    spans = tuple(max(1, -(-tiles // rows)) for tiles in tiles_per_column)
    return Layout(rows, max(1, sum(spans)), spans)


def _figure(layout: Layout, height: float) -> float:
    return min(WALL[0] / layout.tracks * FIGURE[0], height / layout.rows * FIGURE[1])


def gathered(columns: Sequence[ColumnFace], most: int = MOST_COLUMNS) -> tuple[ColumnFace, ...]:
    """Join neighbouring columns, the shortest pair first, until no more are left than a wall can show large."""
    kept = list(columns)
    while len(kept) > most:
        place = min(range(len(kept) - 1), key=lambda at: len(kept[at].tiles) + len(kept[at + 1].tiles))
        left, right = kept[place], kept.pop(place + 1)
        kept[place] = ColumnFace(f"{left.name} · {right.name}", left.tiles + right.tiles)
    return tuple(kept)
