"""Change trajectories: their definitions, their events, and what is measured on them."""

from trajectories.operations.events import Origin, add_events, import_events, mark_stale

__all__ = ["Origin", "add_events", "import_events", "mark_stale"]
