"""Compute one measure over the stored events of a trajectory and print it as JSON."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trajectories.calculations.refusals import BadParameter, TrajectoryRefused
from trajectories.queries import measure, trajectory_by_code
from trajectories.queries.measures import read_as_of, read_known_on


class Command(BaseCommand):
    help = "Print one measure as JSON, as docs/trajectories.md defines it; nothing is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("trajectory", metavar="TRAJECTORY")
        parser.add_argument("measure", metavar="MEASURE")
        parser.add_argument("--params", default="{}", help="JSON object")
        parser.add_argument("--as-of", default="", help="only events before this time are known")
        parser.add_argument("--known-on", default="", help="only what had arrived by this day or time, as it was then")

    def handle(self, **options: Any) -> None:
        try:
            as_of = read_as_of(options["as_of"]) if options["as_of"] else None
            trajectory = trajectory_by_code(options["trajectory"])
            known_on = read_known_on(options["known_on"], trajectory.timezone) if options["known_on"] else None
            found = measure(trajectory, options["measure"], _params(options["params"]), as_of, known_on)
        except TrajectoryRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(json.dumps(found, ensure_ascii=False, default=str))


def _params(text: str) -> dict[str, object]:
    try:
        params = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadParameter(f"--params is not JSON: {error}.") from None
    if not isinstance(params, dict):
        raise BadParameter("--params must be a JSON object.")
    return params
