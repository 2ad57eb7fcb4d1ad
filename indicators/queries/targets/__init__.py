"""Targets: which is in force, which ever were, and what would change if one moved."""
