"""Read the rows around a definition in a file: targets, rules, weights, who reports, and who is left out."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from indicators.calculations.paths import PathPoint
from indicators.choices import Path as Moving
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
from indicators.models import Target, ValidationRule
from indicators.operations import ALWAYS, DefinitionRefused, TargetGiven
from indicators.operations.definitions.around import LeftOutGiven, ReporterGiven
from indicators.operations.doubts.rules import RuleGiven

TARGET_FIELDS = frozenset({"unit", "valid_from", "valid_to", "note", "path", "points", *Target.NUMBERS})
RULE_FIELDS = frozenset({"kind", "periods", "other", "percent", *ValidationRule.NUMBERS})
WEIGHT_FIELDS = frozenset({"indicator", "weight", "valid_from", "valid_to"})
REPORTER_FIELDS = frozenset({"unit", "valid_from", "valid_to"})
#: Of a note or a reason.
LONGEST_NOTE = 300
LEFT_OUT_FIELDS = REPORTER_FIELDS | {"reason"}


def clean_weight(row: object) -> dict[str, Any]:
    """Return a part of an index as the model keeps it, or raise `DefinitionRefused`."""
    if not isinstance(row, Mapping):
        raise DefinitionRefused("weights", _("A part of an index has an indicator and a weight."))
    refuse_unknown(row, WEIGHT_FIELDS, "weights.")
    for name in ("indicator", "weight"):
        if row.get(name) in {None, ""}:
            raise DefinitionRefused(f"weights.{name}", _("This field is needed."))
    days = {name: read_day(row, name) for name in ("valid_from", "valid_to")}
    return {
        "indicator": read_text(row, "indicator"),
        "weight": f"{read_number(row, 'weight').normalize():f}",
        **{name: day and day.isoformat() for name, day in days.items()},
    }


def clean_target(row: object) -> TargetGiven:
    """Return a target, or raise `DefinitionRefused` with the first field that is wrong."""
    if not isinstance(row, Mapping):
        raise DefinitionRefused("targets", _("A target has a unit and numbers."))
    refuse_unknown(row, TARGET_FIELDS, "targets.")
    if not row.get("unit"):
        raise DefinitionRefused("targets.unit", _("This field is needed."))
    return TargetGiven(
        unit=read_text(row, "unit"),
        valid_from=read_day(row, "valid_from") or ALWAYS,
        valid_to=read_day(row, "valid_to"),
        note=_short(row, "note", LONGEST_NOTE),
        numbers={name: None if row.get(name) is None else read_number(row, name) for name in Target.NUMBERS},
        path=read_choice(row, "path", Moving.values) if row.get("path") else Moving.FIXED,
        points=[_point(point) for point in read_items(row, "points")],
    )


def _point(row: object) -> PathPoint:
    if not isinstance(row, Mapping) or row.get("target") is None:
        raise DefinitionRefused("targets.points", _("A point of a path has a day and a target."))
    refuse_unknown(row, frozenset({"from", "target", "threshold"}), "targets.points.")
    day = read_day(row, "from")
    if day is None:
        raise DefinitionRefused("targets.points", _("A point of a path has a day and a target."))
    return PathPoint(
        day, read_number(row, "target"), None if row.get("threshold") is None else read_number(row, "threshold")
    )


def clean_rule(row: object) -> RuleGiven:
    """Return a validation rule, or raise `DefinitionRefused` with the first field that is wrong."""
    if not isinstance(row, Mapping) or not row.get("kind"):
        raise DefinitionRefused("rules.kind", _("This field is needed."))
    refuse_unknown(row, RULE_FIELDS, "rules.")
    numbers = {name: None if row.get(name) is None else read_number(row, name) for name in ValidationRule.NUMBERS}
    return RuleGiven(
        kind=read_text(row, "kind"),
        low=numbers["low"],
        high=numbers["high"],
        width=numbers["width"],
        most=numbers["most"],
        periods=None if row.get("periods") is None else read_whole(row, "periods"),
        other=read_text(row, "other") if "other" in row else "",
        is_percent=read_yes_no(row, "percent") if "percent" in row else False,
    )


def _short(row: Mapping[str, Any], name: str, longest: int) -> str:
    text = read_text(row, name) if name in row else ""
    if len(text) > longest:
        raise DefinitionRefused(name, _("This is longer than %(longest)d characters.") % {"longest": longest})
    return text


def clean_code(name: str) -> Callable[[object], str]:
    """Return what reads a code in a list of them."""

    def clean(value: object) -> str:
        return read_text({name: value}, name)

    return clean


def clean_reporter(row: object) -> ReporterGiven:
    """Return who is expected to report: a unit's code, or with its first and last day."""
    if not isinstance(row, Mapping):
        return ReporterGiven(clean_code("reporters")(row))
    refuse_unknown(row, REPORTER_FIELDS, "reporters.")
    if not row.get("unit"):
        raise DefinitionRefused("reporters.unit", _("This field is needed."))
    return ReporterGiven(read_text(row, "unit"), read_day(row, "valid_from") or ALWAYS, read_day(row, "valid_to"))


def clean_left_out(row: object) -> LeftOutGiven:
    """Return a unit that is left out, from a day to a day, with the reason."""
    if not isinstance(row, Mapping):
        raise DefinitionRefused("left_out", _("A unit that is left out has a first day and a reason."))
    refuse_unknown(row, LEFT_OUT_FIELDS, "left_out.")
    first = read_day(row, "valid_from")
    for name in ("unit", "reason"):
        if not row.get(name):
            raise DefinitionRefused(f"left_out.{name}", _("This field is needed."))
    if first is None:
        raise DefinitionRefused("left_out.valid_from", _("This field is needed."))
    return LeftOutGiven(read_text(row, "unit"), first, read_day(row, "valid_to"), _short(row, "reason", LONGEST_NOTE))
