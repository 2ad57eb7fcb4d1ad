"""The pages of trajectories: who and what, one call, one answer."""

from trajectories.views.bindings import bind, measure
from trajectories.views.definitions import define, definition, definition_yaml
from trajectories.views.refreshing import refresh, refreshes_page

__all__ = ["bind", "define", "definition", "definition_yaml", "measure", "refresh", "refreshes_page"]
