"""Read definitions from JSON or YAML: a list, each with the fields of the sheet; unknown fields are refused by name."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, TypeVar

import yaml
from django.utils.translation import gettext as _

from core.tables import UnreadableFile, open_text
from core.yaml_text import PlainLoader
from indicators.choices import Calendar, ChartType, Combine, Direction, IndicatorStatus, Kind, Missing, Statistic
from indicators.forms.cells_of_definitions import (
    read_choice,
    read_day,
    read_items,
    read_number,
    read_text,
    read_whole,
    read_yes_no,
    refuse_unknown,
)
from indicators.forms.rows_of_definitions import (
    clean_code,
    clean_left_out,
    clean_reporter,
    clean_rule,
    clean_target,
    clean_weight,
)
from indicators.operations import DefinitionRefused, TargetGiven
from indicators.operations.definitions.around import AreaGiven, LeftOutGiven, ReporterGiven
from indicators.operations.doubts.rules import RuleGiven
from indicators.queries.definitions import catalogue
from indicators.queries.definitions.components import named_in
from organisation.choices import Frequency

NEEDED = ("code", "name_en", "name_fr", "kind", "unit", "factor", "decimals", "direction", "frequency")
TEXTS = frozenset({"name_en", "name_fr", "unit", "expression", *catalogue.TEXTS})
CHOICES: dict[str, list[str]] = {
    "kind": Kind.values,
    "direction": Direction.values,
    "frequency": Frequency.values,
    "calendar": Calendar.values,
    "statistic": Statistic.values,
    "combine": Combine.values,
    "missing": Missing.values,
    "chart": ChartType.values,
    "status": IndicatorStatus.values,
}
NUMBERS = frozenset({"factor", "minimum_coverage"})
WHOLE_NUMBERS = frozenset({"decimals", "grace_days"})
YES_NO = frozenset({"adds_up", "due_in_working_days", "note_when_beyond", "screens_outliers"})
LISTS = frozenset({"also_at", "complementary", "targets", "rules", "reporters", "left_out", "weights"})
ALONE = frozenset({"code", "area", "owner", "target", "abandoned_on", "due_days"})
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
AREA_FIELDS = frozenset({"code", "name_en", "name_fr"})
KNOWN = TEXTS | CHOICES.keys() | NUMBERS | WHOLE_NUMBERS | YES_NO | LISTS | ALONE


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition as a file gives it: the model's fields, targets, and codes of the units that report."""

    fields: dict[str, Any]
    targets: list[TargetGiven] = field(default_factory=list)
    #: None: the file says nothing of them.
    reporters: list[ReporterGiven] | None = None
    #: None: the file says nothing of them.
    left_out: list[LeftOutGiven] | None = None
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
        node = yaml.compose(source, Loader=PlainLoader)
        items = yaml.load(source, Loader=PlainLoader)  # noqa: S506 -- a SafeLoader
        # What goes round in a circle, and half a character (a lone surrogate), can be read here and kept nowhere.
        json.dumps(items, default=str, ensure_ascii=False, skipkeys=True).encode()
    except RecursionError:
        raise UnreadableFile(_("%(path)s holds lists within lists without end.") % {"path": path}) from None
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
    refuse_unknown(item, KNOWN)
    for name in NEEDED:
        if item.get(name) is None:
            raise DefinitionRefused(name, _("This field is needed."))
    fields: dict[str, Any] = {"code": read_text(item, "code")}
    fields |= {name: read_text(item, name) for name in TEXTS if name in item}
    fields |= {name: read_choice(item, name, CHOICES[name]) for name in CHOICES if name in item}
    fields |= {name: read_number(item, name) for name in NUMBERS if name in item}
    fields |= {name: read_whole(item, name) for name in WHOLE_NUMBERS if name in item}
    fields |= {name: read_yes_no(item, name) for name in YES_NO if name in item}
    fields |= _alone(item)
    if "also_at" in item:
        fields["also_at"] = [
            read_choice({"also_at": one}, "also_at", Frequency.values) for one in read_items(item, "also_at")
        ]
    if "weights" in item:
        fields["weights"] = [clean_weight(row) for row in read_items(item, "weights")]
    targets = [clean_target(row) for row in read_items(item, "targets")]
    return Definition(
        fields,
        targets,
        reporters=_rows(item, "reporters", clean_reporter),
        left_out=_rows(item, "left_out", clean_left_out),
        complementary=_rows(item, "complementary", clean_code("complementary")),
        rules=_rows(item, "rules", clean_rule),
    )


def _alone(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that each have a way of their own."""
    fields: dict[str, Any] = {}
    if "due_days" in item:
        fields["due_days"] = None if item["due_days"] is None else read_whole(item, "due_days")
    if "area" in item:
        fields["area"] = _area(item["area"])
    if "owner" in item:
        fields["owner"] = read_text(item, "owner")
    if item.get("abandoned_on"):
        fields["abandoned_on"] = read_day(item, "abandoned_on")
    if item.get("target") is not None:
        fields["within"] = _limit(item)
    return fields


def _rows(item: Mapping[str, Any], name: str, clean: Callable[[object], Row]) -> list[Row] | None:
    return [clean(row) for row in read_items(item, name)] if name in item else None


def _area(area: object) -> AreaGiven:
    """Return an area by its code, or with its names."""
    if not isinstance(area, Mapping):
        return AreaGiven(read_text({"area": area}, "area"))
    refuse_unknown(area, AREA_FIELDS, "area.")
    return AreaGiven(**{name: read_text(area, name) for name in area})


def _limit(item: Mapping[str, Any]) -> int:
    if item.get("statistic") != Statistic.SHARE_WITHIN:
        raise DefinitionRefused("target", _("Only a share within a limit has one; targets to reach go into “targets”."))
    return read_whole(item, "target")
