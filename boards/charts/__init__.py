"""Charts: their geometry, their points, and what they say in signs and in words."""
