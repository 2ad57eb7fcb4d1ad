"""What every import says at its end: how many rows were new, and which were refused, where and why."""

import csv
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.cells import plain


class Refusal(NamedTuple):
    """A row that was not taken: its line in the file (from 1), the field, why, and what stood there.

    `text` is never a personal identifier: a caller leaves it empty for fields that may hold one.
    """

    line: int
    field: str
    reason: str
    text: str = ""


@dataclass
class ImportReport:
    """The rows of one import; each row that was read is new, changed, unchanged or refused."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    #: Sentences beside the counts: "14 teams of the log are no known unit".
    notes: list[str] = field(default_factory=list)

    def refuse(self, line: int, name: str, reason: str, text: str = "") -> None:
        """Keep why a row was not taken; `name` is the field's."""
        self.refusals.append(Refusal(line, name, reason if isinstance(reason, str) else str(reason), text))

    @property
    def refused(self) -> int:
        """How many rows were refused, each once, whatever the number of its faults."""
        return len({refusal.line for refusal in self.refusals})

    def __str__(self) -> str:
        return (
            f"read {self.read}, new {self.new}, changed {self.changed}, "
            f"unchanged {self.unchanged}, refused {self.refused}"
        )


def add_import_arguments(parser: ArgumentParser) -> None:
    """Give a command FILE, `--refused` and `--allow-refused`."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--refused", type=Path, help="where to write refused rows (FILE.refused.csv)")
    parser.add_argument("--allow-refused", action="store_true", help="exit 0 even if rows were refused")


def finish_import(command: BaseCommand, report: ImportReport, options: Mapping[str, Any]) -> None:
    """Print the report, write the refused rows, and fail the command if there are any and they are not allowed."""
    command.stdout.write(str(report))
    for note in report.notes:
        command.stdout.write(note)
    chosen: Path | None = options["refused"]
    beside = options["file"].with_name(options["file"].name + ".refused.csv")
    # A file of the last run is emptied, so that nobody mends rows that are right by now.
    if not report.refusals and chosen is None and not beside.exists():
        return
    kept = write_refusals(report, chosen or beside, may_move=chosen is None)
    if not report.refusals:
        return
    sentence = ngettext(
        "%(count)d row was refused; see %(path)s", "%(count)d rows were refused; see %(path)s", report.refused
    ) % {"count": report.refused, "path": kept}
    if not options["allow_refused"]:
        raise CommandError(sentence, returncode=1)
    command.stdout.write(sentence)


def write_refusals(report: ImportReport, path: Path, *, may_move: bool) -> Path:
    """Write `line,field,reason,text` and return where; beside a file that may not be written, the data folder serves."""
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        if not may_move:
            raise CommandError(
                _("Refused rows cannot be written to %(path)s: %(why)s") % {"path": path, "why": error.strerror}
            ) from error
        kept = Path(settings.DATA_DIR) / "refused" / path.name
        kept.parent.mkdir(parents=True, exist_ok=True)
        return write_refusals(report, kept, may_move=False)
    with file:
        rows = csv.writer(file)
        rows.writerow(Refusal._fields)
        rows.writerows((line, plain(name), reason, plain(text)) for line, name, reason, text in report.refusals)
    return path
