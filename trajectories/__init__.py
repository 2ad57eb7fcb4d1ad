"""Service trajectories: events, episodes, measures."""
