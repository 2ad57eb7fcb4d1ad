"""Find trajectories."""

from __future__ import annotations

from trajectories.calculations.refusals import UnknownTrajectory
from trajectories.models import Trajectory


def trajectory_by_code(code: str) -> Trajectory:
    """Return a trajectory, or raise `UnknownTrajectory`."""
    found = Trajectory.objects.filter(code=code).first()
    if found is None:
        raise UnknownTrajectory(f"There is no trajectory “{code}”.")
    return found
