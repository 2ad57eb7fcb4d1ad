"""Compute formulas and indexes again, another way: in fractions, from reversed Polish notation, along the dated tree.

It shares with `rollup.derived` only how a component's kept value is read, which `check_rollups` checks by itself.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from indicators.calculations.derived import Operand
from indicators.calculations.expressions import DECIMAL_PLACES, TOO_LARGE
from indicators.choices import Kind, Missing
from indicators.models import Indicator, Value
from indicators.queries.definitions.versions import Rules, rules_of
from indicators.queries.figures.judged import day_of
from indicators.queries.rollup.derived import operand_of
from indicators.queries.rollup.tree import Tree, load_tree
from indicators.queries.targets.in_force import Targets, targets_of
from organisation.models import Period, Unit

WORD = re.compile(r"\[([^\]]+)\]|([A-Za-z_][A-Za-z0-9_-]*)|([0-9.]+)|(\S)")
#: Marks of a sign that stands before one thing, and how tightly each sign holds.
CHANGED = "~"
HOLDS = {"+": 1, "-": 1, "*": 2, "/": 2, CHANGED: 3}
AS_TYPED = {"−": "-", "–": "-", "×": "*", "·": "*", "÷": "/"}


class Result(NamedTuple):
    """What is compared of a computed value."""

    figure: Decimal | None
    reporting: int
    expected: int | None
    suspect: int


class Differing(NamedTuple):
    """A value that is not as it should be: unit, period and what it says and should say, None where it is not."""

    unit: str
    period: str
    kept: str | None
    should_be: str | None


class Around(NamedTuple):
    """What the values of one indicator are computed with."""

    indicator: Indicator
    components: Mapping[int, Indicator]
    rules: Rules
    targets: Targets
    tree: Tree


def compare_derived(indicator: Indicator) -> Iterator[Differing | None]:
    """Yield for each value that a formula or index has or should have None, or how it differs."""
    components = Indicator.objects.filter(used_in__of=indicator).in_bulk()
    around = Around(
        indicator,
        components,
        rules_of([indicator, *components.values()]),
        targets_of(list(components)),
        load_tree(),
    )
    rows = (
        Value.objects.filter(
            indicator__in=[indicator.pk, *components], period__frequency__in=[indicator.frequency, *indicator.also_at]
        )
        .select_related("unit", "period")
        .order_by("unit_id", "period_id")
    )
    for _cell, found in groupby(rows.iterator(), key=lambda row: (row.unit_id, row.period_id)):
        by_indicator = {row.indicator_id: row for row in found}
        kept = by_indicator.pop(indicator.pk, None)
        any_row = kept or next(iter(by_indicator.values()))
        should_be = _should_be(by_indicator, any_row.unit, any_row.period, around)
        if kept is None and should_be is None:
            continue
        is_kept = None if kept is None else Result(kept.numerator, kept.reporting, kept.expected, kept.suspect)
        if is_kept == should_be:
            yield None
        else:
            yield Differing(any_row.unit.code, any_row.period.code, _text(is_kept), _text(should_be))


def _text(result: Result | None) -> str | None:
    if result is None:
        return None
    return f"{result.figure} {result.reporting} of {result.expected}, suspect {result.suspect}"


def _should_be(rows: Mapping[int, Value], unit: Unit, period: Period, around: Around) -> Result | None:
    rule = around.rules.rule(around.indicator, period.ends_on)
    operands = {
        around.components[pk].code: operand_of(around.rules.rule(around.components[pk], period.ends_on), row, period)
        for pk, row in rows.items()
    }
    if rule.kind == Kind.FORMULA:
        return _formula(_polish(rule.expression), operands)
    return _index(rule, operands, unit, period, around)


def _formula(polish: Sequence[Fraction | str], operands: Mapping[str, Operand]) -> Result | None:
    codes = {word for word in polish if isinstance(word, str) and word not in HOLDS}
    if not codes <= operands.keys():
        return None
    used = [operands[code] for code in codes]
    if any(not one.is_applicable for one in used):
        return Result(None, 0, 0, 0)
    reporting, expected = _covered([(one.reporting, one.expected) for one in used])
    return Result(_worked_out(polish, operands), reporting, expected, sum(one.suspect for one in used))


def _covered(reports: Sequence[tuple[int, int | None]]) -> tuple[int, int | None]:
    asked = sorted((Fraction(came, due), -due, came) for came, due in reports if due)
    return (asked[0][2], -asked[0][1]) if asked else (min(came for came, _due in reports), None)


def _polish(expression: str) -> list[Fraction | str]:
    """Return an expression in reversed Polish notation (Dijkstra's shunting yard): operands first, then what is done."""
    out: list[Fraction | str] = []
    waiting: list[str] = []
    is_after_operand = False
    for quoted, name, number, sign in WORD.findall(expression):
        typed = AS_TYPED.get(sign, sign)
        if quoted or name or number:
            out.append(Fraction(number) if number else quoted or name)
        elif typed == "(":
            waiting.append(typed)
        elif typed == ")":
            while waiting[-1] != "(":
                out.append(waiting.pop())
            waiting.pop()
        else:
            typed = typed if is_after_operand else CHANGED
            while is_after_operand and waiting and HOLDS.get(waiting[-1], 0) >= HOLDS[typed]:
                out.append(waiting.pop())
            waiting.append(typed)
        is_after_operand = bool(quoted or name or number or typed == ")")
    return [*out, *reversed(waiting)]


def _worked_out(polish: Sequence[Fraction | str], operands: Mapping[str, Operand]) -> Decimal | None:
    stack: list[Fraction] = []
    for word in polish:
        if isinstance(word, Fraction):
            stack.append(word)
        elif word in HOLDS:
            if word == "/" and not stack[-1]:
                return None
            _apply(word, stack)
        else:
            figure = operands[word].figure
            if figure is None:
                return None
            stack.append(Fraction(figure))
    return _rounded(stack[0])


def _apply(sign: str, stack: list[Fraction]) -> None:
    last = stack.pop()
    if sign == CHANGED:
        stack.append(-last)
    elif sign == "+":
        stack.append(stack.pop() + last)
    elif sign == "-":
        stack.append(stack.pop() - last)
    else:
        stack.append(stack.pop() * (last if sign == "*" else 1 / last))


def _rounded(result: Fraction) -> Decimal | None:
    if abs(result) >= TOO_LARGE:
        return None
    millionths = round(result * 10**DECIMAL_PLACES)
    return Decimal(millionths).scaleb(-DECIMAL_PLACES)


def _index(
    rule: Indicator, operands: Mapping[str, Operand], unit: Unit, period: Period, around: Around
) -> Result | None:
    day = period.ends_on
    weights = {
        weight["indicator"]: Fraction(weight["weight"])
        for weight in rule.weights
        if _day(weight["valid_from"], dt.date.min) <= day <= _day(weight["valid_to"], dt.date.max)
    }
    if not weights.keys() & operands.keys():
        return None
    known = {code: operands.get(code, Operand(None, reporting=0)) for code in weights}
    counted = [code for code, operand in known.items() if operand.is_applicable]
    if not counted:
        return Result(None, 0, 0, 0)
    scores = {code: _score(code, known[code], unit, period, around) for code in counted}
    scored = {code: one for code, one in scores.items() if one is not None}
    complete = sum(one.expected is None or one.reporting >= one.expected for one in (known[code] for code in scored))
    figure = None
    if scored and (len(scored) == len(counted) or rule.missing != Missing.MISSING):
        whole = sum(weights[code] for code in (counted if rule.missing == Missing.ZERO else scored))
        figure = _rounded(sum((weights[code] * score for code, score in scored.items()), Fraction(0)) / whole)
    return Result(figure, complete, len(counted), sum(known[code].suspect for code in scored))


def _day(text: str | None, otherwise: dt.date) -> dt.date:
    return dt.date.fromisoformat(text) if text else otherwise


def _score(code: str, operand: Operand, unit: Unit, period: Period, around: Around) -> Fraction | None:
    """Return a hundred less what is lacking: the way still to go, as a share of the whole way."""
    if operand.figure is None:
        return None
    component = next(one for one in around.components.values() if one.code == code)
    rule = around.rules.rule(component, period.ends_on)
    day = day_of(unit, period)
    line = enumerate(reversed(around.tree.path(unit.pk, day)))
    goal = around.targets.in_force(component.pk, line, day)
    if goal is None:
        return None
    if rule.direction == "band":
        if goal.band_low is None or goal.band_high is None:
            return None
        nearest = min(max(operand.figure, goal.band_low), goal.band_high)
        to_go, way = abs(operand.figure - nearest), goal.threshold or Decimal(0)
    else:
        sign = {"up": 1, "down": -1}.get(rule.direction, 0)
        ways = [sign * (goal.target - one) for one in (goal.starting_point, goal.threshold)
                if one is not None and goal.target is not None]  # fmt: skip
        way = next((one for one in ways if one > 0), Decimal(0))
        to_go = max(sign * ((goal.target or Decimal(0)) - operand.figure), Decimal(0))
    if way <= 0:
        return None
    return max(100 - 100 * Fraction(to_go) / Fraction(way), Fraction(0))
