"""One refresh as it goes on: what it reads, and what it has to tell."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import polars as pl

from organisation.operations import periods_spanning
from trajectories.calculations.asked import Asked
from trajectories.calculations.figures.contributions import contributions
from trajectories.calculations.figures.placing import PERIODS, Place
from trajectories.calculations.figures.sums import Sums, sums_of, total
from trajectories.models import Trajectory
from trajectories.operations.refreshing.sound import Sound, calendar_fingerprint
from trajectories.queries.known import Taken
from trajectories.queries.places import ancestors_frame, periods_frame, tree_fingerprint, units_frame


class MustBeWhole(Exception):
    """What is kept does not suffice to go on from."""


@dataclass
class Work:
    """What a refresh of a trajectory computes from; `as_of`: the wall clock before which events count."""

    trajectory: Trajectory
    taken: Taken
    measures: list[Sound]
    as_of: dt.datetime
    now: dt.datetime
    units: pl.DataFrame = field(default_factory=units_frame)
    ancestors: pl.DataFrame = field(default_factory=ancestors_frame)
    changed: int = 0

    @property
    def columns(self) -> list[str]:
        """The columns of events that the measures read beyond the usual ones."""
        return list(dict.fromkeys(name for one in self.measures for name in one.columns))

    def place(self, frequency: str, first: dt.date | None, last: dt.date | None) -> Place:
        """Return where and when cells of a frequency can be, from a day to a day."""
        if first is None or last is None:
            return Place(self.units, pl.DataFrame(schema=PERIODS), self.ancestors)
        return Place(self.units, periods_frame(periods_spanning(frequency, first, last)), self.ancestors)

    def sums(self, one: Sound, log: pl.DataFrame, place: Place, as_of: dt.datetime) -> Sums:
        """Return what the cases of a log come to in a measure, each period by the rule that holds for it."""
        found = []
        for number, rule in enumerate(one.rules):
            asked = Asked(log, rule.params, rule.clock, as_of)
            contributed = contributions(rule.measure, one.kind, asked)
            found.append(sums_of(contributed, place, rule=number, era=rule.shape.era))
        return found[0] if len(found) == 1 else total(found)


def ground() -> str:
    """Return what changes whenever units, their tree or the fiscal calendar do."""
    return f"{tree_fingerprint()[:16]}{calendar_fingerprint()[:16]}"
