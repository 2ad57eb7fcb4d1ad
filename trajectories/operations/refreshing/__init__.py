"""Measure trajectories: anew, or following what has changed."""
