"""Name the app to Django."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The `demo` app."""

    name = "demo"
