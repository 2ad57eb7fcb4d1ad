"""Name the app to Django."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """The `live` app."""

    name = "live"
