"""What formulas and indexes come to: computed from the kept values of their components, unit by unit."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from indicators.calculations import Parts
from indicators.calculations.derived import Derived, Operand, Part, formula_value, index_value
from indicators.calculations.expressions import Expression, names, parse
from indicators.calculations.scores import Goal, score
from indicators.choices import Kind
from indicators.models import Indicator
from indicators.queries.definitions.versions import Rules, rules_of
from indicators.queries.figures.judged import HasReports, day_of, exactness_of, figure_of, is_covered, reported_of
from indicators.queries.targets.in_force import Line, TargetInForce, Targets, above, lines_of, targets_of
from organisation.models import Period, Unit

#: A day on which all days of grace are over: a kept value doesn't change as days go by, so what a component makes of
#: reports that did not come is taken as it will be. Until then the figure counts as incomplete anyway.
AT_LAST = dt.date.max

ROWS = """
SELECT value.unit_id, value.period_id, value.indicator_id, value.numerator, value.denominator, value.days, value.cases,
    value.members, value.reporting, value.expected, value.suspect
FROM {source} value {scope} AND value.indicator_id = ANY(%(components)s)
ORDER BY value.unit_id, value.period_id
"""
OF_CELLS = """JOIN unnest(%(units)s::bigint[], %(periods)s::bigint[]) AS cell(unit_id, period_id)
    USING (unit_id, period_id) WHERE true"""
OF_PERIODS = "WHERE value.period_id = ANY(%(periods)s)"


class Cell(NamedTuple):
    """A unit in a period, by their ids."""

    unit_id: int
    period_id: int


@dataclass(slots=True)
class Row:
    """A kept value of a component."""

    unit_id: int
    period_id: int
    indicator_id: int
    numerator: Decimal | None
    denominator: Decimal | None
    days: list[int] | None
    cases: list[int] | None
    members: list[int] | None
    reporting: int
    expected: int | None
    suspect: int


@dataclass(frozen=True, slots=True)
class Weight:
    """A part of an index and its weight in a period."""

    code: str
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Setting:
    """All that values of a formula or index are computed with, beside the values of its components."""

    indicator: Indicator
    components: Mapping[str, Indicator]
    rules: Rules
    units: Mapping[int, Unit]
    periods: Mapping[int, Period]
    targets: Targets
    lines: Mapping[int, Sequence[Line]]
    _goals: dict[tuple[int, int], dict[dt.date, TargetInForce | None]] = field(default_factory=dict)

    def goal(self, component: Indicator, unit: Unit, period: Period) -> Goal | None:
        """Return the numbers that a component is held to at a unit in a period."""
        key = (component.pk, unit.pk)
        if key not in self._goals:
            days = sorted({day_of(unit, one) for one in self.periods.values()})
            self._goals[key] = dict(
                zip(days, self.targets.along(component.pk, self.lines.get(unit.pk, ()), days), strict=True)
            )
        return goal_of(self._goals[key][day_of(unit, period)])


def goal_of(target: TargetInForce | None) -> Goal | None:
    """Return the numbers that a target in force holds figures to."""
    if target is None:
        return None
    return Goal(target.target, target.threshold, target.starting_point, target.band_low, target.band_high)


def derived_values(
    indicator: Indicator,
    *,
    source: str,
    cells: Sequence[Cell] | None = None,
    periods: Sequence[int] = (),
    as_of: dt.date | None = None,
) -> dict[Cell, Derived]:
    """Return the values of a formula or index in some cells, or at all units in some periods (ids).

    `source` is the table of its components' values, `as_of` the day of the tree on which targets are inherited, if not
    each period's own. Where a formula lacks the value of a component, and an index those of all, there is none.
    """
    found = component_rows(indicator, source=source, cells=cells, periods=periods)
    setting = setting_of(
        indicator, units={cell.unit_id for cell in found}, periods={cell.period_id for cell in found}, as_of=as_of
    )
    return dict(computed(setting, found))


def component_rows(
    indicator: Indicator, *, source: str, cells: Sequence[Cell] | None = None, periods: Sequence[int] = ()
) -> dict[Cell, dict[int, Row]]:
    """Load the kept values that a formula or index is computed from, by cell and component (id)."""
    found: dict[Cell, dict[int, Row]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            ROWS.format(source=source, scope=OF_PERIODS if cells is None else OF_CELLS),
            {
                "components": list(indicator.components.values_list("indicator_id", flat=True)),
                "units": [cell.unit_id for cell in cells or ()],
                "periods": list(periods) if cells is None else [cell.period_id for cell in cells],
            },
        )
        for columns in cursor.fetchall():
            row = Row(*columns)
            found[Cell(row.unit_id, row.period_id)][row.indicator_id] = row
    return found


def setting_of(
    indicator: Indicator, *, units: Collection[int], periods: Collection[int], as_of: dt.date | None = None
) -> Setting:
    """Load what values of an indicator at some units in some periods (ids) are computed with."""
    components = list(Indicator.objects.filter(used_in__of=indicator))
    is_scored = indicator.kind == Kind.INDEX
    found = Unit.objects.in_bulk(units)
    lines = lines_of(units) if is_scored else {}
    if as_of is not None:
        lines = {pk: _lines_on(lines[pk], min(as_of, found[pk].closes_on or as_of)) for pk in lines}
    return Setting(
        indicator,
        {component.code: component for component in components},
        rules_of([indicator, *components]),
        found,
        Period.objects.in_bulk(periods),
        targets_of([component.pk for component in components] if is_scored else []),
        lines,
    )


def _lines_on(lines: Sequence[Line], day: dt.date) -> list[Line]:
    """Return what stood above a unit on a day, as if it had always."""
    return [Line(ancestor, distance, dt.date.min, None) for distance, ancestor in above(lines, day)]


def computed(setting: Setting, found: Mapping[Cell, Mapping[int, Row]]) -> Iterator[tuple[Cell, Derived]]:
    """Yield what comes of the values of the components, cell by cell."""
    for cell, rows in found.items():
        unit, period = setting.units[cell.unit_id], setting.periods[cell.period_id]
        rule = setting.rules.rule(setting.indicator, period.ends_on)
        if rule.kind == Kind.FORMULA:
            derived = _formula(rule, rows, period, setting)
        else:
            derived = _index(rule, rows, unit, period, setting)
        if derived is not None:
            yield cell, derived


def _formula(rule: Indicator, rows: Mapping[int, Row], period: Period, setting: Setting) -> Derived | None:
    expression, codes = read_once(rule.expression)
    operands = {}
    for code in codes:
        component = setting.components[code]
        row = rows.get(component.pk)
        if row is None:
            return None
        operands[code] = operand_of(setting.rules.rule(component, period.ends_on), row, period)
    return formula_value(expression, operands)


def _index(rule: Indicator, rows: Mapping[int, Row], unit: Unit, period: Period, setting: Setting) -> Derived | None:
    parts = list(parts_of_index(rule, rows, unit, period, setting))
    if not any(setting.components[code].pk in rows for code, _part in parts):
        return None
    return index_value([part for _code, part in parts], rule.missing)


def parts_of_index(
    rule: Indicator, rows: Mapping[int, HasReports], unit: Unit, period: Period, setting: Setting
) -> Iterator[tuple[str, Part]]:
    """Yield the code of each part that has a weight in a period, and what it is there."""
    for weight in weights_on(rule, period.ends_on):
        component = setting.rules.rule(setting.components[weight.code], period.ends_on)
        row = rows.get(component.pk)
        operand = operand_of(component, row, period) if row else Operand(None, reporting=0)
        goal = None if operand.figure is None else setting.goal(component, unit, period)
        scored = None if operand.figure is None or goal is None else score(operand.figure, component.direction, goal)
        yield weight.code, Part(weight.weight, operand, scored)


def operand_of(component: Indicator, row: HasReports, period: Period) -> Operand:
    """Return what a component's value says: nothing, where too few have reported for it to be shown at all."""
    found = reported_of(component, row, period, today=AT_LAST)
    exact = exactness_of(component, found)
    return Operand(
        figure=figure_of(component, found.parts) if is_covered(component, found) else None,
        n=_resting_on(component, found.parts),
        reporting=found.counted,
        expected=found.expected,
        suspect=found.suspect,
        is_approximate=exact.code == "approximate",
        is_additive=exact.code != "not additive",
        is_applicable=found.is_applicable,
    )


def _resting_on(component: Indicator, parts: Parts | None) -> Decimal | None:
    """Return how many people or things a figure rests on; of yes and no, units answer, who are neither."""
    return None if parts is None or component.kind == Kind.YES_NO else parts.n


def weights_on(rule: Indicator, day: dt.date) -> list[Weight]:
    """Return the weights of an index that are in force on a day."""
    return [Weight(weight["indicator"], Decimal(weight["weight"])) for weight in rule.weights if _holds(weight, day)]


def _holds(weight: Mapping[str, Any], day: dt.date) -> bool:
    first, last = weight["valid_from"], weight["valid_to"]
    # ISO days compare as text does.
    return (first is None or first <= day.isoformat()) and (last is None or day.isoformat() <= last)


@lru_cache(maxsize=256)
def read_once(text: str) -> tuple[Expression, tuple[str, ...]]:
    """Return what an expression says and the codes in it; read once, not for each value."""
    return parse(text), tuple(names(text))
