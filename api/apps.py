"""Name the app to Django."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The `api` app."""

    name = "api"
