"""Import the events of a trajectory from a file of any format that is read, packed with gzip or not."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.imports import ImportReport, add_import_arguments, finish_import
from core.tables import UnreadableFile
from trajectories.calculations.refusals import TrajectoryRefused
from trajectories.calculations.rows.mapping import FIELDS, read_mapping
from trajectories.calculations.rows.timestamps import DateOrder
from trajectories.forms.formats import Format
from trajectories.forms.guessing import Guess
from trajectories.forms.reading import Opened, Wishes, open_events
from trajectories.forms.sources import Source
from trajectories.models import EventBatch
from trajectories.operations import Origin, import_events
from trajectories.operations.intake.progress import Watch
from trajectories.queries import trajectory_by_code

#: Characters of the bar.
WIDTH = 30


class Command(BaseCommand):
    help = (
        f"Import events from FILE, whose format is recognised by what it holds: {', '.join(Format)}, packed with gzip"
        " or not. The same events again change nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("trajectory", metavar="TRAJECTORY")
        add_import_arguments(parser)
        parser.add_argument(
            "--map", default="", help=f"field=column,… of {', '.join(FIELDS)}; what is not named is guessed"
        )
        parser.add_argument("--timezone", default="", help="where times with an offset are shown (the trajectory's)")
        parser.add_argument("--case", default="", help="a type of object (OCEL), or patient, episode, request (FHIR)")
        parser.add_argument("--delimiter", default="", help="what parts the cells of CSV, instead of what is guessed")
        parser.add_argument("--encoding", default="", help="of CSV, such as windows-1252, instead of what is guessed")
        parser.add_argument("--dates", default="", choices=["", *DateOrder], help="order of year, month and day")
        parser.add_argument(
            "--nulls", default="", help="words that stand for nothing, such as NULL,N/A; none if left out"
        )
        parser.add_argument("--guess", action="store_true", help="show how the file would be read, and do nothing")
        parser.add_argument("--dry-run", action="store_true", help="count and refuse, keep nothing")

    def handle(self, **options: Any) -> None:
        report, source = ImportReport(), Source(options["file"])
        try:
            mapping = read_mapping(options["map"])
            opened = open_events(source, report, _wishes(mapping, options))
            if options["guess"]:
                self._show(opened)
                return
            batch = self._import(source, opened, report, options)
        except (TrajectoryRefused, UnreadableFile) as refused:
            raise CommandError(str(refused)) from refused
        if opened.dates != DateOrder.ISO and not options["dates"]:
            report.notes.append(_("Dates were read in this order: %(order)s.") % {"order": opened.dates})
        if batch is None:
            report.notes.append(_("Nothing was kept: this was a dry run."))
        else:
            report.notes.append(_("This was import %(number)d; undo_events takes it back.") % {"number": batch.pk})
        finish_import(self, report, options)

    def _import(
        self, source: Source, opened: Opened, report: ImportReport, options: dict[str, Any]
    ) -> EventBatch | None:
        trajectory = trajectory_by_code(options["trajectory"])
        zone = options["timezone"] or trajectory.timezone
        origin = Origin(
            source.path.name,
            opened.mapping,
            zone,
            dates=opened.dates,
            nulls=_words(options["nulls"]),
            joined=opened.joined,
        )
        try:
            return import_events(
                trajectory=trajectory,
                chunks=opened.chunks,
                origin=origin,
                report=report,
                now=timezone.now(),
                is_trial=options["dry_run"],
                watch=Watch(source.share, self._draw),
            )
        finally:
            self._wipe()

    def _draw(self, rows: int, share: float | None) -> None:
        """Draw how far it is, where somebody looks on."""
        if self.stderr.isatty():
            done = round(WIDTH * (share or 0))
            bar = f"[{'#' * done}{'.' * (WIDTH - done)}] {share or 0:4.0%}"
            self.stderr.write(f"\r{bar}  {rows:,}", style_func=str, ending="")
            self.stderr.flush()

    def _wipe(self) -> None:
        if self.stderr.isatty():
            self.stderr.write("\r\x1b[K", style_func=str, ending="")

    def _show(self, opened: Opened) -> None:
        """Say how the file would be read; the rows themselves stay where they are."""
        self.stdout.write(_("format: %(format)s") % {"format": opened.format})
        if opened.guess is not None:
            for line in _told(opened.guess):
                self.stdout.write(line)


def _wishes(mapping: dict[str, str], options: dict[str, Any]) -> Wishes:
    return Wishes(
        mapping=mapping,
        case=options["case"],
        delimiter=options["delimiter"].replace("\\t", "\t"),
        encoding=options["encoding"],
        dates=options["dates"],
        nulls=_words(options["nulls"]),
        # Shown, a doubt is no reason to stop.
        is_only_shown=options["guess"],
    )


def _words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def _told(guess: Guess) -> list[str]:
    """Return what was guessed of a table, a line each."""
    words = [
        f"{column}: {', '.join(f'{word} ({count})' for word, count in found.items())}"
        for column, found in guess.null_words.items()
    ]
    return [
        *([_("delimiter: %(delimiter)s") % {"delimiter": repr(guess.delimiter)}] if guess.delimiter else []),
        *([_("encoding: %(encoding)s") % {"encoding": guess.encoding}] if guess.encoding else []),
        _("dates: %(order)s") % {"order": guess.dates},
        _("columns: %(columns)s") % {"columns": ", ".join(guess.columns)},
        _("fields: %(fields)s") % {"fields": ", ".join(f"{name}={column}" for name, column in guess.mapping.items())},
        *(_("perhaps absent, kept unless --nulls says so: %(words)s") % {"words": one} for one in words),
        *guess.doubts.values(),
    ]
