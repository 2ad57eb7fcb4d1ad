"""Service trajectories, their events under pseudonyms, and the measures bound to indicators."""

from trajectories.models.definitions import BoundMeasure, Trajectory, TrajectoryVersion
from trajectories.models.events import Event, EventBatch, EventBatchQuerySet, EventQuerySet, Joining, Withdrawal
from trajectories.models.maps import FlowFace, FlowMap, PastMap
from trajectories.models.pseudonyms import PseudonymMark
from trajectories.models.refreshes import AwaitedEvent, FirstCell, GoingStay, HeldCell, LogDay, Refresh, RefreshShare
from trajectories.models.uploads import EventUpload, RememberedReading

__all__ = [
    "AwaitedEvent",
    "BoundMeasure",
    "Event",
    "EventBatch",
    "EventBatchQuerySet",
    "EventQuerySet",
    "EventUpload",
    "FirstCell",
    "FlowFace",
    "FlowMap",
    "GoingStay",
    "HeldCell",
    "Joining",
    "LogDay",
    "PastMap",
    "PseudonymMark",
    "Refresh",
    "RefreshShare",
    "RememberedReading",
    "Trajectory",
    "TrajectoryVersion",
    "Withdrawal",
]
