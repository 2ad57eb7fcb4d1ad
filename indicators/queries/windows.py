"""The year to date and the last twelve months of a figure, from the values of its periods. Never charted with limits."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from indicators.calculations import Exactness, Parts
from indicators.calculations.windows import WINDOWS, Window, exactness_together, first_day, together
from indicators.choices import DERIVED, LAST_OVER_TIME
from indicators.models import Indicator, Value
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

    def of(self, indicator: Indicator, unit_id: int, period: Period, window: Window, today: dt.date) -> WindowFigure:
        """Return the window of a figure that ends with a period."""
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
        if how.code == "not additive" or indicator.kind in DERIVED:
            whole = whole._replace(parts=None)
        return WindowFigure(
            window,
            inside[0].starts_on if inside else first,
            period.ends_on,
            whole.parts,
            figure_of(rule, whole.parts),
            whole.reporting,
            whole.expected,
            how if indicator.kind not in DERIVED else Exactness("not additive"),
            len(found),
            len(inside),
        )


def windows_over(
    indicators: Mapping[int, Indicator], places: Iterable[Place], periods: Iterable[Period], window: Window
) -> Windows:
    """Load what the windows need that end with some periods, of some figures (indicator, unit), with two queries."""
    wanted = list(periods)
    asked = set(places)
    if not wanted:
        return Windows({}, {}, rules_of(indicators.values()))
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
    return Windows(kept, calendar, rules_of(indicators.values()))


def windows_of(indicator: Indicator, unit: Unit, period: Period, *, today: dt.date) -> tuple[WindowFigure, ...]:
    """Return the windows of a figure that end with a period; none of what is only ever the last, or computed anew."""
    if period.frequency not in SHORTER_THAN_A_YEAR or indicator.kind in LAST_OVER_TIME | DERIVED:
        return ()
    asked: list[Window] = ["fytd", "rolling12"] if period.frequency == Frequency.FISCAL_PERIOD else list(WINDOWS)
    # The last twelve months reach back further than any other window.
    loaded = windows_over({indicator.pk: indicator}, [(indicator.pk, unit.pk)], [period], "rolling12")
    return tuple(loaded.of(indicator, unit.pk, period, window, today) for window in asked)
