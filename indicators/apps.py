"""Name the app to Django."""

from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """The `indicators` app."""

    name = "indicators"
