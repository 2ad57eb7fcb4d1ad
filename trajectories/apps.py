"""Name the app to Django, and say which indicators it feeds."""

from typing import TYPE_CHECKING, cast

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from indicators.feeding import tell_who_is_fed

if TYPE_CHECKING:
    from trajectories.models import BoundMeasure


class TrajectoriesConfig(AppConfig):
    """The `trajectories` app."""

    name = "trajectories"
    verbose_name = _("Trajectories")

    def ready(self) -> None:
        """Let nobody else write figures of what a measure is bound to."""
        # Models cannot be imported before all apps are known.
        bound = cast("type[BoundMeasure]", self.get_model("BoundMeasure"))
        tell_who_is_fed(lambda: bound.objects.values("indicator"))
