"""The map of a trajectory as it is drawn: where everything stands, what it says, and the same in a table."""

from boards.maps.compact import compact_map
from boards.maps.drawing import map_face
from boards.maps.faces import MapFace, WallMap

__all__ = ["MapFace", "WallMap", "compact_map", "map_face"]
