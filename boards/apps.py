"""Name the app to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BoardsConfig(AppConfig):
    """The `boards` app."""

    name = "boards"
    verbose_name = _("Boards")
