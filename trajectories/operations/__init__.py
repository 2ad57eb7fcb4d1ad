"""Change trajectories: their definitions, their events, and what is measured on them."""

from trajectories.operations.definitions import restate_trajectory, save_trajectory
from trajectories.operations.intake.events import Origin, add_events, import_events, mark_stale
from trajectories.operations.intake.uploads import forget_old
from trajectories.operations.maps.current import keep_maps, map_now
from trajectories.operations.maps.faces import keep_faces
from trajectories.operations.maps.past import Drawing, keep_past_maps, map_before, map_on
from trajectories.operations.refreshing.queue import refresh_now
from trajectories.operations.refreshing.refresh import refresh, refresh_due
from trajectories.operations.refreshing.sharing import compute_one

__all__ = [
    "Drawing",
    "Origin",
    "add_events",
    "compute_one",
    "forget_old",
    "import_events",
    "keep_faces",
    "keep_maps",
    "keep_past_maps",
    "map_before",
    "map_now",
    "map_on",
    "mark_stale",
    "refresh",
    "refresh_due",
    "refresh_now",
    "restate_trajectory",
    "save_trajectory",
]
