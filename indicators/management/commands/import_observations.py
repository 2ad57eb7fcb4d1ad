"""Take observations from a CSV file or a spreadsheet as one batch, then let the values follow."""

import datetime as dt
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.imports import ImportReport, add_import_arguments, finish_import
from core.spreadsheets import SUFFIXES, read_sheet_rows
from core.tables import UnreadableFile, read_rows
from indicators.choices import Source
from indicators.forms.observations import KNOWN, NEEDED, Catalogue, CellRefused, clean_row
from indicators.models import ImportBatch
from indicators.operations import Row, drain_rollups, follow_tree
from indicators.operations.batches import import_batch

#: Rows read before their periods are looked up; bounds the memory.
BATCH = 20_000
#: More rows than a spreadsheet can hold.
MOST_OF_SHEET = 1_100_000


class Command(BaseCommand):
    help = "Import observations: indicator,unit,period and value, or numerator,denominator, or sum,n, or histogram, or members."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_import_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        report = ImportReport()
        try:
            rows = _clean(_lines(options["file"], report), report, today=timezone.localdate(now))
            batch, tally = import_batch(file_name=options["file"].name, rows=rows, by=None, now=now)
            ImportBatch.objects.filter(pk=batch.pk).update(refused=report.refused)
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
        report.new, report.changed, report.unchanged = tally.new, tally.changed, tally.unchanged
        if tally.suspect:
            told = ngettext("%(count)d figure is suspect", "%(count)d figures are suspect", tally.suspect)
            report.notes.append(told % {"count": tally.suspect} + "\n")
        follow_tree(now=now)
        drain_rollups(now=now)
        finish_import(self, report, options)


def _lines(path: Path, report: ImportReport) -> Iterator[tuple[int, dict[str, str]]]:
    if path.suffix.lower() in SUFFIXES:
        return read_sheet_rows(path, NEEDED, report, most=MOST_OF_SHEET)
    return read_rows(path, NEEDED, report)


def _clean(lines: Iterator[tuple[int, dict[str, str]]], report: ImportReport, *, today: dt.date) -> Iterator[Row]:
    """Yield the rows that can be taken; the others are refused with their line, field and reason."""
    catalogue = Catalogue.load()
    seen: dict[tuple[int, int, int], int] = {}
    while batch := list(islice(lines, BATCH)):
        _refuse_unknown_columns(batch[0][1])
        catalogue.meet(cells["period"] for _line, cells in batch)
        for line, cells in batch:
            try:
                row = clean_row(cells, catalogue, source=Source.IMPORTED, today=today)
                _refuse_repeated(row, line, seen)
            except CellRefused as refusal:
                report.refuse(line, refusal.field, str(refusal), refusal.text)
            else:
                yield row


def _refuse_unknown_columns(cells: dict[str, str]) -> None:
    unknown = sorted(cells.keys() - KNOWN)
    if unknown:
        raise UnreadableFile(_("There are no columns of these names: %s.") % ", ".join(unknown))


def _refuse_repeated(row: Row, line: int, seen: dict[tuple[int, int, int], int]) -> None:
    """Refuse a figure that the file has given already: which of the two counts is not for us to guess."""
    first = seen.setdefault(row[:3], line)
    if first != line:
        raise CellRefused("period", _("line %d gives this figure already") % first)
