"""Name the app to Django."""

from django.apps import AppConfig


class TrajectoriesConfig(AppConfig):
    """The `trajectories` app."""

    name = "trajectories"
