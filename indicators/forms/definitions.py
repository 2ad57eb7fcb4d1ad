"""Read definitions from JSON or YAML: a list, each with the fields of the sheet; unknown fields are refused by name."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from core.tables import UnreadableFile, open_text
from indicators.calculations.paths import PathPoint
from indicators.choices import ChartType, Combine, Direction, IndicatorStatus, Kind, Missing, Statistic
from indicators.choices import Path as Moving
from indicators.operations import ALWAYS, DefinitionRefused, TargetGiven
from indicators.operations.rules import RuleGiven
from indicators.queries import catalogue
from indicators.queries.components import named_in
from organisation.choices import Frequency

NEEDED = ("code", "name_en", "name_fr", "kind", "unit", "factor", "decimals", "direction", "frequency")
TEXTS = frozenset({"name_en", "name_fr", "unit", "expression", *catalogue.TEXTS})
CHOICES: dict[str, list[str]] = {
    "kind": Kind.values,
    "direction": Direction.values,
    "frequency": Frequency.values,
    "statistic": Statistic.values,
    "combine": Combine.values,
    "missing": Missing.values,
    "chart": ChartType.values,
    "status": IndicatorStatus.values,
}
NUMBERS = frozenset({"factor", "minimum_coverage"})
WHOLE_NUMBERS = frozenset({"decimals", "grace_days"})
YES_NO = frozenset({"adds_up", "due_in_working_days", "note_when_beyond", "screens_outliers"})
TARGET_NUMBERS = ("target", "threshold", "starting_point", "band_low", "band_high")
TARGET_FIELDS = frozenset({"unit", "valid_from", "valid_to", "note", "path", "points", *TARGET_NUMBERS})
RULE_NUMBERS = ("low", "high", "width", "most")
RULE_FIELDS = frozenset({"kind", "periods", "other", "percent", *RULE_NUMBERS})
WEIGHT_FIELDS = frozenset({"indicator", "weight", "valid_from", "valid_to"})
LISTS = frozenset({"also_at", "complementary", "targets", "rules", "reporters", "weights"})
ALONE = frozenset({"code", "area", "target", "abandoned_on", "due_days"})
#: What files of before said in one language stands in English.
BEFORE = {
    "numerator_text": "numerator_text_en",
    "denominator_text": "denominator_text_en",
    "source_text": "source_text_en",
    "start_event": "start_event_en",
    "stop_event": "stop_event_en",
    "inclusion": "inclusion_en",
    "exclusion": "exclusion_en",
    "interpretation": "interpretation_en",
    "warnings": "warnings_en",
}
KNOWN = TEXTS | CHOICES.keys() | NUMBERS | WHOLE_NUMBERS | YES_NO | LISTS | ALONE


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition as a file gives it: the model's fields, targets, and codes of the units that report."""

    fields: dict[str, Any]
    targets: list[TargetGiven] = field(default_factory=list)
    #: None: the file says nothing of them.
    reporters: list[str] | None = None
    #: Codes of other indicators, which may come later in the file. None: the file says nothing of them.
    complementary: list[str] | None = None
    #: May name other indicators too. None: the file says nothing of them.
    rules: list[RuleGiven] | None = None


def read_list(path: Path) -> list[tuple[int, Any]]:
    """Return the items of the list in a JSON or YAML file, each with its line; JSON is YAML to us for the lines."""
    with open_text(path) as text:
        source = text.read()
    try:
        if path.suffix == ".json":
            json.loads(source)
        node = yaml.compose(source, Loader=yaml.SafeLoader)
        items = yaml.safe_load(source)
    except (ValueError, yaml.YAMLError) as error:
        raise UnreadableFile(_("%(path)s cannot be read: %(why)s.") % {"path": path, "why": error}) from error
    if not isinstance(items, list) or not isinstance(node, yaml.SequenceNode):
        raise UnreadableFile(_("%(path)s does not hold a list of definitions.") % {"path": path})
    return [(child.start_mark.line + 1, item) for child, item in zip(node.value, items, strict=True)]


def in_computing_order(items: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    """Return the items with each formula and index after what it is computed from, as they come otherwise."""
    places = {str(item.get("code")): place for place, (_line, item) in enumerate(items) if isinstance(item, Mapping)}
    needs = {place: _places_needed(item, places) for place, (_line, item) in enumerate(items)}
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError:
        # The first of the circle is refused for what it names.
        return items
    first = [place for place in range(len(items)) if not needs[place]]
    return [items[place] for place in (*first, *(place for place in order if needs[place]))]


def _places_needed(item: object, places: Mapping[str, int]) -> list[int]:
    if not isinstance(item, Mapping):
        return []
    weights = item.get("weights")
    parts = (
        [row for row in weights if isinstance(row, Mapping) and "indicator" in row] if isinstance(weights, list) else []
    )
    codes = named_in(str(item.get("kind")), str(item.get("expression") or ""), parts)
    return [places[code] for code in codes if code in places and code != item.get("code")]


def clean_definition(item: object) -> Definition:
    """Return a definition, or raise `DefinitionRefused` with the first field that is wrong."""
    if not isinstance(item, Mapping):
        raise DefinitionRefused("", _("This is no definition: it has no fields."))
    item = {str(BEFORE.get(name, name)): value for name, value in item.items()}
    _refuse_unknown(item, KNOWN)
    for name in NEEDED:
        if item.get(name) is None:
            raise DefinitionRefused(name, _("This field is needed."))
    fields: dict[str, Any] = {"code": _text(item, "code")}
    fields |= {name: _text(item, name) for name in TEXTS if name in item}
    fields |= {name: _choice(item, name) for name in CHOICES if name in item}
    fields |= {name: _number(item, name) for name in NUMBERS if name in item}
    fields |= {name: _whole(item, name) for name in WHOLE_NUMBERS if name in item}
    fields |= {name: _yes_no(item, name) for name in YES_NO if name in item}
    fields |= _alone(item)
    if "also_at" in item:
        fields["also_at"] = [_choice({"also_at": one}, "also_at", Frequency.values) for one in _list(item, "also_at")]
    if "weights" in item:
        fields["weights"] = [clean_weight(row) for row in _list(item, "weights")]
    targets = [clean_target(row) for row in _list(item, "targets")]
    rules = [clean_rule(row) for row in _list(item, "rules")] if "rules" in item else None
    return Definition(fields, targets, _codes(item, "reporters"), _codes(item, "complementary"), rules)


def _alone(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that each have a way of their own."""
    fields: dict[str, Any] = {}
    if "due_days" in item:
        fields["due_days"] = None if item["due_days"] is None else _whole(item, "due_days")
    if item.get("area"):
        fields["area"] = _text(item, "area")
    if item.get("abandoned_on"):
        fields["abandoned_on"] = _day(item, "abandoned_on")
    if item.get("target") is not None:
        fields["within"] = _limit(item)
    return fields


def clean_weight(row: object) -> dict[str, Any]:
    """Return a part of an index as the model keeps it, or raise `DefinitionRefused`."""
    if not isinstance(row, Mapping):
        raise DefinitionRefused("weights", _("A part of an index has an indicator and a weight."))
    _refuse_unknown(row, WEIGHT_FIELDS, "weights.")
    for name in ("indicator", "weight"):
        if row.get(name) in {None, ""}:
            raise DefinitionRefused(f"weights.{name}", _("This field is needed."))
    days = {name: _day(row, name) for name in ("valid_from", "valid_to")}
    return {
        "indicator": str(row["indicator"]).strip(),
        "weight": f"{_number(row, 'weight').normalize():f}",
        **{name: day and day.isoformat() for name, day in days.items()},
    }


def _codes(item: Mapping[str, Any], name: str) -> list[str] | None:
    return [str(code) for code in _list(item, name)] if name in item else None


def _limit(item: Mapping[str, Any]) -> int:
    if item.get("statistic") != Statistic.SHARE_WITHIN:
        raise DefinitionRefused("target", _("Only a share within a limit has one; targets to reach go into “targets”."))
    return _whole(item, "target")


def clean_target(row: object) -> TargetGiven:
    """Return a target, or raise `DefinitionRefused` with the first field that is wrong."""
    if not isinstance(row, Mapping):
        raise DefinitionRefused("targets", _("A target has a unit and numbers."))
    _refuse_unknown(row, TARGET_FIELDS, "targets.")
    if not row.get("unit"):
        raise DefinitionRefused("targets.unit", _("This field is needed."))
    return TargetGiven(
        unit=str(row["unit"]),
        valid_from=_day(row, "valid_from") or ALWAYS,
        valid_to=_day(row, "valid_to"),
        note=str(row.get("note") or ""),
        numbers={name: None if row.get(name) is None else _number(row, name) for name in TARGET_NUMBERS},
        path=_choice(row, "path", Moving.values) if row.get("path") else Moving.FIXED,
        points=[_point(point) for point in _list(row, "points")],
    )


def _point(row: object) -> PathPoint:
    if not isinstance(row, Mapping) or row.get("target") is None:
        raise DefinitionRefused("targets.points", _("A point of a path has a day and a target."))
    _refuse_unknown(row, frozenset({"from", "target", "threshold"}), "targets.points.")
    day = _day(row, "from")
    if day is None:
        raise DefinitionRefused("targets.points", _("A point of a path has a day and a target."))
    return PathPoint(day, _number(row, "target"), None if row.get("threshold") is None else _number(row, "threshold"))


def clean_rule(row: object) -> RuleGiven:
    """Return a validation rule, or raise `DefinitionRefused` with the first field that is wrong."""
    if not isinstance(row, Mapping) or not row.get("kind"):
        raise DefinitionRefused("rules.kind", _("This field is needed."))
    _refuse_unknown(row, RULE_FIELDS, "rules.")
    numbers = {name: None if row.get(name) is None else _number(row, name) for name in RULE_NUMBERS}
    return RuleGiven(
        kind=str(row["kind"]),
        low=numbers["low"],
        high=numbers["high"],
        width=numbers["width"],
        most=numbers["most"],
        periods=None if row.get("periods") is None else _whole(row, "periods"),
        other=str(row.get("other") or ""),
        is_percent=_yes_no(row, "percent") if "percent" in row else False,
    )


def _refuse_unknown(item: Mapping[str, Any], known: frozenset[str], prefix: str = "") -> None:
    for name in item:
        if name not in known:
            raise DefinitionRefused(f"{prefix}{name}", _("There is no field of this name."))


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item[name]
    if value is None:
        return ""
    if isinstance(value, Mapping | list):
        raise DefinitionRefused(name, _("This is no text."))
    return str(value).strip()


def _choice(item: Mapping[str, Any], name: str, choices: list[str] | None = None) -> str:
    allowed = choices or CHOICES[name]
    value = "" if item[name] is None else str(item[name])
    if value not in allowed and not (name == "statistic" and value == ""):
        raise DefinitionRefused(
            name, _("“%(value)s” is none of: %(allowed)s.") % {"value": value, "allowed": ", ".join(allowed)}
        )
    return value


def _number(item: Mapping[str, Any], name: str) -> Decimal:
    try:
        number = Decimal(str(item[name]))
    except InvalidOperation as error:
        raise DefinitionRefused(name, _("“%s” is no number.") % item[name]) from error
    if not number.is_finite() or isinstance(item[name], bool):
        raise DefinitionRefused(name, _("“%s” is no number.") % item[name])
    return number


def _whole(item: Mapping[str, Any], name: str) -> int:
    number = _number(item, name)
    if number != int(number) or number < 0:
        raise DefinitionRefused(name, _("“%s” is no whole number.") % item[name])
    return int(number)


def _yes_no(item: Mapping[str, Any], name: str) -> bool:
    if not isinstance(item[name], bool):
        raise DefinitionRefused(name, _("“%s” is neither true nor false.") % item[name])
    return bool(item[name])


def _day(item: Mapping[str, Any], name: str) -> dt.date | None:
    value = item.get(name)
    if value is None or value == "":
        return None
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise DefinitionRefused(name, _("“%s” is no day; write 2026-11-22.") % value) from error


def _list(item: Mapping[str, Any], name: str) -> list[Any]:
    value = item.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise DefinitionRefused(name, _("This is no list."))
    return value
