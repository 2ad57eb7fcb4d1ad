"""Import the definition of a trajectory with its bound measures, from JSON or YAML."""

import datetime as dt
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.imports import ImportReport, add_import_arguments, finish_import
from trajectories.calculations.refusals import DefinitionRefused, TrajectoryRefused
from trajectories.choices import ALWAYS
from trajectories.forms.definition_files import read_yaml
from trajectories.operations import save_trajectory


class Command(BaseCommand):
    help = "Import the definition of a trajectory from FILE, in YAML or JSON; every change is a version."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_import_arguments(parser)
        parser.add_argument("--reason", default="", help="why; kept with the version")
        effect = parser.add_mutually_exclusive_group()
        effect.add_argument(
            "--effective",
            type=dt.date.fromisoformat,
            help="measure periods that end on this day or later by it; else from the file's takes_effect_on, or today",
        )
        effect.add_argument(
            "--restate",
            action="store_const",
            const=ALWAYS,
            dest="effective",
            help="measure all periods by it, also those that have ended; needs a reason",
        )

    def handle(self, **options: Any) -> None:
        report = ImportReport()
        try:
            definitions = _read(options["file"])
            for definition in definitions if isinstance(definitions, list) else [definitions]:
                save_trajectory(
                    definition=definition,
                    report=report,
                    now=timezone.now(),
                    reason=options["reason"][:500],
                    takes_effect_on=options["effective"],
                )
        except TrajectoryRefused as refused:
            raise CommandError(str(refused)) from refused
        for refusal in report.refusals:
            self.stderr.write(refusal.reason)
        finish_import(self, report, options)


def _read(path: Path) -> object:
    """Read JSON or YAML; a date that YAML would make of `2024-12-31` is the text again, as in JSON."""
    try:
        content = path.read_bytes()
        return json.loads(content.decode("utf-8-sig")) if path.suffix == ".json" else read_yaml(content)
    except (OSError, ValueError, RecursionError, DefinitionRefused) as error:
        raise DefinitionRefused(_("%(path)s cannot be read: %(why)s") % {"path": path, "why": error}) from None
