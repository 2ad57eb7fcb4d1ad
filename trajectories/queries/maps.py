"""The map of a trajectory: as the last refresh left it, or drawn from the events for any other day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import cast

import polars as pl
from django.core.cache import cache
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from organisation.models import Ancestor, Unit
from trajectories.calculations.asked import Asked
from trajectories.calculations.frame import local
from trajectories.calculations.maps import EVERYONE, Tree, pictures
from trajectories.calculations.paths import Rule
from trajectories.calculations.pictures import Picture, Stand, as_json, from_json
from trajectories.calculations.refusals import TrajectoryRefused
from trajectories.models import FlowMap, Trajectory
from trajectories.queries.logs import read_log
from trajectories.queries.places import ancestors_frame, units_frame

#: Events that a page may read to draw a past day: a few seconds' worth.
MOST_EVENTS = 3_000_000
#: Seconds for which a past day, once drawn, is kept for whoever moves the slider back.
KEPT_S = 600


class TooManyEvents(TrajectoryRefused):
    """A past day of this trajectory takes too many events to be drawn for a page."""


@dataclass(frozen=True)
class StepName:
    """A step as people call it, and whether it hands people over."""

    code: str
    name: str
    hands_over: bool = False


@dataclass(frozen=True)
class DrawnMap:
    """A map, ready to be laid out. `as_of` None: never drawn; `day` is the last day that it knows of."""

    trajectory: str
    name: str
    unit: str | None
    as_of: dt.datetime | None
    day: dt.date | None
    steps: tuple[StepName, ...]
    picture: Picture

    @property
    def people(self) -> int | None:
        """How many are open in any step; None where a step may not be told."""
        counts = [step.people for step in self.picture.steps]
        return None if None in counts else sum(one or 0 for one in counts)


def kept_map(trajectory: Trajectory, unit: Unit | None) -> DrawnMap:
    """Return the map as it was last kept: one query, no events."""
    kept = FlowMap.objects.filter(trajectory=trajectory, unit=unit).first()
    if kept is None:
        as_of = FlowMap.objects.filter(trajectory=trajectory).values_list("as_of", flat=True).first()
        return _drawn(trajectory, unit, as_of, None)
    return _drawn(trajectory, unit, kept.as_of, from_json(kept.picture))


def is_map_old(trajectory: Trajectory) -> bool:
    """Whether a refresh has begun since the map was kept, or none was."""
    last = trajectory.refreshes.filter(error="").values_list("started_at", flat=True).first()
    if last is None:
        return False
    kept = FlowMap.objects.filter(trajectory=trajectory, unit=None).values_list("as_of", flat=True).first()
    return kept is None or kept < last


def map_on(trajectory: Trajectory, unit: Unit | None, day: dt.date) -> DrawnMap:
    """Return the map at the end of a past day, from the events. Raises `TooManyEvents`."""
    before = dt.datetime.combine(day + dt.timedelta(days=1), dt.time())
    return map_before(trajectory, unit, timezone.make_aware(before, timezone.get_fixed_timezone(0)), before)


def map_as_of(
    trajectory: Trajectory, unit: Unit | None, as_of: dt.datetime, known_on: dt.datetime | None = None
) -> DrawnMap:
    """Return the map before an instant, from the events, or from what had arrived by `known_on`. Raises `TooManyEvents`."""
    return map_before(trajectory, unit, as_of, local(as_of, trajectory.timezone), known_on)


def map_before(
    trajectory: Trajectory,
    unit: Unit | None,
    as_of: dt.datetime,
    wall: dt.datetime,
    known_on: dt.datetime | None = None,
) -> DrawnMap:
    """Return the map before a moment of the wall clock; `as_of` is what the map says of itself."""
    if not may_read(trajectory):
        raise TooManyEvents(_("There are too many events to draw a past day of this trajectory on a page."))
    newest = trajectory.batches.values_list("pk", flat=True).first()
    state = (trajectory.pk, trajectory.version, newest, trajectory.stale_since, unit and unit.pk, wall, known_on)
    key = "flow-map:" + ":".join(map(str, state)).replace(" ", "_")
    found = cache.get(key)
    if found is None:
        drawn = all_pictures(trajectory, wall, known_on).get(unit.pk if unit else EVERYONE)
        found = as_json(drawn or _nobody(trajectory))
        cache.set(key, found, KEPT_S)
    return _drawn(trajectory, unit, as_of, from_json(found), _last_day(wall))


def may_read(trajectory: Trajectory) -> bool:
    """Whether a page may read all events of a trajectory."""
    return (trajectory.batches.aggregate(events=Sum("rows_new"))["events"] or 0) <= MOST_EVENTS


def all_pictures(
    trajectory: Trajectory, before: dt.datetime, known_on: dt.datetime | None = None
) -> dict[int, Picture]:
    """Return the map of every unit (`EVERYONE`: of all) before a moment of the wall clock, from the events."""
    log, today = read_log(trajectory, as_of=before, columns=(), known_on=known_on), _last_day(before)
    asked = Asked(log, clock=trajectory.clock, as_of=before)
    rules = [cast("Rule", tuple(rule)) for rule in trajectory.expected]
    return pictures(asked, trajectory.steps, rules, _tree(today), today)


def _last_day(before: dt.datetime) -> dt.date:
    return (before - dt.timedelta(microseconds=1)).date()


def _tree(today: dt.date) -> Tree:
    above = units_frame().join(ancestors_frame(on=today), on="unit").select("team", key="ancestor")
    pairs = Ancestor.objects.valid(today).filter(distance=1).values_list("unit_id", "ancestor_id")
    roots: dict[int, int | None] = dict.fromkeys(above["key"].unique().to_list(), EVERYONE)
    return Tree(above.with_columns(pl.col("key").cast(pl.Int64)), roots | dict(pairs))


def _nobody(trajectory: Trajectory) -> Picture:
    return Picture(tuple(Stand() for _ in trajectory.steps))


def _drawn(
    trajectory: Trajectory,
    unit: Unit | None,
    as_of: dt.datetime | None,
    picture: Picture | None,
    day: dt.date | None = None,
) -> DrawnMap:
    if picture is None or len(picture.steps) != len(trajectory.steps):
        picture = _nobody(trajectory)
    return DrawnMap(
        trajectory=trajectory.code,
        name=trajectory.name,
        unit=unit.code if unit else None,
        as_of=as_of,
        day=day or (local(as_of, trajectory.timezone).date() if as_of else None),
        steps=tuple(_names(trajectory)),
        picture=picture,
    )


def _names(trajectory: Trajectory) -> list[StepName]:
    letting_go = set(trajectory.clock.get("hand_over", []))
    is_french = get_language() == "fr"
    return [
        StepName(
            step["code"],
            (step.get("name_fr") if is_french else "") or step["name_en"],
            hands_over=bool(letting_go & set(step.get("activities", []))),
        )
        for step in trajectory.steps
    ]
