"""Everything that a wall can draw, from constants."""
