"""The pages of trajectories: who and what, one call, one answer."""

from trajectories.views.bindings import bind, measure
from trajectories.views.definitions import define, definition, definition_yaml, restate
from trajectories.views.events import events, undo_batch, upload, upload_state
from trajectories.views.refreshing import refresh, refreshes_page

__all__ = [
    "bind",
    "define",
    "definition",
    "definition_yaml",
    "events",
    "measure",
    "refresh",
    "refreshes_page",
    "restate",
    "undo_batch",
    "upload",
    "upload_state",
]
