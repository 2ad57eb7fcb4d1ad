"""Read trajectories: their events as a log frame, their measures, and where people stand."""

from trajectories.queries.flows import Flow, FlowStep, flow
from trajectories.queries.logs import read_log
from trajectories.queries.maps import DrawnMap, is_map_old, kept_map, map_as_of, past_map
from trajectories.queries.measures import measure, read_as_of
from trajectories.queries.refreshes import RefreshState, history, refreshes
from trajectories.queries.trajectories import trajectory_by_code

__all__ = [
    "DrawnMap",
    "Flow",
    "FlowStep",
    "RefreshState",
    "flow",
    "history",
    "is_map_old",
    "kept_map",
    "map_as_of",
    "measure",
    "past_map",
    "read_as_of",
    "read_log",
    "refreshes",
    "trajectory_by_code",
]
