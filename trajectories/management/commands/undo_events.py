"""Undo an import of events."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trajectories.calculations.refusals import TrajectoryRefused
from trajectories.models import EventBatch
from trajectories.operations.intake.undoing import undo_events


class Command(BaseCommand):
    help = "Undo import number IMPORT (import_events tells it) as a whole."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int, metavar="IMPORT")

    def handle(self, **options: Any) -> None:
        batch = EventBatch.objects.select_related("trajectory").filter(pk=options["number"]).first()
        if batch is None:
            raise CommandError(_("There is no import %(number)d.") % options)
        try:
            changed = undo_events(batch=batch, by=None, now=timezone.now())
        except TrajectoryRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            ngettext(
                "Import %(number)d (%(name)s) is undone; %(events)d event left force or came back.",
                "Import %(number)d (%(name)s) is undone; %(events)d events left force or came back.",
                changed,
            )
            % {"number": batch.pk, "name": batch.name, "events": changed}
        )
