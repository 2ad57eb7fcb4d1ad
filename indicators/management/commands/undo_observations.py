"""Undo an import of observations."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.models import ImportBatch
from indicators.operations import drain_rollups
from indicators.operations.refusals import BatchRefused
from indicators.operations.reporting.batches import undo_batch


class Command(BaseCommand):
    help = "Undo import number IMPORT (import_observations tells it) as a whole, while nobody has changed its figures since."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int, metavar="IMPORT")

    def handle(self, **options: Any) -> None:
        batch = ImportBatch.objects.filter(pk=options["number"]).first()
        if batch is None:
            raise CommandError(_("There is no import %(number)d.") % options)
        now = timezone.now()
        try:
            tally = undo_batch(batch=batch, by=None, may_enter=None, now=now)
        except BatchRefused as refused:
            raise CommandError(str(refused)) from refused
        drain_rollups(now=now)
        told = {"number": batch.pk, "name": batch.file_name, "count": tally.changed}
        self.stdout.write(_("Import %(number)d (%(name)s) is undone: %(count)d figures are as they were.") % told)
