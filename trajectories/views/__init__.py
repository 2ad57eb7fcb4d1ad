"""The pages of trajectories: who and what, one call, one answer."""

from trajectories.views.refreshing import refresh, refreshes_page

__all__ = ["refresh", "refreshes_page"]
