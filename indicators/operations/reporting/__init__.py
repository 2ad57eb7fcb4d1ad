"""Report figures: one at a time, many at once, as a file; and lock what was reported."""
