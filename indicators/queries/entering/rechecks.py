"""What other validation rules say of figures that stand: which would be doubted, and which no more."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace

from django.db import connection
from django.db.models import Count, Q, QuerySet

from indicators.models import Indicator, Observation, ValidationRule
from indicators.queries.entering.doubts import Around, Cell, Seen, around, cell_of, rules_around

#: Figures looked at at a time; bounds the memory.
AT_ONCE = 5_000
#: Figures whose last word, on parts that are still the same, is a person's that they are right.
CONFIRMED = """
SELECT DISTINCT seen.indicator_id, seen.unit_id, seen.period_id
FROM indicators_confirmation said JOIN indicators_observation seen USING (indicator_id, unit_id, period_id)
WHERE said.indicator_id = ANY(%s) AND NOT EXISTS (
    SELECT FROM indicators_earlierentry earlier
    WHERE earlier.indicator_id = seen.indicator_id AND earlier.unit_id = seen.unit_id
        AND earlier.period_id = seen.period_id
        AND (earlier.replaced_at, earlier.revision) >= (said.confirmed_at, said.revision)
        AND (earlier.numerator, earlier.denominator, earlier.days, earlier.cases, earlier.members,
            earlier.is_applicable)
        IS DISTINCT FROM (seen.numerator, seen.denominator, seen.days, seen.cases, seen.members, seen.is_applicable)
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Rules of an indicator that begin and end together.

    New ones doubt figures of periods that end on the day `since` or later, None: all. What ended rules doubted is looked
    at whatever its period.
    """

    indicator: Indicator
    made: Sequence[ValidationRule] = ()
    ended: Sequence[ValidationRule] = ()
    since: dt.date | None = None


@dataclass(slots=True)
class Recheck:
    """What a change of rules makes of the figures that stand."""

    #: Looked at.
    figures: int = 0
    #: Not doubted before, and doubted now.
    marked: int = 0
    #: Doubted before, and no more.
    cleared: int = 0
    #: A new rule would doubt them; a person has said that they are right, so they stay.
    confirmed: int = 0
    #: Ids of the units whose figures are marked.
    units: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Judge:
    """A change as figures are held against it."""

    change: Change
    new: frozenset[str]
    gone: frozenset[str]
    confirmed: frozenset[Cell]

    def codes(self, looked: Around, row: Seen) -> tuple[list[str], bool]:
        """Return the codes of the rules that doubt a figure, and whether a person's word keeps new ones off."""
        found = looked.doubts(row, self.new.union(row.suspicions) if row.suspicions else self.new)
        kept = [
            code for code in row.suspicions if code not in self.gone and (code in found or not looked.knows(row, code))
        ]
        is_inside = self.change.since is None or row.period.ends_on >= self.change.since
        more = [code for code in found if code in self.new and code not in kept] if is_inside else []
        more = [code for code in more if looked.falls_on(row, code)]
        is_confirmed = bool(more) and cell_of(row) in self.confirmed
        return (kept if is_confirmed else [*kept, *more]), is_confirmed


def rechecked(change: Change, told: Recheck) -> Iterator[list[Seen]]:
    """Judge the figures that stand by the rules after a change, some units at a time; count what comes of it in `told`.

    Yields those whose `suspicions` are others than are kept; saves nothing. In order of time, so that a figure that is
    doubted now is no measure for the next.
    """
    rules = rules_around([change.indicator.pk])
    gone = {rule.pk for rule in change.ended}
    unsaved = [rule for rule in change.made if rule.pk < 0]
    rules = {pk: [rule for rule in held if rule.pk not in gone] for pk, held in rules.items()}
    for rule in unsaved:
        for pk in filter(None, (rule.indicator_id, rule.other_id)):
            rules.setdefault(pk, []).append(rule)
    touched = {change.indicator.pk, *rules, *(rule.other_id for rule in change.ended if rule.other_id)}
    for pk in touched:
        rules.setdefault(pk, [])
    judge = _Judge(
        change,
        frozenset(rule.code for rule in change.made),
        frozenset(rule.code for rule in change.ended),
        _confirmed(touched) if change.made else frozenset(),
    )
    for cells in _batches(_wanted(change, touched)):
        yield _judged(around(rules, cells), cells, judge, told)


def recheck_foreseen(change: Change) -> Recheck:
    """Count what a change of rules would make of the figures that stand; its new rules are unsaved, and stay so."""
    made = [copy(rule) for rule in change.made]
    for number, rule in enumerate(made, 1):
        rule.pk = -number
    told = Recheck()
    for _rows in rechecked(replace(change, made=made), told):
        pass
    return told


def _judged(looked: Around, cells: Collection[Cell], judge: _Judge, told: Recheck) -> list[Seen]:
    changed = []
    told.figures += len(cells)
    rows = (looked.observations[cell] for cell in cells)
    for row in sorted(rows, key=lambda one: (one.period.starts_on, one.pk)):
        codes, is_confirmed = judge.codes(looked, row)
        told.confirmed += is_confirmed
        if codes == row.suspicions:
            continue
        told.marked += bool(codes) and not row.suspicions
        told.cleared += not codes
        if codes and not row.suspicions:
            told.units.add(row.unit_id)
        row.suspicions = codes
        changed.append(row)
    return changed


def _confirmed(indicators: Collection[int]) -> frozenset[Cell]:
    with connection.cursor() as cursor:
        cursor.execute(CONFIRMED, [list(indicators)])
        return frozenset((indicator, unit, period) for indicator, unit, period in cursor.fetchall())


def _wanted(change: Change, indicators: Collection[int]) -> Q:
    """Return which figures can come to other doubts: those that new rules look at, and those that are doubted."""
    doubted = Q(indicator__in=indicators) & ~Q(suspicions=[])
    if not change.made:
        return doubted
    compared = [change.indicator.pk, *(rule.other_id for rule in change.made if rule.other_id)]
    inside = Q(indicator__in=compared)
    return doubted | (inside if change.since is None else inside & Q(period__ends_on__gte=change.since))


def _batches(wanted: Q) -> Iterator[list[Cell]]:
    """Yield the figures of so many units together as are looked at at a time; a unit's are never parted."""
    found = Observation.objects.filter(wanted)
    sizes = found.order_by("unit_id").values_list("unit_id").annotate(figures=Count("pk"))
    units: list[int] = []
    room = AT_ONCE
    for unit, figures in sizes:
        if units and figures > room:
            yield _cells(found.filter(unit__in=units))
            units, room = [], AT_ONCE
        units.append(unit)
        room -= figures
    if units:
        yield _cells(found.filter(unit__in=units))


def _cells(found: QuerySet[Observation]) -> list[Cell]:
    return list(found.values_list("indicator_id", "unit_id", "period_id"))
