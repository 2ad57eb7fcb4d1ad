"""Name the app to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationConfig(AppConfig):
    """The `organisation` app."""

    name = "organisation"
    verbose_name = _("Organisation")
