"""Which validation rules doubt which figures: rules, figures and what they are held against, in few queries."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q

from indicators.calculations.doubts import Looked, Rule, is_doubted
from indicators.models import Indicator, Observation, ValidationRule
from indicators.queries.judged import figure_of, parts_of
from indicators.queries.versions import Rules, rules_of
from organisation.models import Period

#: A figure by the ids of its indicator, unit and period.
Cell = tuple[int, int, int]
#: The last figure that a jump is measured from is no older than so many periods.
LAST_WITHIN = 12


@dataclass(frozen=True, slots=True)
class Around:
    """All that some figures are held against."""

    #: By the indicator of the figure: its own rules, and those that compare another indicator with it.
    rules: Mapping[int, Sequence[ValidationRule]]
    observations: Mapping[Cell, Observation]
    #: By indicator and unit: the places of the periods in their calendar, ascending, and the observations there.
    lines: Mapping[tuple[int, int], tuple[Sequence[int], Sequence[Observation]]]
    #: The place of each period in the calendar of its frequency, by id.
    places: Mapping[int, int]
    definitions: Rules
    #: By the identity of an observation, which is held here as long as this: a history asks for each many times.
    _figures: dict[int, Decimal | None] = field(default_factory=dict)

    def figure(self, row: Observation | None) -> Decimal | None:
        """Return the figure of an observation by the definition that held then, unrounded; worked out once."""
        if row is None:
            return None
        key = id(row)
        if key not in self._figures:
            rule = self.definitions.rule(row.indicator, row.period.ends_on)
            self._figures[key] = figure_of(rule, parts_of(row))
        return self._figures[key]

    def doubts(self, row: Observation) -> list[str]:
        """Return the codes of the rules that doubt an observation."""
        return [rule.code for rule in self.rules.get(row.indicator_id, ()) if self._is_doubted(rule, row)]

    def knows(self, row: Observation, code: str) -> bool:
        """Whether a rule is among those looked at: of a compared indicator, its own rules are not."""
        return any(rule.code == code for rule in self.rules.get(row.indicator_id, ()))

    def _is_doubted(self, rule: ValidationRule, row: Observation) -> bool:
        compared = rule.other_id == row.indicator_id
        smaller = self._beside(rule.indicator_id, row) if compared else row
        if smaller is None:
            return False
        larger = row if compared else self._beside(rule.other_id, row) if rule.other_id else None
        looked = Looked(
            figure=self.figure(smaller),
            parts=parts_of(smaller),
            earlier=self._earlier(rule, row),
            other=self.figure(larger),
        )
        return is_doubted(plain(rule), looked)

    def falls_on(self, row: Observation, code: str) -> bool:
        """Whether a rule's doubt falls on this figure: of two that are compared, on the one that was entered last."""
        rule = next(rule for rule in self.rules[row.indicator_id] if rule.code == code)
        if rule.other_id is None:
            return True
        is_own = rule.indicator_id == row.indicator_id
        beside = self._beside(rule.other_id if is_own else rule.indicator_id, row)
        return beside is None or (row.entered_at, is_own) > (beside.entered_at, not is_own)

    def _beside(self, indicator_id: int, row: Observation) -> Observation | None:
        return self.observations.get((indicator_id, row.unit_id, row.period_id))

    def _earlier(self, rule: ValidationRule, row: Observation) -> list[Decimal]:
        """Return the unit's own figures in the periods that a rule looks back on, newest first; none that is doubted."""
        back = back_of(rule)
        if not back:
            return []
        places, rows = self.lines[row.indicator_id, row.unit_id]
        place = self.places[row.period_id]
        inside = rows[bisect_left(places, place - back) : bisect_left(places, place)]
        figures = (self.figure(one) for one in reversed(inside) if not one.suspicions)
        return [figure for figure in figures if figure is not None]


def plain(rule: ValidationRule) -> Rule:
    """Return a rule as the calculations take it."""
    return Rule(
        kind=rule.kind,
        low=rule.low,
        high=rule.high,
        periods=rule.periods,
        width=rule.width,
        most=rule.most,
        is_percent=rule.is_percent,
    )


def back_of(rule: ValidationRule) -> int:
    """Return how many periods a rule looks back."""
    return {"history": rule.periods or 0, "jump": LAST_WITHIN}.get(rule.kind, 0)


def rules_around(indicator_ids: Collection[int]) -> dict[int, list[ValidationRule]]:
    """Return the rules in force that look at figures of some indicators, by each such indicator, with one query."""
    found: dict[int, list[ValidationRule]] = defaultdict(list)
    rows = ValidationRule.objects.in_force().filter(Q(indicator__in=indicator_ids) | Q(other__in=indicator_ids))
    for rule in rows.select_related("indicator", "other").order_by("pk"):
        for key in filter(None, (rule.indicator_id, rule.other_id)):
            found[key].append(rule)
    return found


def doubted_beside(rules: Mapping[int, Sequence[ValidationRule]], unit_ids: Collection[int]) -> list[Cell]:
    """Return the doubted figures of some units that rules look at: their reason may have gone."""
    rows = Observation.objects.filter(indicator__in=rules, unit__in=unit_ids).exclude(suspicions=[])
    return list(rows.values_list("indicator_id", "unit_id", "period_id"))


def around(
    rules: Mapping[int, Sequence[ValidationRule]], cells: Iterable[Cell], proposed: Iterable[Observation] = ()
) -> Around:
    """Load some figures and all that rules hold them against; `proposed` stand in the place of what is kept."""
    asked = set(cells)
    indicators, units = {*rules}, {unit for _indicator, unit, _period in asked}
    back = max((back_of(one) for held in rules.values() for one in held), default=0)
    places = places_up_to({period for *_, period in asked}, back)
    rows = _with_definitions(
        Observation.objects.filter(indicator__in=indicators, unit__in=units, period__in=places), indicators, places
    )
    observations = {cell_of(row): row for row in (*rows, *proposed)}
    lines: dict[tuple[int, int], tuple[list[int], list[Observation]]] = defaultdict(lambda: ([], []))
    for row in sorted(observations.values(), key=lambda one: places[one.period_id]):
        where, there = lines[row.indicator_id, row.unit_id]
        where.append(places[row.period_id])
        there.append(row)
    definitions = {row.indicator_id: row.indicator for row in observations.values()}
    return Around(rules, observations, lines, places, rules_of(definitions.values()))


def _with_definitions(
    rows: Iterable[Observation], indicators: Collection[int], periods: Collection[int]
) -> Iterator[Observation]:
    """Give each observation its definition and period, of which there is one row each and not one a figure."""
    definitions, calendar = Indicator.objects.in_bulk(indicators), Period.objects.in_bulk(periods)
    for row in rows:
        row.indicator, row.period = definitions[row.indicator_id], calendar[row.period_id]
        yield row


def cell_of(row: Observation) -> Cell:
    """Return which figure an observation is."""
    return (row.indicator_id, row.unit_id, row.period_id)


def judged(looked: Around, written: Collection[Cell], beside: Collection[Cell] = frozenset()) -> list[Observation]:
    """Judge figures in order of time, so that one that is doubted now is no measure for the next; return what changed.

    Of those `beside` the written ones doubts only go.
    """
    changed = []
    rows = [row for cell, row in looked.observations.items() if cell in written or cell in beside]
    for row in sorted(rows, key=lambda one: (one.period.starts_on, one.pk or 0)):
        doubts = looked.doubts(row)
        if cell_of(row) not in written:
            doubts = [code for code in row.suspicions if code in doubts or not looked.knows(row, code)]
        if doubts != row.suspicions:
            row.suspicions = doubts
            changed.append(row)
    return changed


def foreseen(proposed: Sequence[Observation]) -> dict[Cell, list[str]]:
    """Return the codes of the rules that would doubt some figures if they were written, by figure; writes nothing.

    The figures come with their indicator and period. No rules: one query.
    """
    rules = rules_around({row.indicator_id for row in proposed})
    if not rules:
        return {}
    cells = {cell_of(row) for row in proposed}
    judged(around(rules, cells, proposed), cells)
    return {cell_of(row): row.suspicions for row in proposed if row.suspicions}


def places_up_to(period_ids: Collection[int], back: int) -> dict[int, int]:
    """Return the places of periods in the calendars of their frequencies, from so many before the first to the last."""
    spans: dict[str, list[dt.date]] = defaultdict(list)
    for frequency, first in Period.objects.filter(pk__in=period_ids).values_list("frequency", "starts_on"):
        spans[frequency].append(first)
    places: dict[int, int] = {}
    for frequency, days in spans.items():
        calendar = Period.objects.filter(frequency=frequency)
        before = calendar.filter(starts_on__lt=min(days)).order_by("-starts_on").values_list("pk", flat=True)
        after = calendar.filter(starts_on__range=(min(days), max(days))).order_by("starts_on")
        found = [*reversed(list(before[:back])), *after.values_list("pk", flat=True)]
        places |= {pk: place for place, pk in enumerate(found)}
    return places


def named(codes: Iterable[str]) -> dict[str, ValidationRule]:
    """Return the rules of some codes, ended ones too, with their indicators, by code."""
    numbers = {int(code.rpartition("-")[2]) for code in codes}
    rows = ValidationRule.objects.filter(pk__in=numbers).select_related("indicator", "other") if numbers else ()
    return {rule.code: rule for rule in rows}


def rules_of_indicator(indicator: Indicator) -> list[ValidationRule]:
    """Return the rules in force of a definition."""
    return list(
        ValidationRule.objects.in_force().filter(indicator=indicator).select_related("indicator", "other", "made_by")
    )
