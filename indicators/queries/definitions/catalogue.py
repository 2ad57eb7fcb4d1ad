"""The catalogue of definitions as a file holds it: what `import_indicators` reads back unchanged."""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Prefetch

from indicators.calculations.paths import PathPoint
from indicators.choices import ALWAYS, Kind, Statistic
from indicators.models import Area, Indicator, LeftOut, Reporter, Target, ValidationRule
from indicators.queries.targets.in_force import points_of

ONE_DAY = dt.timedelta(days=1)
TEXTS = (
    "text_en",
    "text_fr",
    "numerator_text_en",
    "numerator_text_fr",
    "denominator_text_en",
    "denominator_text_fr",
    "start_event_en",
    "start_event_fr",
    "stop_event_en",
    "stop_event_fr",
    "inclusion_en",
    "inclusion_fr",
    "exclusion_en",
    "exclusion_fr",
    "interpretation_en",
    "interpretation_fr",
    "warnings_en",
    "warnings_fr",
    "source_text_en",
    "source_text_fr",
)


def catalogue(codes: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Return the definitions of some codes (of none: all) with their targets and who reports them now, by code."""
    standing = Prefetch("targets", Target.objects.standing().select_related("unit"))
    in_force = Prefetch("rules", ValidationRule.objects.in_force().select_related("other"))
    found = Indicator.objects.select_related("area", "owner").prefetch_related(
        "complementary", standing, in_force, "reporters__unit", "left_out__unit"
    )
    chosen = list(codes)
    return [_entry(one) for one in (found.filter(code__in=chosen) if chosen else found)]


def _entry(indicator: Indicator) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "code": indicator.code,
        "name_en": indicator.name_en,
        "name_fr": indicator.name_fr,
        "area": _area(indicator.area) if indicator.area else "",
        "owner": indicator.owner.email if indicator.owner else "",
        "kind": indicator.kind,
        "statistic": indicator.statistic,
        "unit": indicator.unit,
        "factor": _number(indicator.factor),
        "decimals": indicator.decimals,
        "direction": indicator.direction,
        "frequency": indicator.frequency,
        "calendar": indicator.calendar,
        "also_at": list(indicator.also_at),
        "adds_up": indicator.adds_up,
        "missing": indicator.missing,
        "minimum_coverage": _number(indicator.minimum_coverage),
        "due_days": indicator.due_days,
        "due_in_working_days": indicator.due_in_working_days,
        "grace_days": indicator.grace_days,
        "note_when_beyond": indicator.note_when_beyond,
        "chart": indicator.chart,
        "screens_outliers": indicator.screens_outliers,
        "status": indicator.status,
        "complementary": sorted(one.code for one in indicator.complementary.all()),
    }
    entry |= {name: getattr(indicator, name) for name in TEXTS}
    entry |= _of_its_kind(indicator)
    if indicator.abandoned_on:
        entry["abandoned_on"] = indicator.abandoned_on.isoformat()
    around = {
        "targets": [_target(*one) for one in _until_the_next(indicator.targets.all())],
        "rules": [rule_row(one) for one in indicator.rules.all()],
        "left_out": [_left_out(one) for one in sorted(indicator.left_out.all(), key=_place)],
        "reporters": _reporters(indicator.reporters.all()),
    }
    entry |= {name: rows for name, rows in around.items() if rows}
    return entry


def _of_its_kind(indicator: Indicator) -> dict[str, Any]:
    """Return the fields that only some kinds have."""
    if indicator.statistic == Statistic.SHARE_WITHIN:
        return {"target": indicator.within}
    if indicator.kind == Kind.YES_NO:
        return {"combine": indicator.combine}
    if indicator.kind == Kind.FORMULA:
        return {"expression": indicator.expression}
    return {"weights": [_weight(one) for one in indicator.weights]} if indicator.kind == Kind.INDEX else {}


def _weight(weight: dict[str, Any]) -> dict[str, Any]:
    row = weight | {"weight": _number(Decimal(weight["weight"]))}
    return {name: value for name, value in row.items() if value is not None}


def _area(area: Area) -> str | dict[str, str]:
    """Return the code of an area, with its names where they are others than one would make of the code."""
    if area.name_en == area.code.capitalize() and not area.name_fr:
        return area.code
    return {"code": area.code, "name_en": area.name_en, "name_fr": area.name_fr}


def _place(row: LeftOut | Reporter | Target) -> tuple[str, dt.date]:
    return row.unit.code, row.valid_from


def _reporters(rows: Iterable[Reporter]) -> list[str] | list[dict[str, Any]]:
    """Return the codes of those who have always been expected, if there are no others; else all with their days."""
    in_turn = sorted(rows, key=_place)
    if all(one.valid_from <= ALWAYS and one.valid_to is None for one in in_turn):
        return [one.unit.code for one in in_turn]
    return [_said({"unit": one.unit.code, **_days(one)}) for one in in_turn]


def _left_out(row: LeftOut) -> dict[str, Any]:
    return _said({"unit": row.unit.code, **_days(row), "reason": row.reason})


def _days(row: LeftOut | Reporter) -> dict[str, str | None]:
    return {"valid_from": _day(row.valid_from), "valid_to": _day(row.valid_to)}


def _said(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in (None, "", [])}


def _until_the_next(targets: Iterable[Target]) -> Iterator[tuple[Target, dt.date | None]]:
    """Yield targets with the last day on which each is the one in force at its unit."""
    in_turn: list[Target | None] = [*sorted(targets, key=_place), None]
    for one, after in pairwise(in_turn):
        if one is not None:
            eve = after.valid_from - ONE_DAY if after and after.unit_id == one.unit_id else None
            yield one, min(filter(None, (one.valid_to, eve)), default=None)


def _target(target: Target, last_day: dt.date | None) -> dict[str, Any]:
    numbers = {name: _number(getattr(target, name)) for name in Target.NUMBERS}
    row = {"unit": target.unit.code, "valid_from": _day(target.valid_from), "valid_to": _day(last_day)}
    path = {"path": target.path, "points": [_point(point) for point in points_of(target)]}
    return _said(row | numbers | path | {"note": target.note})


def _point(point: PathPoint) -> dict[str, Any]:
    row = {"from": _day(point.day), "target": _number(point.target), "threshold": _number(point.threshold)}
    return {name: value for name, value in row.items() if value is not None}


def rule_row(rule: ValidationRule) -> dict[str, Any]:
    """Return a rule as a file or a program gives it."""
    numbers = {name: _number(getattr(rule, name)) for name in ValidationRule.NUMBERS}
    row = {"kind": rule.kind, "periods": rule.periods, "other": rule.other.code if rule.other else None}
    return {
        name: value
        for name, value in (row | numbers | {"percent": rule.is_percent or None}).items()
        if value is not None
    }


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _number(number: Decimal | None) -> int | float | str | None:
    """Return a number as a file writes it; as text where a float would not keep all its digits."""
    if number is None or number == int(number):
        return None if number is None else int(number)
    return float(number) if Decimal(str(float(number))) == number else f"{number.normalize():f}"
