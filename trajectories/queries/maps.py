"""The map of a trajectory: as the last refresh left it, or drawn from the events for any other day."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, cast

import polars as pl
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet, Sum

from core.language import in_language
from organisation.models import Ancestor, Unit
from trajectories.calculations.asked import Asked
from trajectories.calculations.frame import local
from trajectories.calculations.maps.drawn import EVERYONE, Tree, facts, joined, pictures
from trajectories.calculations.maps.paths import Rule
from trajectories.calculations.maps.pictures import Picture, as_json, from_json, of_nobody
from trajectories.models import EventBatch, FlowMap, PastMap, Trajectory
from trajectories.queries.keys import check_rotation
from trajectories.queries.logs import has_activity, read_log
from trajectories.queries.places import ancestors_frame, tree_fingerprint, units_frame
from trajectories.queries.rules import trajectory_on

#: Events read at a time: some 200 MB while facts are found in them.
SHARE_EVENTS = 500_000
#: Seconds for which the map of another moment than the end of a day is kept.
KEPT_S = 600

Kept = TypeVar("Kept", FlowMap, PastMap)


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
    """Return the map as it was last kept, without any event: one query, and one more where nobody is."""
    kept = FlowMap.objects.filter(trajectory=trajectory)
    found = _own_and_everyones(kept, unit)
    if not found:
        return _drawn(trajectory, unit, None, None)
    return _drawn(trajectory, unit, found[0].as_of, _own(found, unit, kept))


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
    found = _own_and_everyones(kept, unit)
    if not found:
        return None
    drawn = _drawn(trajectory, unit, _as_if_utc(end_of(day)), _own(found, unit, kept), day)
    return replace(drawn, made=Made(found[0].drawn_at, found[0].seconds, found[0].events))


def _own_and_everyones(kept: QuerySet[Kept], unit: Unit | None) -> list[Kept]:
    """Return the map of a unit, where there is one, and after it that of everyone."""
    return list(kept.filter(Q(unit=unit) | Q(unit=None)).order_by(F("unit").asc(nulls_last=True)))


def _own(found: Sequence[Kept], unit: Unit | None, kept: QuerySet[Kept]) -> Picture:
    """Return a unit's own picture, or that of nobody."""
    if found[0].unit_id == (unit.pk if unit else None):
        return from_json(found[0].picture)
    everyone = from_json(found[0].picture)
    return of_nobody(len(everyone.steps), everyone, has_units=kept.filter(unit__isnull=False).exists())


def ended_day(trajectory: Trajectory, as_of: dt.datetime) -> dt.date | None:
    """Return the day that ends at an instant; None where none does."""
    wall = local(as_of, trajectory.timezone)
    return _last_day(wall) if wall.time() == dt.time() else None


def lately_drawn(
    trajectory: Trajectory, unit: Unit | None, as_of: dt.datetime, known_on: dt.datetime | None = None
) -> DrawnMap | None:
    """Return the map before an instant if it was drawn a little while ago."""
    found = cache.get(_key(trajectory, unit, as_of, known_on))
    day = _last_day(local(as_of, trajectory.timezone))
    return _drawn(trajectory, unit, as_of, from_json(found), day) if found else None


def map_as_of(
    trajectory: Trajectory, unit: Unit | None, as_of: dt.datetime, known_on: dt.datetime | None = None
) -> DrawnMap:
    """Return the map before an instant, from the events, or from what had arrived by `known_on`.

    However many events there are: that of a long log takes its time, and is kept for a while. Raises `RotationUnderWay`.
    """
    day = ended_day(trajectory, as_of)
    kept = past_map(trajectory, unit, day) if day and known_on is None else None
    if kept is not None:
        return replace(kept, as_of=as_of)
    lately = lately_drawn(trajectory, unit, as_of, known_on)
    if lately is not None:
        return lately
    wall = local(as_of, trajectory.timezone)
    with transaction.atomic():
        check_rotation()
        drawn = all_pictures(trajectory, wall, known_on)
    everyone = drawn[EVERYONE]
    own = drawn.get(unit.pk if unit else EVERYONE)
    own = own or of_nobody(len(everyone.steps), everyone, has_units=len(drawn) > 1)
    cache.set(_key(trajectory, unit, as_of, known_on), as_json(own), KEPT_S)
    return _drawn(trajectory, unit, as_of, own, _last_day(wall))


def _key(trajectory: Trajectory, unit: Unit | None, as_of: dt.datetime, known_on: dt.datetime | None) -> str:
    state = (log_state(trajectory), unit and unit.pk, local(as_of, trajectory.timezone), known_on)
    return f"flow-map:{trajectory.pk}:" + ":".join(map(str, state)).replace(" ", "_")


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
    return trajectory.batches.filter(undone_at=None).aggregate(events=Sum("rows_new"))["events"] or 0


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
        picture = of_nobody(len(trajectory.steps), None, has_units=False)
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
    return [
        StepName(
            step["code"],
            in_language(step["name_en"], step.get("name_fr", "")),
            hands_over=bool(letting_go & set(step.get("activities", []))),
        )
        for step in trajectory.steps
    ]
