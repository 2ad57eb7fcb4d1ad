"""From observations to values, and the same another way to compare."""
