"""Prove the values: compute all of them again from the observations, another way, and compare."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from indicators.operations import drain_rollups, follow_tree
from indicators.queries import check_rollups


class Command(BaseCommand):
    help = "Recompute every value from scratch and compare; exit 1 if any differs."

    def handle(self, *_args: Any, **_options: Any) -> None:
        # What a worker would do within seconds: units may have moved, and figures come, with nobody at work.
        now = timezone.now()
        follow_tree(now=now)
        drain_rollups(now=now)
        check = check_rollups()
        self.stdout.write(f"compared {check.compared}, differences {check.different}")
        for one in check.differences:
            self.stdout.write(f"{one.indicator} {one.unit} {one.period}: is {one.kept}, should be {one.should_be}")
        if check.different:
            raise CommandError(f"{check.different} values differ.", returncode=1)
