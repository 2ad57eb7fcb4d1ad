"""Propose a first definition from a log: that of a trajectory, or of a file that is only looked at."""

import io
import os
import re
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from trajectories.calculations.definition.proposal import Seen, propose, seen_in, told
from trajectories.forms.definition_files import write_yaml
from trajectories.models import Trajectory
from trajectories.queries.activities import log_to_propose_from


class Command(BaseCommand):
    help = "Write the YAML of a first definition, as import_trajectory reads it, from the events of a log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("log", metavar="TRAJECTORY|FILE")
        parser.add_argument("--map", default="", help="for a file, as import_events has it")
        parser.add_argument("--timezone", default="", help="for a file: where times with an offset are shown")
        parser.add_argument("--output", type=Path, help="where to write it (the screen)")

    def handle(self, **options: Any) -> None:
        trajectory = Trajectory.objects.filter(code=options["log"]).first()
        path = Path(options["log"])
        if trajectory is None and not path.is_file():
            raise CommandError(_("There is no trajectory and no file “%(log)s”.") % {"log": options["log"]})
        text = _proposed(trajectory) if trajectory else _proposed_from_file(path, options)
        if options["output"]:
            options["output"].write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text)


def _proposed(trajectory: Trajectory) -> str:
    log = log_to_propose_from(trajectory)
    if not log.height:
        raise CommandError(_("There is no log yet to propose from."))
    sheet = propose(log, code=trajectory.code, name=trajectory.name_en, zone=trajectory.timezone)
    return "".join([*_comments(log, seen_in(log)), write_yaml(sheet)])


def _comments(log: pl.DataFrame, seen: list[Seen]) -> list[str]:
    """Return the activities with their frequency, as comments: a person reads them before anything is measured."""
    cases = told(log["case"].n_unique())
    lines = [
        f"# {log.height} events of {cases} cases. Activities in their usual order, with the cases that have them:\n"
    ]
    return lines + [f"#   {told(one.cases):>9}  {' '.join(one.activity.split())}\n" for one in seen]


def _proposed_from_file(path: Path, options: dict[str, Any]) -> str:
    """Import the file as ever, look, and roll back: nothing is kept."""
    code = re.sub(r"[^a-z0-9]+", "-", path.name.split(".")[0].lower()).strip("-")[:60] or "log"
    zone = options["timezone"] or "UTC"
    with TemporaryDirectory() as folder, transaction.atomic():
        trajectory = Trajectory.objects.create(code=f"looked-at-{os.getpid()}", name_en=code, timezone=zone)
        refused = Path(folder) / "refused.csv"
        further = ["--map", options["map"]] if options["map"] else []
        further += ["--refused", str(refused), "--allow-refused"]
        call_command("import_events", trajectory.code, str(path), *further, stdout=io.StringIO())
        trajectory.code = code
        text = _proposed(trajectory)
        transaction.set_rollback(True)
    return text
