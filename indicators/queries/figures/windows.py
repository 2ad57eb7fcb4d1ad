"""The year to date and the last twelve months of a figure, from the values of its periods. Never charted with limits."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from indicators.calculations import Exactness, Parts
from indicators.calculations.derived import Derived, Operand, Part, formula_value, index_value
from indicators.calculations.exactness import NOT_ADDITIVE, exactness_of_derived
from indicators.calculations.expressions import degree
from indicators.calculations.reported import Reported
from indicators.calculations.scores import score
from indicators.calculations.windows import WINDOWS, Window, exactness_together, first_day, together
from indicators.choices import DERIVED, LAST_OVER_TIME, Kind
from indicators.models import Indicator, Value
from indicators.queries.definitions.components import with_components
from indicators.queries.definitions.versions import Rules, rules_of
from indicators.queries.figures.judged import day_of, figure_of, is_covered, is_day_off, reported_of
from indicators.queries.rollup.derived import goal_of, read_once, weights_on
from indicators.queries.targets.in_force import Line, Targets, above, lines_of, targets_of
from organisation.choices import Frequency
from organisation.models import Period, Unit

#: Frequencies of which several periods lie in a year.
SHORTER_THAN_A_YEAR = frozenset(
    {Frequency.DAY, Frequency.WEEK, Frequency.FISCAL_PERIOD, Frequency.MONTH, Frequency.QUARTER}
)
Place = tuple[int, int]
#: How figures grow with the window: a sum of periods is that of so many of them, all else compares with one period.
#: Different people do neither.
DEGREES: Mapping[str, int | None] = {Kind.COUNT: 1, Kind.DISTINCT: None}


@dataclass(frozen=True, slots=True)
class WindowFigure:
    """A figure of several periods, by the rule that holds for the last of them."""

    window: Window
    first: dt.date
    last: dt.date
    parts: Parts | None
    #: Unrounded; None of what cannot be computed, and where too few have reported.
    figure: Decimal | None
    reporting: int
    expected: int | None
    exactness: Exactness
    #: Periods with a value, of those that the window has.
    with_values: int
    periods: int


@dataclass(frozen=True, slots=True)
class Windows:
    """The values and calendar behind windows, ready to be asked without another query."""

    #: By indicator and unit, then by period.
    values: Mapping[Place, Mapping[int, Value]]
    #: By frequency, oldest first.
    calendar: Mapping[str, Sequence[Period]]
    rules: Rules
    #: By code: the asked ones, and those that they are computed from.
    indicators: Mapping[str, Indicator]
    #: What scores are given by, where an index is asked for.
    aims: "Aims | None" = None

    def of(self, indicator: Indicator, unit_id: int, period: Period, window: Window, today: dt.date) -> WindowFigure:
        """Return the window of a figure that ends with a period.

        A formula is evaluated on the windows of its components, and an index scores these by the targets of the last
        period: a sum by what it comes to for each period.
        """
        rule = self.rules.rule(indicator, period.ends_on)
        first = first_day(window, period.ends_on)
        kept = self.values.get((indicator.pk, unit_id), {})
        inside = [
            one
            for one in self.calendar.get(period.frequency, ())
            if one.starts_on >= first
            and one.ends_on <= period.ends_on
            and (one.pk in kept or not is_day_off(indicator, one))
        ]
        found = [reported_of(rule, kept[one.pk], one, today=today) for one in inside if one.pk in kept]
        takes_last = indicator.kind in LAST_OVER_TIME
        whole = together(found, takes_last=takes_last, missing=rule.missing, periods=len(inside))
        how = exactness_together(whole, found, adds_up=indicator.adds_up, takes_last=takes_last, periods=len(inside))
        if how.code == "not additive":
            whole, how = whole._replace(parts=None), NOT_ADDITIVE
        if indicator.kind in DERIVED:
            compute = self._formula if indicator.kind == Kind.FORMULA else self._index
            come_to = compute(rule, unit_id, period, window, today)
            whole = Reported(come_to.parts, come_to.reporting, come_to.expected, has_report=True)
            how = exactness_of_derived(come_to.parts)
        return WindowFigure(
            window,
            inside[0].starts_on if inside else first,
            period.ends_on,
            whole.parts,
            figure_of(rule, whole.parts) if is_covered(rule, whole) else None,
            whole.reporting,
            whole.expected,
            how,
            len(found),
            len(inside),
        )

    def _formula(self, rule: Indicator, unit_id: int, period: Period, window: Window, today: dt.date) -> Derived:
        expression, codes = read_once(rule.expression)
        components = {code: self.of(self.indicators[code], unit_id, period, window, today) for code in codes}
        return formula_value(expression, {code: _operand(one) for code, one in components.items()})

    def _index(self, rule: Indicator, unit_id: int, period: Period, window: Window, today: dt.date) -> Derived:
        parts = []
        for weight in weights_on(rule, period.ends_on):
            component = self.indicators[weight.code]
            one = self.of(component, unit_id, period, window, today)
            parts.append(Part(weight.weight, _operand(one), self._score(component, one, unit_id, period)))
        return index_value(parts, rule.missing)

    def _score(self, component: Indicator, one: WindowFigure, unit_id: int, period: Period) -> Decimal | None:
        """Score a window by a target that is set for one period; None of what does not compare with one."""
        rule = self.rules.rule(component, period.ends_on)
        grows = self._degree(rule)
        if one.figure is None or grows not in {0, 1} or self.aims is None:
            return None
        figure = one.figure / one.with_values if grows else one.figure
        goal = goal_of(self.aims.targets.in_force(component.pk, *self.aims.above(unit_id, period)))
        return None if goal is None else score(figure, rule.direction, goal)

    def _degree(self, rule: Indicator) -> int | None:
        if rule.kind != Kind.FORMULA:
            return DEGREES.get(rule.kind, 0)
        expression, codes = read_once(rule.expression)
        return degree(expression, {code: self._degree(self.indicators[code]) for code in codes})


@dataclass(frozen=True, slots=True)
class Aims:
    """The targets of what indexes are made of, and what stood above some units."""

    targets: Targets
    lines: Mapping[int, Sequence[Line]]
    units: Mapping[int, Unit]

    def above(self, unit_id: int, period: Period) -> tuple[list[tuple[int, int]], dt.date]:
        """Return what stood above a unit on the day whose tree a period belongs to, and that day."""
        day = day_of(self.units[unit_id], period)
        return above(self.lines.get(unit_id, ()), day), day


def _operand(one: WindowFigure) -> Operand:
    return Operand(
        one.figure,
        n=one.parts.n if one.parts is not None else None,
        reporting=one.reporting,
        expected=one.expected,
        is_approximate=one.exactness.code == "approximate",
        is_additive=one.exactness.code != "not additive",
    )


def windows_over(
    indicators: Mapping[int, Indicator], places: Iterable[Place], periods: Iterable[Period], window: Window
) -> Windows:
    """Load what the windows need that end with some periods, of some figures (indicator, unit).

    Two queries, two more where any is computed from others, and three where one is an index.
    """
    wanted = list(periods)
    read = {one.pk: one for one in with_components(list(indicators.values()))}
    places = set(places)
    # Of the same units whatever a formula is computed from: a few values more than are asked for.
    asked = (
        {(indicator, unit) for _one, unit in places for indicator in read} if len(read) > len(indicators) else places
    )
    by_code = {one.code: one for one in read.values()}
    if not wanted:
        return Windows({}, {}, rules_of(read.values()), by_code)
    calendar: dict[str, list[Period]] = defaultdict(list)
    rows = Period.objects.filter(
        frequency__in={period.frequency for period in wanted},
        starts_on__gte=min(first_day(window, period.ends_on) for period in wanted),
        ends_on__lte=max(period.ends_on for period in wanted),
    )
    for period in rows.order_by("starts_on"):
        calendar[period.frequency].append(period)
    kept: dict[Place, dict[int, Value]] = defaultdict(dict)
    values = Value.objects.filter(
        indicator__in={indicator for indicator, _unit in asked},
        unit__in={unit for _indicator, unit in asked},
        period__in=[period.pk for some in calendar.values() for period in some],
    )
    for value in values.iterator():
        if (value.indicator_id, value.unit_id) in asked:
            kept[value.indicator_id, value.unit_id][value.period_id] = value
    return Windows(kept, calendar, rules_of(read.values()), by_code, _aims(read, {unit for _indicator, unit in asked}))


def _aims(read: Mapping[int, Indicator], units: Collection[int]) -> Aims | None:
    if all(one.kind != Kind.INDEX for one in read.values()):
        return None
    return Aims(targets_of(list(read)), lines_of(units), Unit.objects.in_bulk(units))


def windows_of(indicator: Indicator, unit: Unit, period: Period, *, today: dt.date) -> tuple[WindowFigure, ...]:
    """Return the windows of a figure that end with a period; none of what is only ever the last."""
    if period.frequency not in SHORTER_THAN_A_YEAR or indicator.kind in LAST_OVER_TIME:
        return ()
    asked: list[Window] = ["fytd", "rolling12"] if period.frequency == Frequency.FISCAL_PERIOD else list(WINDOWS)
    # The last twelve months reach back further than any other window.
    loaded = windows_over({indicator.pk: indicator}, [(indicator.pk, unit.pk)], [period], "rolling12")
    return tuple(loaded.of(indicator, unit.pk, period, window, today) for window in asked)
