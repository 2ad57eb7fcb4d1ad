"""Series and their charts: the last periods of a figure, and what their variation says."""
