"""The year to date and the last twelve months of a figure, from the values of its periods. Never charted with limits."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from indicators.calculations import Exactness, Parts
from indicators.calculations.derived import Operand, formula_value
from indicators.calculations.exactness import NOT_ADDITIVE, exactness_of_derived
from indicators.calculations.reported import Reported
from indicators.calculations.windows import WINDOWS, Window, exactness_together, first_day, together
from indicators.choices import LAST_OVER_TIME, Kind
from indicators.models import Indicator, Value
from indicators.queries.components import with_components
from indicators.queries.derived import read_once
from indicators.queries.judged import figure_of, reported_of
from indicators.queries.versions import Rules, rules_of
from organisation.choices import Frequency
from organisation.models import Period, Unit

#: Frequencies of which several periods lie in a year.
SHORTER_THAN_A_YEAR = frozenset(
    {Frequency.DAY, Frequency.WEEK, Frequency.FISCAL_PERIOD, Frequency.MONTH, Frequency.QUARTER}
)
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class WindowFigure:
    """A figure of several periods, by the rule that holds for the last of them."""

    window: Window
    first: dt.date
    last: dt.date
    parts: Parts | None
    #: Unrounded.
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

    def of(self, indicator: Indicator, unit_id: int, period: Period, window: Window, today: dt.date) -> WindowFigure:
        """Return the window of a figure that ends with a period.

        A formula is evaluated on the windows of its components; an index scores single periods, so it has none.
        """
        rule = self.rules.rule(indicator, period.ends_on)
        first = first_day(window, period.ends_on)
        inside = [
            one
            for one in self.calendar.get(period.frequency, ())
            if one.starts_on >= first and one.ends_on <= period.ends_on
        ]
        kept = self.values.get((indicator.pk, unit_id), {})
        found = [reported_of(rule, kept[one.pk], one, today=today) for one in inside if one.pk in kept]
        takes_last = indicator.kind in LAST_OVER_TIME
        whole = together(found, takes_last=takes_last, missing=rule.missing, periods=len(inside))
        how = exactness_together(whole, found, adds_up=indicator.adds_up, takes_last=takes_last, periods=len(inside))
        if how.code == "not additive" or indicator.kind == Kind.INDEX:
            whole, how = whole._replace(parts=None), NOT_ADDITIVE
        if indicator.kind == Kind.FORMULA:
            whole, how = self._formula(rule, unit_id, period, window, today)
        return WindowFigure(
            window,
            inside[0].starts_on if inside else first,
            period.ends_on,
            whole.parts,
            figure_of(rule, whole.parts),
            whole.reporting,
            whole.expected,
            how,
            len(found),
            len(inside),
        )

    def _formula(
        self, rule: Indicator, unit_id: int, period: Period, window: Window, today: dt.date
    ) -> tuple[Reported, Exactness]:
        expression, codes = read_once(rule.expression)
        components = {code: self.of(self.indicators[code], unit_id, period, window, today) for code in codes}
        come_to = formula_value(
            expression,
            {
                code: Operand(
                    one.figure,
                    n=one.parts.n if one.parts is not None else None,
                    reporting=one.reporting,
                    expected=one.expected,
                    is_approximate=one.exactness.code == "approximate",
                    is_additive=one.exactness.code != "not additive",
                )
                for code, one in components.items()
            },
        )
        whole = Reported(come_to.parts, come_to.reporting, come_to.expected, has_report=True)
        return whole, exactness_of_derived(come_to.parts)


def windows_over(
    indicators: Mapping[int, Indicator], places: Iterable[Place], periods: Iterable[Period], window: Window
) -> Windows:
    """Load what the windows need that end with some periods, of some figures (indicator, unit).

    Two queries, and two more where any is computed from others.
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
    return Windows(kept, calendar, rules_of(read.values()), by_code)


def windows_of(indicator: Indicator, unit: Unit, period: Period, *, today: dt.date) -> tuple[WindowFigure, ...]:
    """Return the windows of a figure that end with a period; none of what is only ever the last, or scored."""
    if period.frequency not in SHORTER_THAN_A_YEAR or indicator.kind in LAST_OVER_TIME | {Kind.INDEX}:
        return ()
    asked: list[Window] = ["fytd", "rolling12"] if period.frequency == Frequency.FISCAL_PERIOD else list(WINDOWS)
    # The last twelve months reach back further than any other window.
    loaded = windows_over({indicator.pk: indicator}, [(indicator.pk, unit.pk)], [period], "rolling12")
    return tuple(loaded.of(indicator, unit.pk, period, window, today) for window in asked)
