"""Take definitions of indicators from a JSON or YAML file, with their targets and who is expected to report."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from core.imports import ImportReport, add_import_arguments, finish_import
from core.tables import UnreadableFile
from indicators.forms.definitions import clean_definition, read_list
from indicators.operations import DefinitionRefused, drain_rollups, import_definition


class Command(BaseCommand):
    help = "Import definitions of indicators: a JSON or YAML list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_import_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        report = ImportReport()
        try:
            items = read_list(options["file"])
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
        for line, item in items:
            report.read += 1
            try:
                _take(item, report, now=now)
            except DefinitionRefused as refusal:
                report.refuse(line, refusal.field, str(refusal), _code(item))
        drain_rollups(now=now)
        finish_import(self, report, options)


@transaction.atomic
def _take(item: object, report: ImportReport, *, now: dt.datetime) -> None:
    definition = clean_definition(item)
    outcome = import_definition(
        fields=definition.fields,
        targets=definition.targets,
        reporters=definition.reporters,
        today=timezone.localdate(now),
        now=now,
    )
    setattr(report, outcome, getattr(report, outcome) + 1)


def _code(item: object) -> str:
    return str(item.get("code", "")) if isinstance(item, dict) else ""
