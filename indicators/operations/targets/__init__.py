"""Set targets, and refuse those that make no sense."""
