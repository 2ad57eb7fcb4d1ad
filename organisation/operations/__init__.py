"""Change the organisation. Each function is one thing a person or a job can do."""

from organisation.operations.tree import rebuild_ancestors

__all__ = ["rebuild_ancestors"]
