"""What the map of a trajectory shows."""
