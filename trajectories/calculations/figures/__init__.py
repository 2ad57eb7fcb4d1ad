"""What cases add to the figures of units, and how sums become the cells of an indicator."""
