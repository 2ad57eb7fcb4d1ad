"""The map of a trajectory as it is drawn: where everything stands, what it says, and the same in a table."""

from boards.maps.drawing import map_face
from boards.maps.faces import MapFace

__all__ = ["MapFace", "map_face"]
