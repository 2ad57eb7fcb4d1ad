"""Why a formula or an index is what it is: its expression with the numbers put in, and what each component adds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, Self

from django.utils.formats import number_format

from indicators.calculations import shown
from indicators.calculations.derived import Operand, Part
from indicators.calculations.expressions import DECIMAL_PLACES, written
from indicators.calculations.scores import FULL, Goal
from indicators.choices import DERIVED, Direction, Kind, Missing
from indicators.models import Indicator, Value
from indicators.queries.rollup.derived import Setting, operand_of, parts_of_index, read_once, setting_of
from organisation.models import Period, Unit

#: Why a part of an index is left out of it: its unit said that nothing applies; it has no figure here; no direction says
#: which way is better; no target is in force; nothing says where the way to the target begins.
LeftOutBecause = Literal["", "not applicable", "no figure", "no direction", "no target", "no starting point"]
#: Decimals of a score in an equation.
SCORE_DECIMALS = 1


@dataclass(frozen=True, slots=True)
class Component:
    """What a formula or index is computed from at a unit in a period. Of an index alone: score, weight and the rest."""

    #: With the rule that holds for the period.
    indicator: Indicator
    figure: Decimal | None
    reporting: int
    expected: int | None
    #: 0 to 100; None for a formula and for a part that is left out.
    score: Decimal | None = None
    weight: Decimal | None = None
    #: What it adds to the index, in points of it.
    contribution: Decimal | None = None
    left_out_because: LeftOutBecause = ""
    #: Too small for the reader: figure, score and contribution are None.
    is_small: bool = False

    def hidden(self) -> Self:
        """Return it as whoever has no right to small numbers sees it."""
        return replace(self, figure=None, score=None, contribution=None, is_small=True)


def components_in(rule: Indicator, unit: Unit, period: Period) -> list[Component]:
    """Return the components of a formula or index at a unit in a period, in the order of its definition."""
    if rule.kind not in DERIVED:
        return []
    setting = setting_of(rule, units=[unit.pk], periods=[period.pk])
    rows = {
        row.indicator_id: row
        for row in Value.objects.filter(
            indicator__in=[one.pk for one in setting.components.values()], unit=unit, period=period
        )
    }
    if rule.kind == Kind.FORMULA:
        _expression, codes = read_once(rule.expression)
        return [_operand(setting, code, rows.get(setting.components[code].pk), period) for code in codes]
    parts = list(parts_of_index(rule, rows, unit, period, setting))
    counted = [part for _code, part in parts if _counts(part, rule)]
    whole = sum((part.weight for part in counted), Decimal(0))
    return [
        _part(indicator, part, whole, _because(indicator, part, setting.goal(indicator, unit, period)))
        for code, part in parts
        for indicator in [setting.rules.rule(setting.components[code], period.ends_on)]
    ]


def _operand(setting: Setting, code: str, row: Value | None, period: Period) -> Component:
    indicator = setting.rules.rule(setting.components[code], period.ends_on)
    operand = operand_of(indicator, row, period) if row else Operand(None, reporting=0)
    return Component(indicator, operand.figure, operand.reporting, operand.expected)


def _counts(part: Part, rule: Indicator) -> bool:
    """Whether the weight of a part is among those by which the index is divided."""
    return part.operand.is_applicable and (part.score is not None or rule.missing == Missing.ZERO)


def _part(indicator: Indicator, part: Part, whole: Decimal, because: LeftOutBecause) -> Component:
    return Component(
        indicator,
        part.operand.figure,
        part.operand.reporting,
        part.operand.expected,
        part.score,
        part.weight,
        None if part.score is None else part.weight * part.score / whole,
        because,
    )


def _because(indicator: Indicator, part: Part, goal: Goal | None) -> LeftOutBecause:
    if part.score is not None:
        return ""
    if not part.operand.is_applicable:
        return "not applicable"
    if part.operand.figure is None:
        return "no figure"
    if indicator.direction == Direction.NONE:
        return "no direction"
    is_band = indicator.direction == Direction.BAND
    if goal is None or (goal.band_low if is_band else goal.target) is None:
        return "no target"
    return "no starting point"


def equation_with_numbers(rule: Indicator, components: Sequence[Component], result: str) -> str:
    """Return "1,240 ÷ 62 = 20 $" for a formula, "(3 × 50.0 + 1 × 25.0) ÷ 4 = 43.8" for an index; empty without a part.

    `result` is the figure as it is shown.
    """
    if not components:
        return ""
    if rule.kind == Kind.FORMULA:
        expression, _codes = read_once(rule.expression)
        numbers = {one.indicator.code: _number(one.figure) for one in components}
        return f"{written(expression, numbers, _number)} = {result}"
    counted = [one for one in components if one.contribution is not None or _counts_as_zero(rule, one)]
    if not counted:
        return ""
    terms = " + ".join(f"{_number(one.weight)} × {_score(one.score)}" for one in counted)
    whole = sum((one.weight for one in counted if one.weight is not None), Decimal(0))
    return f"({terms}) ÷ {_number(whole)} = {result}"


def _counts_as_zero(rule: Indicator, component: Component) -> bool:
    return rule.missing == Missing.ZERO and component.left_out_because not in {"", "not applicable"}


def _score(score: Decimal | None) -> str:
    decimals = 0 if score in {None, FULL} else SCORE_DECIMALS
    return number_format(shown(score or Decimal(0), decimals) or Decimal(0), decimal_pos=decimals, use_l10n=True)


def _number(number: Decimal | None) -> str:
    """Write a number with no more decimals than it has, six at most; a negative one in parentheses."""
    if number is None:
        return "—"
    short = round(number, DECIMAL_PLACES).normalize()
    text = number_format(Decimal(f"{short:f}"), use_l10n=True, force_grouping=True)
    return f"({text})" if short < 0 else text
