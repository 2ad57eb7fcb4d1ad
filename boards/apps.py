"""Name the app to Django."""

from django.apps import AppConfig


class BoardsConfig(AppConfig):
    """The `boards` app."""

    name = "boards"
