"""Which validation rules doubt which figures: rules, figures and what they are held against, in few queries."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from indicators.calculations import Parts
from indicators.calculations.doubts import Looked, Rule, is_doubted
from indicators.models import Indicator, Observation, ValidationRule
from indicators.queries.definitions.versions import rules_of
from indicators.queries.figures.judged import figure_of, parts_of
from organisation.models import Period

#: A figure by the ids of its indicator, unit and period.
Cell = tuple[int, int, int]
#: The last figure that a jump is measured from is no older than so many periods.
LAST_WITHIN = 12


@dataclass(slots=True, eq=False)
class Seen:
    """An observation as rules look at it. No model: a rule that is new looks at 100,000, and to make models takes longer.

    `figure` is by the definition that held then, unrounded. `pk` None: it is proposed, and not kept yet.
    """

    pk: int | None
    indicator: Indicator
    indicator_id: int
    unit_id: int
    period: Period
    period_id: int
    parts: Parts
    figure: Decimal | None
    suspicions: list[str]
    entered_at: dt.datetime


#: What of an observation its parts are made of.
SAID = ("numerator", "denominator", "days", "cases", "members", "is_applicable")


@dataclass(frozen=True, slots=True)
class Around:
    """All that some figures are held against."""

    #: By the indicator of the figure: its own rules, and those that compare another indicator with it.
    rules: Mapping[int, Sequence[ValidationRule]]
    observations: Mapping[Cell, Seen]
    #: By indicator and unit: the places of the periods in their calendar, ascending, and the observations there.
    lines: Mapping[tuple[int, int], tuple[Sequence[int], Sequence[Seen]]]
    #: The place of each period in the calendar of its frequency, by id.
    places: Mapping[int, int]
    #: The rules as the calculations take them, by id.
    plain: Mapping[int, Rule]

    def doubts(self, row: Seen, among: Container[str] | None = None) -> list[str]:
        """Return the codes of the rules that doubt an observation; `among` some of them, None: all."""
        return [
            rule.code
            for rule in self.rules.get(row.indicator_id, ())
            if (among is None or rule.code in among) and self._is_doubted(rule, row)
        ]

    def knows(self, row: Seen, code: str) -> bool:
        """Whether a rule is among those looked at: of a compared indicator, its own rules are not."""
        return any(rule.code == code for rule in self.rules.get(row.indicator_id, ()))

    def _is_doubted(self, rule: ValidationRule, row: Seen) -> bool:
        compared = rule.other_id == row.indicator_id
        smaller = self._beside(rule.indicator_id, row) if compared else row
        if smaller is None:
            return False
        larger = row if compared else self._beside(rule.other_id, row) if rule.other_id else None
        looked = Looked(
            figure=smaller.figure,
            parts=smaller.parts,
            earlier=self._earlier(rule, row),
            other=larger.figure if larger else None,
        )
        return is_doubted(self.plain[rule.pk], looked)

    def falls_on(self, row: Seen, code: str) -> bool:
        """Whether a rule's doubt falls on this figure: of two that are compared, on the one that was entered last."""
        rule = next(rule for rule in self.rules[row.indicator_id] if rule.code == code)
        if rule.other_id is None:
            return True
        is_own = rule.indicator_id == row.indicator_id
        beside = self._beside(rule.other_id if is_own else rule.indicator_id, row)
        return beside is None or (row.entered_at, is_own) > (beside.entered_at, not is_own)

    def _beside(self, indicator_id: int, row: Seen) -> Seen | None:
        return self.observations.get((indicator_id, row.unit_id, row.period_id))

    def _earlier(self, rule: ValidationRule, row: Seen) -> list[Decimal]:
        """Return the unit's own figures in the periods that a rule looks back on, newest first; none that is doubted."""
        back = back_of(rule)
        if not back:
            return []
        places, rows = self.lines[row.indicator_id, row.unit_id]
        place = self.places[row.period_id]
        inside = rows[bisect_left(places, place - back) : bisect_left(places, place)]
        return [one.figure for one in reversed(inside) if one.figure is not None and not one.suspicions]


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


def are_ruled(indicator_ids: Collection[int]) -> bool:
    """Tell whether any rule looks at figures of some indicators. Sooner told than `rules_around`: mostly there is none."""
    return _looking_at(indicator_ids).exists()


def _looking_at(indicator_ids: Collection[int]) -> QuerySet[ValidationRule]:
    asked = Q(indicator__in=indicator_ids) | Q(other__in=indicator_ids)
    return ValidationRule.objects.in_force().filter(asked)


def rules_around(indicator_ids: Collection[int]) -> dict[int, list[ValidationRule]]:
    """Return the rules in force that look at figures of some indicators, by each such indicator, with one query."""
    found: dict[int, list[ValidationRule]] = defaultdict(list)
    for rule in _looking_at(indicator_ids).select_related("indicator", "other").order_by("pk"):
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
    observations = {cell_of(row): row for row in _seen(indicators, units, places, list(proposed))}
    lines: dict[tuple[int, int], tuple[list[int], list[Seen]]] = defaultdict(lambda: ([], []))
    for row in sorted(observations.values(), key=lambda one: places[one.period_id]):
        where, there = lines[row.indicator_id, row.unit_id]
        where.append(places[row.period_id])
        there.append(row)
    taken = {rule.pk: plain(rule) for held in rules.values() for rule in held}
    return Around(rules, observations, lines, places, taken)


def _seen(
    indicators: Collection[int], units: Collection[int], periods: Collection[int], proposed: Sequence[Observation]
) -> Iterator[Seen]:
    """Read figures, those that are proposed last; of definitions and periods there is one row each and not one a figure."""
    definitions, calendar = Indicator.objects.in_bulk(indicators), Period.objects.in_bulk(periods)
    versions = rules_of(definitions.values())
    held: dict[tuple[int, int], Indicator] = {}

    def seen(pk: int | None, cell: Cell, parts: Parts, suspicions: list[str], entered_at: dt.datetime) -> Seen:
        indicator_id, unit_id, period_id = cell
        indicator, period = definitions[indicator_id], calendar[period_id]
        key = (indicator_id, period_id)
        rule = held.get(key) or held.setdefault(key, versions.rule(indicator, period.ends_on))
        figure = figure_of(rule, parts)
        return Seen(pk, indicator, indicator_id, unit_id, period, period_id, parts, figure, suspicions, entered_at)

    kept = Observation.objects.filter(indicator__in=indicators, unit__in=units, period__in=periods)
    names = ("pk", "indicator_id", "unit_id", "period_id", "suspicions", "entered_at", *SAID)
    for pk, indicator_id, unit_id, period_id, suspicions, entered_at, *said in kept.values_list(*names).iterator():
        yield seen(pk, (indicator_id, unit_id, period_id), _parts(said), suspicions, entered_at)
    for row in proposed:
        yield seen(row.pk, cell_of(row), parts_of(row), list(row.suspicions), row.entered_at)


def _parts(said: Sequence[Any]) -> Parts:
    """Return the parts of the columns `SAID`."""
    numerator, denominator, days, cases, members, is_applicable = said
    if days is None and members is None:
        return Parts(numerator, denominator, is_applicable=is_applicable)
    days, cases, members = (None if one is None else tuple(one) for one in (days, cases, members))
    return Parts(numerator, denominator, days, cases, members, is_applicable)


def cell_of(row: Observation | Seen) -> Cell:
    """Return which figure an observation is."""
    return (row.indicator_id, row.unit_id, row.period_id)


def judged(looked: Around, written: Collection[Cell], beside: Collection[Cell] = frozenset()) -> list[Seen]:
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
    ruled = [row for row in proposed if row.indicator_id in rules]
    cells = {cell_of(row) for row in ruled}
    looked = around(rules, cells, ruled)
    judged(looked, cells)
    return {cell: row.suspicions for cell in cells if (row := looked.observations[cell]).suspicions}


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
