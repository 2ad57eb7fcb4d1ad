"""The page on which the validation rules of a definition are added, changed and ended: what holds, and the form."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from indicators.choices import Kind, RuleKind
from indicators.forms.asked_rules import FIELDS, typed_as
from indicators.models import Indicator, ValidationRule
from indicators.operations.doubts.rules import said_by
from indicators.queries.entering.doubts import rules_of_indicator
from indicators.rule_words import rule_text


@dataclass(frozen=True)
class RuleRow:
    """A rule in force, in words, and who made it; nobody: a file or a program."""

    number: int
    kind: str
    text: str
    who: str
    made_at: dt.datetime


@dataclass(frozen=True)
class FieldFace:
    """A field of the form: a number, a tick, or with `options` (value, words) a choice."""

    name: str
    label: str
    typed: str
    is_tick: bool = False
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class RuleFormFace:
    """The form for a rule of one kind; `replaces` is the number of the rule that it changes, None for a new one."""

    kind: str
    words: str
    fields: tuple[FieldFace, ...]
    hint: str
    since: str
    replaces: int | None


@dataclass(frozen=True)
class RulesFace:
    """The page. `kinds` may be added: value and words. `form`: that of the kind that was chosen."""

    indicator: Indicator
    rules: tuple[RuleRow, ...]
    kinds: tuple[tuple[str, str], ...]
    form: RuleFormFace | None = None


def rules_face(
    indicator: Indicator, *, typed: Mapping[str, str] | None = None, replaces: ValidationRule | None = None
) -> RulesFace:
    """Read the page: with the fields that were typed, or those of the rule that is to be changed."""
    shown = typed if typed is not None else typed_as(said_by(replaces)) if replaces else {}
    others = _others(indicator)
    kinds = tuple(_kinds(indicator, others))
    return RulesFace(
        indicator=indicator,
        rules=tuple(_row(rule) for rule in rules_of_indicator(indicator)),
        kinds=kinds,
        form=_form(shown, others, replaces) if shown.get("kind") in dict(kinds) else None,
    )


def _row(rule: ValidationRule) -> RuleRow:
    who = str(rule.made_by) if rule.made_by else ""
    return RuleRow(rule.pk, str(RuleKind(rule.kind).label), rule_text(rule), who, rule.made_at)


def _others(indicator: Indicator) -> tuple[tuple[str, str], ...]:
    """Return what an indicator can be compared with: code and name."""
    same = Indicator.objects.filter(frequency=indicator.frequency).exclude(pk=indicator.pk)
    return tuple((one.code, one.name) for one in sorted(same, key=lambda one: one.name.casefold()))


def _kinds(indicator: Indicator, others: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    for kind in RuleKind:
        if kind is RuleKind.PARTS and indicator.kind != Kind.RATIO:
            continue
        if kind is RuleKind.COMPARISON and not others:
            continue
        yield kind.value, str(kind.label)


def _form(
    typed: Mapping[str, str], others: tuple[tuple[str, str], ...], replaces: ValidationRule | None
) -> RuleFormFace:
    kind = typed["kind"]
    return RuleFormFace(
        kind=kind,
        words=str(RuleKind(kind).label),
        fields=tuple(
            FieldFace(
                name=name,
                label=_label(name),
                typed=typed.get(name, ""),
                is_tick=name == "is_percent",
                options=others if name == "other" else (),
            )
            for name in FIELDS[kind]
        ),
        hint=_hint(kind),
        since=typed.get("since", ""),
        replaces=replaces.pk if replaces else None,
    )


def _hint(kind: str) -> str:
    """Say of a kind what its fields alone leave open."""
    return {
        RuleKind.HISTORY: _("Empty standard deviations: between the lowest and the highest of them."),
        RuleKind.COMPARISON: _("At the same unit and period; the figure that was entered last is doubted."),
        RuleKind.JUMP: _("From the last figure of the unit, at most 12 periods back."),
    }.get(RuleKind(kind), "")


def _label(name: str) -> str:
    """Return the name of a field in the reader's language. Django documents `_meta` as its way to ask for it."""
    field: Any = ValidationRule._meta.get_field(name)  # noqa: SLF001
    return capfirst(str(field.verbose_name))
