"""How columns share a wall: twelve tiles are always large enough to be read from five metres."""

from hypothesis import given
from hypothesis import strategies as st

from boards.drawing.faces import ColumnFace
from boards.drawing.layout import FIGURE, MOST_COLUMNS, WALL, arrange, gathered
from boards.gallery.tiles import states

#: Pixels of a figure at 1920 × 1080 (design section 6).
READABLE = 56


def test_four_areas_of_three_tiles_are_four_tracks_of_three_rows() -> None:
    layout = arrange([3, 3, 3, 3])

    assert (layout.rows, layout.tracks, layout.spans) == (3, 4, (1, 1, 1, 1))


def test_a_long_column_takes_two_tracks_instead_of_making_all_rows_low() -> None:
    layout = arrange([5, 3, 2, 2])

    assert (layout.rows, layout.tracks, layout.spans) == (3, 5, (2, 1, 1, 1))


@given(st.lists(st.integers(1, 12), min_size=1, max_size=MOST_COLUMNS).filter(lambda tiles: sum(tiles) <= 12))
def test_twelve_tiles_are_readable_however_they_hang(tiles: list[int]) -> None:
    layout = arrange(tiles)

    assert all(count <= layout.rows * span for count, span in zip(tiles, layout.spans, strict=True))
    assert min(WALL[0] / layout.tracks * FIGURE[0], WALL[1] / layout.rows * FIGURE[1]) >= READABLE


def test_more_zones_than_a_wall_can_show_large_are_joined_where_they_are_shortest() -> None:
    tile = states()[0]
    columns = [ColumnFace(name, (tile,) * count) for name, count in zip("ABCDEF", (3, 3, 1, 1, 3, 3), strict=True)]

    kept = gathered(columns)

    assert [(column.name, len(column.tiles)) for column in kept] == [
        ("A", 3),
        ("B", 3),
        ("C · D", 2),
        ("E", 3),
        ("F", 3),
    ]
