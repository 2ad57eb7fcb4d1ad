"""The pages of the walls: who and what, one call, one answer."""

from boards.views.arranging import arrange, describe, move_tile, new_board, take_board, take_down
from boards.views.definitions import definition, restatement
from boards.views.entry import entry
from boards.views.figures import sheet, tile_why
from boards.views.gallery import components
from boards.views.leaving_out import leave_out, take_in
from boards.views.marks import chart_csv, chart_png, chart_svg, mark, unmark
from boards.views.rules import end_rule, rules
from boards.views.targets import end as end_target
from boards.views.targets import targets
from boards.views.trajectories import trajectory
from boards.views.walls import board, columns, home, tile

__all__ = [
    "arrange",
    "board",
    "chart_csv",
    "chart_png",
    "chart_svg",
    "columns",
    "components",
    "definition",
    "describe",
    "end_rule",
    "end_target",
    "entry",
    "home",
    "leave_out",
    "mark",
    "move_tile",
    "new_board",
    "restatement",
    "rules",
    "sheet",
    "take_board",
    "take_down",
    "take_in",
    "targets",
    "tile",
    "tile_why",
    "trajectory",
    "unmark",
]
