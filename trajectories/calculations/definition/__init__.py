"""What a definition of a trajectory says, and what it means where it is silent."""
