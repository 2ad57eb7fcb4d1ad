"""What would change if a target moved: past periods whose status would be another, counted without saving anything."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from indicators.calculations import StatusCode
from indicators.models import Indicator, Target
from indicators.queries.definitions.versions import rules_of
from indicators.queries.figures.judged import day_of, figure_of, reported_of, status_of
from indicators.queries.rollup.tree import Tree, load_tree
from indicators.queries.targets.in_force import TargetInForce, Targets, grouped
from indicators.queries.targets.past_values import past_values
from indicators.queries.targets.what_if_followed import Followed, followed
from organisation.models import Unit


@dataclass(frozen=True, slots=True)
class Shift:
    """So many figures whose status would go from one to another."""

    before: StatusCode
    after: StatusCode
    figures: int


@dataclass(frozen=True, slots=True)
class UnitShift:
    """How many of a unit's figures would have another status, of those that the target judges."""

    unit: Unit
    changed: int
    figures: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What would change. Shifts and units by how much, most first; units without any change are left out."""

    #: Figures of past periods that are held to another target than before.
    figures: int
    changed: int
    shifts: tuple[Shift, ...]
    units: tuple[UnitShift, ...]
    #: Units that are held to the target, with or without a change.
    held: int
    #: What is computed with the target: indexes, and what is computed from these.
    followed: tuple[Followed, ...] = ()


def what_if(
    *,
    indicator: Indicator,
    unit: Unit,
    before: Sequence[Target],
    after: Sequence[Target],
    since: dt.date,
    today: dt.date,
    visible: Collection[int] | None = None,
) -> WhatIf:
    """Compare the statuses of the ended periods at a unit and below by two sets of the indicator's standing targets.

    `since`: the first day on which they differ. Each period is judged as it was: by the tree and the rule of its last
    day. `visible`: ids of the units that the reader may see; None: all.
    """
    shifts: Counter[tuple[StatusCode, StatusCode]] = Counter()
    changed: Counter[int] = Counter()
    figures: Counter[int] = Counter()
    compared = _compared(indicator, unit, grouped(before), grouped(after), since=since, today=today, visible=visible)
    for unit_id, was, would_be in compared:
        figures[unit_id] += 1
        if was != would_be:
            shifts[was, would_be] += 1
            changed[unit_id] += 1
    units = Unit.objects.in_bulk(changed)
    return WhatIf(
        figures=figures.total(),
        changed=changed.total(),
        shifts=tuple(Shift(*pair, count) for pair, count in shifts.most_common()),
        units=tuple(UnitShift(units[pk], count, figures[pk]) for pk, count in changed.most_common()),
        held=len(figures),
        followed=followed(indicator=indicator, unit=unit, after=after, since=since, today=today, visible=visible),
    )


def _compared(
    indicator: Indicator,
    unit: Unit,
    before: Targets,
    after: Targets,
    *,
    since: dt.date,
    today: dt.date,
    visible: Collection[int] | None,
) -> Iterator[tuple[int, StatusCode, StatusCode]]:
    """Yield unit, status and status to be of each figure that would be held to another target."""
    rules, tree, units = rules_of([indicator]), load_tree(), Unit.objects.in_bulk()
    for kept, period in past_values(indicator, unit, since=since, today=today, visible=visible):
        place = units[kept.unit_id]
        day = day_of(place, period)
        above = _above(tree, place, day)
        old, new = (targets.in_force(indicator.pk, above, day) for targets in (before, after))
        if _same_numbers(old, new):
            continue
        rule = rules.rule(indicator, period.ends_on)
        found = reported_of(rule, kept, period, today=today)
        figure = figure_of(rule, found.parts)
        was, would_be = (
            status_of(
                rule, place, period, value=figure, found=found, target=target, today=today, is_closed_for_good=False
            )
            for target in (old, new)
        )
        yield kept.unit_id, was, would_be


def _above(tree: Tree, unit: Unit, day: dt.date) -> list[tuple[int, int]]:
    return list(enumerate(reversed(tree.path(unit.pk, day))))


def _same_numbers(old: TargetInForce | None, new: TargetInForce | None) -> bool:
    """Whether two targets judge alike; where they come from is no matter."""
    if old is None or new is None:
        return old is new
    names = ("target", "threshold", "band_low", "band_high")
    return all(getattr(old, name) == getattr(new, name) for name in names)
