"""The map of a trajectory: as the last refresh left it, or drawn from the events for any other day."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from typing import cast

import polars as pl
from django.core.cache import cache
from django.db.models import F, Max, Q, Sum
from django.utils.translation import get_language

from organisation.models import Ancestor, Unit
from trajectories.calculations.asked import Asked
from trajectories.calculations.frame import local
from trajectories.calculations.maps import EVERYONE, Tree, facts, joined, pictures
from trajectories.calculations.paths import Rule
from trajectories.calculations.pictures import Picture, Stand, as_json, from_json
from trajectories.models import EventBatch, FlowMap, PastMap, Trajectory
from trajectories.queries.logs import has_activity, read_log
from trajectories.queries.places import ancestors_frame, tree_fingerprint, units_frame
from trajectories.queries.rules import trajectory_on

#: Events read at a time: some 200 MB while facts are found in them.
SHARE_EVENTS = 500_000
#: Seconds for which the map of another moment than the end of a day is kept.
KEPT_S = 600


@dataclass(frozen=True)
class StepName:
    """A step as people call it, and whether it hands people over."""

    code: str
    name: str
    hands_over: bool = False


@dataclass(frozen=True)
class Made:
    """When the maps of a past day were drawn, in how many seconds, and from how many events."""

    at: dt.datetime
    seconds: float
    events: int


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
    #: Of a past day: how it was drawn.
    made: Made | None = None

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


def past_map(trajectory: Trajectory, unit: Unit | None, day: dt.date) -> DrawnMap | None:
    """Return the map of the end of a past day as it was kept; None where it was not, or no longer stands."""
    kept = PastMap.objects.filter(trajectory=trajectory, day=day, state=log_state(trajectory))
    found = list(kept.filter(Q(unit=unit) | Q(unit=None)).order_by(F("unit").asc(nulls_last=True)))
    if not found:
        return None
    wall = end_of(day)
    own = found[0].picture if found[0].unit_id == (unit.pk if unit else None) else None
    drawn = _drawn(trajectory, unit, _as_if_utc(wall), from_json(own) if own else None, day)
    return replace(drawn, made=Made(found[0].drawn_at, found[0].seconds, found[0].events))


def map_as_of(
    trajectory: Trajectory, unit: Unit | None, as_of: dt.datetime, known_on: dt.datetime | None = None
) -> DrawnMap:
    """Return the map before an instant, from the events, or from what had arrived by `known_on`.

    However many events there are: that of a long log takes its time, and is kept for a while.
    """
    wall = local(as_of, trajectory.timezone)
    kept = past_map(trajectory, unit, _last_day(wall)) if known_on is None and wall.time() == dt.time() else None
    if kept is not None:
        return replace(kept, as_of=as_of)
    state = (log_state(trajectory), unit and unit.pk, wall, known_on)
    key = f"flow-map:{trajectory.pk}:" + ":".join(map(str, state)).replace(" ", "_")
    found = cache.get(key)
    if found is None:
        drawn = all_pictures(trajectory, wall, known_on).get(unit.pk if unit else EVERYONE)
        found = as_json(drawn or _nobody(trajectory_on(trajectory, _last_day(wall))))
        cache.set(key, found, KEPT_S)
    return _drawn(trajectory, unit, as_of, from_json(found), _last_day(wall))


def end_of(day: dt.date) -> dt.datetime:
    """Return the wall clock at which a day is over."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time())


def _as_if_utc(wall: dt.datetime) -> dt.datetime:
    return wall.replace(tzinfo=dt.UTC)


def log_state(trajectory: Trajectory) -> str:
    """Return what changes whenever events come or go, the definition does, or units and their tree do."""
    imports = EventBatch.objects.filter(trajectory=trajectory).aggregate(
        newest=Max("pk"), finished=Max("finished_at"), undone=Max("undone_at")
    )
    told = [trajectory.version, trajectory.stale_since if not imports["newest"] else None, *imports.values()]
    text = ":".join(map(str, [*told, tree_fingerprint()]))
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def events_of(trajectory: Trajectory) -> int:
    """Return about how many events a trajectory has."""
    return trajectory.batches.aggregate(events=Sum("rows_new"))["events"] or 0


def all_pictures(
    trajectory: Trajectory, before: dt.datetime, known_on: dt.datetime | None = None
) -> dict[int, Picture]:
    """Return the map of every unit (`EVERYONE`: of all) before a moment of the wall clock, from the events.

    By the definition that held on the last day. The events of one share of the cases are in memory at a time.
    """
    today = _last_day(before)
    defined = trajectory_on(trajectory, today)
    rules, tree = [cast("Rule", tuple(rule)) for rule in defined.expected], _tree(today)
    of = max(1, -(-events_of(trajectory) // SHARE_EVENTS))
    leaving = Asked(pl.DataFrame(), clock=defined.clock).leaving()
    has_ends = has_activity(trajectory, leaving, before=before) if of > 1 else None
    told = []
    for number in range(of):
        log = read_log(trajectory, as_of=before, columns=(), known_on=known_on, share=(number, of))
        asked = Asked(log, clock=defined.clock, as_of=before)
        told.append(facts(asked, defined.steps, rules, tree, today, has_ends=has_ends))
    return pictures(joined(told), defined.steps, rules, tree, today)


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
    day = day or (local(as_of, trajectory.timezone).date() if as_of else None)
    trajectory = trajectory_on(trajectory, day) if day else trajectory
    if picture is None or len(picture.steps) != len(trajectory.steps):
        picture = _nobody(trajectory)
    return DrawnMap(
        trajectory=trajectory.code,
        name=trajectory.name,
        unit=unit.code if unit else None,
        as_of=as_of,
        day=day,
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
