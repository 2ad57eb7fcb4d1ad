"""What a validation rule expects, as people say it, in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from indicators.choices import RuleKind
from indicators.models import ValidationRule
from indicators.words import figure_text, with_unit


def rule_text(rule: ValidationRule) -> str:
    """Say what a rule expects: "between 0 and 100 %", "no more than 50 % from the last figure"."""
    kind = RuleKind(rule.kind)
    if kind is RuleKind.RANGE:
        return _range(rule)
    if kind is RuleKind.HISTORY:
        return _history(rule)
    if kind is RuleKind.COMPARISON and rule.other is not None:
        return _("“%(indicator)s” no higher than “%(other)s”") % {
            "indicator": rule.indicator.name,
            "other": rule.other.name,
        }
    if kind is RuleKind.JUMP and rule.most is not None:
        most = with_unit(_bare(rule.most), "%" if rule.is_percent else rule.indicator.unit)
        return _("no more than %(most)s from the last figure") % {"most": most}
    return _("a numerator that is no larger than the denominator")


def _range(rule: ValidationRule) -> str:
    unit = rule.indicator.unit
    if rule.low is None or rule.high is None:
        end = with_unit(_bare(rule.high if rule.low is None else rule.low), unit)
        return (_("at most %(end)s") if rule.low is None else _("at least %(end)s")) % {"end": end}
    return _("between %(low)s and %(high)s") % {"low": _bare(rule.low), "high": with_unit(_bare(rule.high), unit)}


def _history(rule: ValidationRule) -> str:
    if rule.width is None:
        return _("between the lowest and the highest of the last %(count)s figures") % {"count": rule.periods}
    told = {"width": _bare(rule.width), "count": rule.periods}
    return _("within %(width)s standard deviations of the mean of the last %(count)s figures") % told


def doubt_texts(codes: Iterable[str], rules: Mapping[str, ValidationRule]) -> list[str]:
    """Say what each of some doubts expected; `rules` by code, and one that is gone is named by its kind alone."""
    return [rule_text(rules[code]) if code in rules else _kind_of(code) for code in codes]


def question_text(doubts: Sequence[str], *, owes_note: bool) -> str:
    """Ask what a note answers: what was checked of a doubted figure, or why one lies beyond its threshold."""
    if doubts:
        return _("Is it right? What have you checked?")
    return _("Note owed: why beyond the threshold?") if owes_note else ""


def warning_text(doubts: Sequence[str], *, owes_note: bool) -> str:
    """Say what rules expected of a figure, and whether it lies beyond its threshold unexplained."""
    told = [_("expected: %(rule)s") % {"rule": doubt} for doubt in doubts]
    return " · ".join([*told, _("beyond the threshold")] if owes_note else told)


def _kind_of(code: str) -> str:
    kind = code.rpartition("-")[0]
    return str(RuleKind(kind).label) if kind in RuleKind.values else code


def _bare(number: Decimal | None) -> str:
    """Write a number with all the digits it has and no more."""
    if number is None:
        return ""
    places = number.normalize().as_tuple().exponent
    return figure_text(number, max(0, -places) if isinstance(places, int) else 0)
