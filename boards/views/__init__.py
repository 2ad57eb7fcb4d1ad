"""The pages of the walls: who and what, one call, one answer."""

from boards.views.entry import entry
from boards.views.figures import sheet, tile_why
from boards.views.gallery import components
from boards.views.trajectories import trajectory
from boards.views.walls import board, columns, home, tile

__all__ = ["board", "columns", "components", "entry", "home", "sheet", "tile", "tile_why", "trajectory"]
