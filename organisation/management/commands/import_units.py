"""Import units and their places in the tree: `code,name_en,name_fr,kind,parent,valid_from,valid_to`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.imports import ImportReport, add_import_arguments, finish_import
from core.tables import UnreadableFile
from organisation.forms.unit_rows import read_unit_rows
from organisation.operations import import_units


class Command(BaseCommand):
    help = "Import units from a CSV file; several rows of one code are moves. Days are first and last, both included."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_import_arguments(parser)

    def handle(self, **options: Any) -> None:
        report = ImportReport()
        try:
            import_units(rows=read_unit_rows(options["file"], report), report=report)
        except UnreadableFile as refused:
            raise CommandError(str(refused)) from refused
        finish_import(self, report, options)
