"""What a moved target would change in the indexes that score by it, and in what is computed from these."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import Self

from indicators.calculations import StatusCode, shown
from indicators.calculations.derived import Derived
from indicators.choices import Kind
from indicators.models import Indicator, Target
from indicators.queries.definitions.components import following, in_order
from indicators.queries.definitions.versions import Rules, rules_of
from indicators.queries.figures.judged import HasReports, day_of, figure_of, reported_of, status_of
from indicators.queries.figures.kept_values import KeptValue
from indicators.queries.rollup.derived import Cell, Row, Setting, component_rows, computed, setting_of
from indicators.queries.targets.in_force import Line, Targets, above, grouped, lines_of, targets_of
from indicators.queries.targets.past_values import past_values
from organisation.models import Period, Unit

#: Values computed at a time.
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Followed:
    """Past figures of something computed that would say something else; `changed` of these have another status."""

    indicator: Indicator
    figures: int
    moved: int
    changed: int
    #: From a status to another, and how many figures; most first.
    shifts: tuple[tuple[StatusCode, StatusCode, int], ...]


@dataclass(slots=True)
class _Tally:
    figures: int = 0
    moved: int = 0


def followed(
    *,
    indicator: Indicator,
    unit: Unit,
    after: Sequence[Target],
    since: dt.date,
    today: dt.date,
    visible: Collection[int] | None = None,
) -> tuple[Followed, ...]:
    """Compute what follows a target anew, in memory, and compare with the values that are kept; components first.

    At a unit and below, in ended periods: a score is given by the target in force at the unit itself. Whatever would
    not move at all is left out.
    """
    moved: dict[int, dict[Cell, Derived]] = {}
    found = []
    for whole in _affected(indicator):
        targets = {indicator.pk: grouped(after)}
        moved[whole.pk] = {}
        tally, shifts = _Tally(), Counter[tuple[StatusCode, StatusCode]]()
        kept = past_values(whole, unit, since=since, today=today, visible=visible)
        while rows := list(islice(kept, AT_ONCE)):
            anew = _computed_anew(whole, rows, targets, moved)
            moved[whole.pk] |= anew
            shifts += Counter(_compared(whole, rows, anew, tally, today=today))
        if tally.moved:
            pairs = tuple((*pair, count) for pair, count in shifts.most_common())
            found.append(Followed(whole, tally.figures, tally.moved, shifts.total(), pairs))
    return tuple(found)


def _affected(indicator: Indicator) -> list[Indicator]:
    indexes = list(
        Indicator.objects.filter(components__indicator=indicator, kind=Kind.INDEX).values_list("pk", flat=True)
    )
    return in_order({*indexes, *following(indexes)}) if indexes else []


def _computed_anew(
    whole: Indicator,
    rows: Sequence[tuple[KeptValue, Period]],
    targets: Mapping[int, Targets],
    moved: Mapping[int, Mapping[Cell, Derived]],
) -> dict[Cell, Derived]:
    """Return the values that would be others, from kept components and from those that would have moved."""
    cells = [Cell(one.unit_id, one.period_id) for one, _period in rows]
    components = component_rows(whole, source="indicators_value", cells=cells)
    for component, others in moved.items():
        for cell in cells:
            if cell in others and component in components.get(cell, {}):
                components[cell][component] = _as_row(cell, component, others[cell])
    setting = setting_of(whole, units={cell.unit_id for cell in cells}, periods={cell.period_id for cell in cells})
    before = {Cell(one.unit_id, one.period_id): one for one, _period in rows}
    return {
        cell: derived
        for cell, derived in computed(_aiming(setting, targets), components)
        if not _says_the_same(before[cell], derived)
    }


def _aiming(setting: Setting, targets: Mapping[int, Targets]) -> Setting:
    """Return a setting with other targets of some indicators (ids)."""
    rows = {key: kept for key, kept in setting.targets.rows.items() if key[0] not in targets}
    for others in targets.values():
        rows |= others.rows
    return replace(setting, targets=Targets(rows), _goals={})


def _says_the_same(kept: HasReports, derived: Derived) -> bool:
    return (kept.numerator, kept.reporting, kept.expected) == (
        derived.parts.numerator,
        derived.reporting,
        derived.expected,
    )


def _as_row(cell: Cell, indicator_id: int, derived: Derived) -> Row:
    days, cases = derived.parts.days, derived.parts.cases
    return Row(
        *cell,
        indicator_id,
        derived.parts.numerator,
        derived.parts.denominator,
        None if days is None else list(days),
        None if cases is None else list(cases),
        None,
        derived.reporting,
        derived.expected,
        derived.suspect,
    )


def _compared(
    whole: Indicator,
    rows: Sequence[tuple[KeptValue, Period]],
    anew: Mapping[Cell, Derived],
    tally: _Tally,
    *,
    today: dt.date,
) -> Iterator[tuple[StatusCode, StatusCode]]:
    """Yield the statuses of those figures that would have another; count the figures that are shown otherwise."""
    tally.figures += len(rows)
    judge = _Judge.of(whole, {one.unit_id for one, _period in rows}, today)
    for kept, period in rows:
        cell = Cell(kept.unit_id, kept.period_id)
        if cell not in anew:
            continue
        was, would_be = judge.say(kept, cell, period), judge.say(_as_row(cell, whole.pk, anew[cell]), cell, period)
        if was == would_be:
            continue
        tally.moved += 1
        if was[1] != would_be[1]:
            yield was[1], would_be[1]


@dataclass(frozen=True, slots=True)
class _Judge:
    """What figures of one indicator are judged with."""

    whole: Indicator
    rules: Rules
    targets: Targets
    units: Mapping[int, Unit]
    lines: Mapping[int, Sequence[Line]]
    today: dt.date

    @classmethod
    def of(cls, whole: Indicator, units: Collection[int], today: dt.date) -> Self:
        """Load what figures of some units (ids) are judged with."""
        return cls(
            whole, rules_of([whole]), targets_of([whole.pk]), Unit.objects.in_bulk(units), lines_of(units), today
        )

    def say(self, row: HasReports, cell: Cell, period: Period) -> tuple[Decimal | None, StatusCode]:
        """Return the figure of a value as it is shown, and its status."""
        rule, unit = self.rules.rule(self.whole, period.ends_on), self.units[cell.unit_id]
        found = reported_of(rule, row, period, today=self.today)
        figure = figure_of(rule, found.parts)
        day = day_of(unit, period)
        status = status_of(
            rule,
            unit,
            period,
            value=figure,
            found=found,
            target=self.targets.in_force(self.whole.pk, above(self.lines.get(unit.pk, ()), day), day),
            today=self.today,
            is_closed_for_good=False,
        )
        return shown(figure, rule.decimals), status
