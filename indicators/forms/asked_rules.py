"""Read what someone proposes as a validation rule: the fields that its kind has, and since when figures are looked at."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from indicators.choices import RuleKind
from indicators.forms.targets import Reader, bare
from indicators.models import ValidationRule
from indicators.operations import DefinitionRefused
from indicators.operations.doubts.rules import RuleGiven

#: What a rule of each kind says, by the names of the model.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    RuleKind.RANGE: ("low", "high"),
    RuleKind.HISTORY: ("periods", "width"),
    RuleKind.PARTS: (),
    RuleKind.COMPARISON: ("other",),
    RuleKind.JUMP: ("most", "is_percent"),
}


@dataclass(frozen=True, slots=True)
class AskedRule:
    """What was typed, by the names of the fields, and the rule that it makes; or the sentence why it makes none."""

    typed: Mapping[str, str]
    given: RuleGiven | None = None
    since: dt.date | None = None
    refused: str = ""


def read_rule(sent: Mapping[str, str]) -> AskedRule:
    """Return the rule that someone proposes; what was typed is kept in each case. Of other kinds' fields none counts."""
    reader = Reader(sent)
    kind = reader.text("kind")
    for name in (*FIELDS.get(kind, ()), "since"):
        reader.text(name)
    try:
        return AskedRule(reader.typed, _given(reader, kind), reader.day("since"))
    except DefinitionRefused as refusal:
        return AskedRule(reader.typed, refused=str(refusal))


def _given(reader: Reader, kind: str) -> RuleGiven:
    if kind not in FIELDS:
        raise DefinitionRefused("rules.kind", _("There is no rule of this kind."))
    numbers = {name: reader.number(name) for name in FIELDS[kind] if name in ValidationRule.NUMBERS}
    return RuleGiven(
        kind=kind,
        low=numbers.get("low"),
        high=numbers.get("high"),
        width=numbers.get("width"),
        most=numbers.get("most"),
        periods=_whole(reader.number("periods")) if "periods" in FIELDS[kind] else None,
        other=reader.text("other") if "other" in FIELDS[kind] else "",
        is_percent="is_percent" in FIELDS[kind] and bool(reader.text("is_percent")),
    )


def _whole(number: Decimal | None) -> int | None:
    if number is None:
        return None
    if number != number.to_integral_value():
        raise DefinitionRefused("rules.periods", _("Type a whole number of figures."))
    return int(number)


def typed_as(given: RuleGiven) -> dict[str, str]:
    """Write a rule as one would type it, for changing what stands."""
    typed = {name: bare(getattr(given, name)) for name in ValidationRule.NUMBERS}
    typed["periods"] = str(given.periods or "")
    return typed | {"kind": given.kind, "other": given.other, "is_percent": "yes" if given.is_percent else ""}
