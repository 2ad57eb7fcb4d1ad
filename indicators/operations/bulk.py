"""Change many observations at once: imports and jobs, a million rows in a few statements."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from indicators.calculations import Parts
from organisation.models import Person


class Row(NamedTuple):
    """A figure by the ids of its indicator, unit and period; without parts, it is withdrawn."""

    indicator_id: int
    unit_id: int
    period_id: int
    parts: Parts | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of many rows; withdrawn ones count as changed."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


def record_observations(*, rows: Iterable[Row], source: str, by: Person | None, now: dt.datetime) -> Tally:
    """Write many figures as `record_observation` writes one; only rows that differ are written.

    The rows are taken as they are: a caller that doesn't know them to be sound asks `refuse_impossible` first. The
    last of several rows for the same figure counts. Values follow with the next drain: call `drain_rollups`, or leave
    it to the worker, who is nudged after commit.
    """
    raise NotImplementedError
