"""Import the events of a trajectory from CSV or XES, packed with gzip or not."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.imports import ImportReport, add_import_arguments, finish_import
from core.tables import UnreadableFile
from trajectories.calculations.mapping import USUAL_NAMES, read_mapping
from trajectories.calculations.refusals import TrajectoryRefused
from trajectories.forms.csv_events import read_csv_events
from trajectories.forms.xes_events import read_xes_events
from trajectories.operations import Origin, import_events
from trajectories.queries import trajectory_by_code


class Command(BaseCommand):
    help = "Import events from FILE (.csv, .csv.gz, .xes, .xes.gz). The same events again change nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("trajectory", metavar="TRAJECTORY")
        add_import_arguments(parser)
        parser.add_argument(
            "--map", default="", help=f"field=column,… of {', '.join(USUAL_NAMES)}; what is not named is guessed"
        )
        parser.add_argument("--timezone", default="", help="where times with an offset are shown (the trajectory's)")
        parser.add_argument("--dry-run", action="store_true", help="count and refuse, keep nothing")

    def handle(self, **options: Any) -> None:
        report, path = ImportReport(), options["file"]
        read = read_xes_events if ".xes" in path.suffixes else read_csv_events
        try:
            trajectory = trajectory_by_code(options["trajectory"])
            import_events(
                trajectory=trajectory,
                chunks=read(path, report),
                origin=Origin(path.name, read_mapping(options["map"]), options["timezone"] or trajectory.timezone),
                report=report,
                now=timezone.now(),
                is_trial=options["dry_run"],
            )
        except (TrajectoryRefused, UnreadableFile) as refused:
            raise CommandError(str(refused)) from refused
        if options["dry_run"]:
            report.notes.append(_("Nothing was kept: this was a dry run."))
        finish_import(self, report, options)
