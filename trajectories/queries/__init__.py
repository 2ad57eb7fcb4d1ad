"""Read trajectories: their events as a log frame, their measures, and where people stand."""

from trajectories.queries.logs import read_log
from trajectories.queries.measures import measure
from trajectories.queries.trajectories import trajectory_by_code

__all__ = ["measure", "read_log", "trajectory_by_code"]
