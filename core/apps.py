"""Name the app to Django."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The `core` app."""

    name = "core"
