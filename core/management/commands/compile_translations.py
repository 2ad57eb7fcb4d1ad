"""Compile the translations (.po to .mo) in pure Python: no gettext need be on the machine."""

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile every catalogue of translations that is newer than what was made of it."

    def handle(self, *_args: Any, **options: Any) -> None:
        catalogues = [path for folder in settings.LOCALE_PATHS for path in sorted(Path(folder).rglob("*.po"))]
        stale = [path for path in catalogues if _is_stale(path)]
        for path in stale:
            polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))
        if options["verbosity"]:
            self.stdout.write(f"{len(stale)} of {len(catalogues)} translations compiled.")


def _is_stale(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime
