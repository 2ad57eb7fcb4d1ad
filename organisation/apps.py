"""Name the app to Django."""

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    """The `organisation` app."""

    name = "organisation"
