"""The vocabulary of trajectories."""

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

#: The first day of what holds from the beginning.
ALWAYS = dt.date(1900, 1, 1)


class UploadStage(models.TextChoices):
    """How far a file sent by browser has come."""

    SENT = "sent", _("to be looked at")
    TRYING = "trying", _("being tried")
    TRIED = "tried", _("tried")
    TAKING = "taking", _("being taken")
    TAKEN = "taken", _("taken")
    CANCELLED = "cancelled", _("cancelled")


#: Stages in which a job is at work.
RUNNING = frozenset({UploadStage.TRYING, UploadStage.TAKING})
#: Stages in which there is a file.
WAITING = frozenset({UploadStage.SENT, UploadStage.TRYING, UploadStage.TRIED, UploadStage.TAKING})
