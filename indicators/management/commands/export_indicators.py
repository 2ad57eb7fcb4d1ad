"""Write the catalogue of definitions to a file that `import_indicators` reads back unchanged."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError

from indicators.queries.definitions.catalogue import catalogue


class Command(BaseCommand):
    help = "Export definitions of indicators, with targets and who reports: YAML, or JSON where the name ends so."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--indicator", action="append", default=[], help="only this code; may be given again")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        entries = catalogue(options["indicator"])
        if path.suffix == ".json":
            text = json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
        else:
            text = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=100)
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        self.stdout.write(f"{path}: {len(entries)}")
