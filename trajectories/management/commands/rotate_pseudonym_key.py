"""Bring the stored pseudonyms under a further key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import ngettext

from trajectories.calculations.refusals import TrajectoryRefused
from trajectories.operations.rotating import rotate_keys


class Command(BaseCommand):
    help = (
        "Bring the stored pseudonyms under OBEYA_PSEUDONYM_KEY, which comes after the keys in OBEYA_PSEUDONYM_KEYS_BEFORE"
        " (oldest first, parted by commas). All of them are needed from then on. Broken off, it goes on when it is run"
        " again; until it has ended nothing is imported or measured."
    )

    def handle(self, **_options: Any) -> None:
        try:
            rows = rotate_keys(now=timezone.now(), tell=self._draw)
        except TrajectoryRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            ngettext(
                "%(rows)d row was brought under the new key.", "%(rows)d rows were brought under the new key.", rows
            )
            % {"rows": rows}
        )

    def _draw(self, rows: int, of: int) -> None:
        """Tell how far it is, where somebody looks on."""
        if self.stderr.isatty():
            self.stderr.write(f"\r{rows:,} / {of:,}", style_func=str, ending="\n" if rows == of else "")
            self.stderr.flush()
