"""Load the invented centre: units, people, indicators, three years of events and figures, boards."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.load import SEED, DemoRefused, load_demo


class Command(BaseCommand):
    help = "Load the demo into an empty organisation; production refuses it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--today", type=dt.date.fromisoformat, help="the day after the last event (today)")
        parser.add_argument("--seed", type=int, default=SEED, help="another seed invents other figures")

    def handle(self, *_args: Any, **options: Any) -> None:
        today = options["today"] or timezone.localdate()
        try:
            load_demo(today=today, now=timezone.now(), seed=options["seed"], say=self.stdout.write)
        except DemoRefused as refusal:
            raise CommandError(str(refusal)) from refusal
