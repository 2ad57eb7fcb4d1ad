"""Which target is in force: the unit's own, or the nearest above it on the tree of the day."""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from indicators.calculations.paths import PathPoint, on_path
from indicators.models import Target


@dataclass(frozen=True, slots=True)
class TargetInForce:
    """The numbers that a figure is held to on a day, and where they come from."""

    target: Decimal | None
    threshold: Decimal | None
    starting_point: Decimal | None
    band_low: Decimal | None
    band_high: Decimal | None
    unit_id: int
    valid_from: dt.date
    #: How far above the unit it was set; 0 is the unit's own.
    distance: int
    #: Whether the numbers are those of this day alone, between the points of a path.
    is_on_path: bool = False

    @property
    def is_inherited(self) -> bool:
        """Whether a unit above has set it."""
        return self.distance > 0


class Line(NamedTuple):
    """An ancestor of a unit, so many steps above it, from a first to a last day (None: still)."""

    ancestor_id: int
    distance: int
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets of some indicators, ready to be asked for any unit and day without another query."""

    #: By indicator and the unit at which they are set.
    rows: Mapping[tuple[int, int], tuple[Target, ...]]

    def in_force(self, indicator_id: int, above: Iterable[tuple[int, int]], day: dt.date) -> TargetInForce | None:
        """Return the target of the nearest of the units `above` (distance, id; itself at 0, in any order) on a day."""
        nearest = self.nearest(indicator_id, above, day)
        return None if nearest is None else numbers_on(*nearest, day)

    def along(self, indicator_id: int, lines: Sequence["Line"], days: Sequence[dt.date]) -> list[TargetInForce | None]:
        """Return the target of each of some days: looked for once for all days between which nothing begins or ends."""
        lines = [line for line in lines if (indicator_id, line.ancestor_id) in self.rows]
        held = [(one.valid_from, one.valid_to) for one in lines]
        held += [(one.valid_from, one.valid_to) for line in lines for one in self.rows[indicator_id, line.ancestor_id]]
        edges = sorted({*(first for first, _ in held), *(last + dt.timedelta(days=1) for _, last in held if last)})
        stretches = [bisect_right(edges, day) for day in days]
        within = dict(zip(stretches, days, strict=True))
        nearest = {stretch: self.nearest(indicator_id, above(lines, day), day) for stretch, day in within.items()}
        found = {stretch: one and numbers_on(*one, within[stretch]) for stretch, one in nearest.items()}
        on_their_way = {stretch: one for stretch, one in nearest.items() if one and one[1].path}
        return [
            numbers_on(*on_their_way[stretch], day) if stretch in on_their_way else found[stretch]
            for stretch, day in zip(stretches, days, strict=True)
        ]

    def nearest(self, indicator_id: int, above: Iterable[tuple[int, int]], day: dt.date) -> tuple[int, Target] | None:
        """Return the nearest target with its distance; of several of one unit, the one that began last."""
        found = [
            (distance, target)
            for distance, unit_id in above
            for target in self.rows.get((indicator_id, unit_id), ())
            if _holds(target.valid_from, target.valid_to, day)
        ]
        return min(found, key=lambda one: (one[0], -one[1].valid_from.toordinal())) if found else None


class TargetsInTurn:
    """Targets for those who ask unit by unit, and of each day by day: between two changes they are looked for once."""

    def __init__(self, targets: Targets) -> None:
        self._targets = targets
        #: By indicator: the days from which on another target may hold.
        self._edges: dict[int, list[dt.date]] = defaultdict(list)
        for (indicator_id, _unit_id), rows in targets.rows.items():
            ends = [one.valid_to + dt.timedelta(days=1) for one in rows if one.valid_to]
            self._edges[indicator_id] += [*(one.valid_from for one in rows), *ends]
        for days in self._edges.values():
            days.sort()
        #: Of the indicator and the units that are asked about: what holds from each of its days on.
        self._asked: tuple[int, Sequence[int]] = (0, ())
        self._found: dict[int, tuple[Target | None, TargetInForce | None]] = {}

    def in_force(self, indicator_id: int, path: Sequence[int], day: dt.date) -> TargetInForce | None:
        """Return the target in force on a day, of the units from the root down to the one whose figure it is."""
        if self._asked != (indicator_id, path):
            self._asked, self._found = (indicator_id, path), {}
        stretch = bisect_right(self._edges.get(indicator_id, ()), day)
        if stretch not in self._found:
            nearest = self._targets.nearest(indicator_id, enumerate(reversed(path)), day)
            self._found[stretch] = (nearest[1], numbers_on(*nearest, day)) if nearest else (None, None)
        target, found = self._found[stretch]
        return numbers_on(found.distance, target, day) if target and found and target.path else found


def numbers_on(distance: int, target: Target, day: dt.date) -> TargetInForce:
    """Return the numbers of a target on a day on which it holds: on its way, where it has a path."""
    aimed, threshold = target.target, target.threshold
    if target.path and aimed is not None:
        points = [PathPoint(target.valid_from, aimed, threshold), *points_of(target)]
        aimed, threshold = on_path(target.path, points, day)
    return TargetInForce(
        aimed,
        threshold,
        target.starting_point,
        target.band_low,
        target.band_high,
        target.unit_id,
        target.valid_from,
        distance,
        is_on_path=bool(target.path),
    )


def points_of(target: Target) -> list[PathPoint]:
    """Return the points of a target's path after its first day."""
    return [
        PathPoint(*point) for point in zip(target.path_days, target.path_targets, target.path_thresholds, strict=True)
    ]


def targets_of(indicator_ids: Collection[int], set_at: Collection[int] | None = None) -> Targets:
    """Load the targets of some indicators that nobody has replaced, with one query: of all units, or those `set_at`."""
    return grouped(
        Target.objects.raw(
            """
            SELECT * FROM indicators_target
            WHERE indicator_id = ANY(%(indicators)s) AND replaced_at IS NULL
                AND (%(set_at)s::bigint[] IS NULL OR unit_id = ANY(%(set_at)s))
            """,
            {"indicators": list(indicator_ids), "set_at": None if set_at is None else list(set_at)},
        )
    )


def grouped(targets: Iterable[Target]) -> Targets:
    """Return targets ready to be asked."""
    rows: dict[tuple[int, int], list[Target]] = defaultdict(list)
    for target in targets:
        rows[target.indicator_id, target.unit_id].append(target)
    return Targets({key: tuple(found) for key, found in rows.items()})


def after_setting(standing: Iterable[Target], made: Target) -> list[Target]:
    """Return the targets of one indicator as they are once one is set: at its unit, what began earlier ends before it.

    Nothing is written; targets that change are copies.
    """
    eve = made.valid_from - dt.timedelta(days=1)
    kept = []
    for one in standing:
        if one.unit_id != made.unit_id or one.valid_from > made.valid_from:
            kept.append(one)
        elif one.valid_from < made.valid_from:
            kept.append(one if one.valid_to is not None and one.valid_to <= eve else _ending(one, eve))
    return [*kept, made]


def _ending(target: Target, last_day: dt.date) -> Target:
    shorter = copy(target)
    shorter.valid_to = last_day
    return shorter


def lines_of(unit_ids: Collection[int]) -> dict[int, list[Line]]:
    """Load what ever stood above some units, with one query."""
    lines: dict[int, list[Line]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT unit_id, ancestor_id, distance, valid_from, valid_to FROM organisation_ancestor
            WHERE unit_id = ANY(%s)
            """,
            [list(unit_ids)],
        )
        for unit_id, *line in cursor.fetchall():
            lines[unit_id].append(Line(*line))
    return lines


def above(lines: Iterable[Line], day: dt.date) -> list[tuple[int, int]]:
    """Return distance and id of what stood above a unit on a day, itself included."""
    return [(line.distance, line.ancestor_id) for line in lines if _holds(line.valid_from, line.valid_to, day)]


def _holds(valid_from: dt.date, valid_to: dt.date | None, day: dt.date) -> bool:
    return valid_from <= day and (valid_to is None or day <= valid_to)
