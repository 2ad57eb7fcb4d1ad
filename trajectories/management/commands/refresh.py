"""Compute the measures of trajectories and their roll-ups now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from indicators.operations import drain_rollups, rebuild_values
from trajectories.calculations.refusals import TrajectoryRefused
from trajectories.models import Trajectory
from trajectories.operations import refresh
from trajectories.queries import trajectory_by_code


class Command(BaseCommand):
    help = "Compute measures and roll-ups now, of one trajectory or all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--trajectory", default="", metavar="CODE")
        parser.add_argument(
            "--full",
            action="store_true",
            help="also compute everything anew, tell what differed, and rebuild all values",
        )

    def handle(self, **options: Any) -> None:
        code = options["trajectory"]
        try:
            chosen = [trajectory_by_code(code)] if code else list(Trajectory.objects.all())
        except TrajectoryRefused as refused:
            raise CommandError(str(refused)) from refused
        failed = [one.code for one in chosen if not self._refresh(one, full=options["full"])]
        if not code:
            drain_rollups(now=timezone.now())
            if options["full"]:
                rebuild_values(now=timezone.now())
        if failed:
            raise CommandError(_("Not refreshed: %(codes)s.") % {"codes": ", ".join(failed)}, returncode=1)

    def _refresh(self, trajectory: Trajectory, *, full: bool) -> bool:
        row = refresh(trajectory, now=timezone.now(), full=full)
        if row is None:
            self.stdout.write(_("%(code)s: another process is refreshing it.") % {"code": trajectory.code})
            return False
        self.stdout.write(
            ngettext(
                "%(code)s: %(events)d event, observations changed: %(changed)d, at no known unit: %(left_out)d",
                "%(code)s: %(events)d events, observations changed: %(changed)d, at no known unit: %(left_out)d",
                row.events,
            )
            % {
                "code": trajectory.code,
                "events": row.events,
                "changed": row.observations_changed,
                "left_out": row.left_out.get("contributions", 0),
            }
        )
        if row.differences is not None:
            self.stdout.write(
                ngettext(
                    "%(code)s: %(differences)d figure differed from everything computed anew",
                    "%(code)s: %(differences)d figures differed from everything computed anew",
                    row.differences,
                )
                % {"code": trajectory.code, "differences": row.differences}
            )
        if row.error:
            self.stderr.write("\n".join(filter(None, (row.fault, row.detail))))
        return not row.error
