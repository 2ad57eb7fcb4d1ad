"""Take observations from a CSV file or a spreadsheet as one batch, then let the values follow."""

import datetime as dt
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.imports import ImportReport, add_import_arguments, finish_import
from core.tables import UnreadableFile
from indicators.forms.columns import read_columns
from indicators.forms.observation_files import person_outcomes, program_outcomes
from indicators.forms.outcomes import outcome_text
from indicators.forms.sheet_imports import Outcome
from indicators.models import ImportBatch
from indicators.operations import drain_rollups, follow_tree
from indicators.operations.refusals import OtherPeopleKeys
from indicators.operations.reporting.batches import import_batch, remember_columns, remembered_columns
from organisation.models import Person


class Command(BaseCommand):
    help = "Import observations: indicator,unit,period and value, or numerator,denominator, or sum,n, or histogram, or members."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_import_arguments(parser)
        parser.add_argument("--map", default="", help="field=heading,… where columns have other names")
        parser.add_argument("--dry-run", action="store_true", help="say what each row would do, and keep nothing")
        parser.add_argument(
            "--by",
            default="",
            metavar="EMAIL",
            help="in the name of a person, and read as the browser reads it: names for codes, 18/21 in a cell, columns "
            "as in their last files; only units where they enter figures",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        report = ImportReport()
        by = _person(options["by"])
        try:
            pieces = _read(options, by, report, today=timezone.localdate(now))
            if options["dry_run"]:
                self._foretell(pieces, report)
            elif batch := _take(pieces, options["file"].name, by, report, now):
                # Beside the counts, which programs read.
                told = _("This was import %(number)d; undo_observations takes it back.") % {"number": batch.pk}
                self.stderr.write(told, style_func=str)
        except (UnreadableFile, OtherPeopleKeys) as error:
            raise CommandError(str(error)) from error
        finish_import(self, report, options)

    def _foretell(self, pieces: Iterable[list[Outcome]], report: ImportReport) -> None:
        """Print what each row would do: refused, changed with what stands, or new."""
        counts = Counter[str]()
        for piece in pieces:
            counts.update(one.status for one in piece)
            for one in piece:
                if one.status in {"new", "changed"}:
                    self.stdout.write(outcome_text(one))
        for line, name, reason, text in report.refusals:
            self.stdout.write(outcome_text(Outcome(line, "refused", field=name, reason=reason, text=text)))
        report.new, report.changed, report.unchanged = (counts[status] for status in ("new", "changed", "unchanged"))
        report.notes.append(_("Nothing was kept: this was a dry run."))


def _person(email: str) -> Person | None:
    if not email:
        return None
    person = Person.objects.filter(email__iexact=email, is_active=True).first()
    if person is None:
        raise CommandError(_("Nobody active signs in as %(email)s.") % {"email": email})
    return person


def _read(
    options: dict[str, Any], by: Person | None, report: ImportReport, *, today: dt.date
) -> Iterable[list[Outcome]]:
    said = read_columns(options["map"])
    if by is None:
        return program_outcomes(options["file"], said, report, today=today, is_trial=options["dry_run"])
    outcomes = person_outcomes(options["file"], said, report, by=by, usual=remembered_columns(by), today=today)
    if said:
        remember_columns(by, said)
    return [outcomes]


def _take(
    pieces: Iterable[list[Outcome]], name: str, by: Person | None, report: ImportReport, now: dt.datetime
) -> ImportBatch | None:
    """Write the figures as one batch; return it if there is something to undo."""
    rows = (one.row for piece in pieces for one in piece if one.row)
    batch, tally = import_batch(file_name=name, rows=rows, by=by, now=now)
    ImportBatch.objects.filter(pk=batch.pk).update(refused=report.refused + tally.locked)
    report.new, report.changed, report.unchanged = tally.new, tally.changed, tally.unchanged
    if tally.suspect:
        told = ngettext("%(count)d figure is suspect", "%(count)d figures are suspect", tally.suspect)
        report.notes.append(told % {"count": tally.suspect} + "\n")
    follow_tree(now=now)
    drain_rollups(now=now)
    return batch if tally.new or tally.changed else None
