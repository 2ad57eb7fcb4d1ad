"""Say what figures of an indicator are expected to be. Rules are made and ended, never changed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from indicators.calculations.doubts import FEWEST_EARLIER
from indicators.choices import Kind, RuleKind
from indicators.models import Indicator, ValidationRule
from indicators.operations.doubts.rechecking import recheck
from indicators.operations.refusals import DefinitionRefused
from indicators.operations.rollup.values import drain_rollups
from indicators.operations.targets.sound import refuse_no_number
from indicators.operations.turns import take_turns
from indicators.queries.entering.rechecks import Change, Recheck
from organisation.models import Person

#: The longest history that a rule looks back on: ten years of months.
MOST_PERIODS = 120
#: More figures whose doubts change than this, and their values follow by the next job.
FOLLOWED_AT_ONCE = 2_000
#: What numeric(5, 2) holds; no sensible limit lies near.
WIDEST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleGiven:
    """A rule as a person or a file gives it; `other` is the code of an indicator. Fields as of `ValidationRule`."""

    kind: str
    low: Decimal | None = None
    high: Decimal | None = None
    periods: int | None = None
    width: Decimal | None = None
    other: str = ""
    most: Decimal | None = None
    is_percent: bool = False


@transaction.atomic
def set_rules(
    *,
    indicator: Indicator,
    given: Sequence[RuleGiven],
    by: Person | None,
    now: dt.datetime,
    since: dt.date | None = None,
) -> Recheck | None:
    """Let exactly these rules hold, and look again at the figures that stand; None: they are the rules that held.

    Raises `DefinitionRefused`; else as `change_rules`.
    """
    change = proposed_rules(indicator, given, since=since)
    if not change.made and not change.ended:
        return None
    return change_rules(change, by=by, now=now)


def proposed_rules(indicator: Indicator, given: Sequence[RuleGiven], *, since: dt.date | None = None) -> Change:
    """Return which rules would begin, unsaved, and which end, for exactly these to hold. Raises `DefinitionRefused`."""
    in_force = ValidationRule.objects.in_force().filter(indicator=indicator).select_related("other")
    standing = {said_by(rule): rule for rule in in_force}
    wanted = list(dict.fromkeys(given))
    return Change(
        indicator=indicator,
        made=[proposed_rule(indicator, one) for one in wanted if one not in standing],
        ended=[rule for said, rule in standing.items() if said not in wanted],
        since=since,
    )


def proposed_rule(indicator: Indicator, given: RuleGiven) -> ValidationRule:
    """Return a rule that could be made, unsaved. Raises `DefinitionRefused`."""
    other = Indicator.objects.filter(code=given.other).first() if given.other else None
    refuse_unsound_rule(indicator, given, other)
    return ValidationRule(
        indicator=indicator,
        kind=given.kind,
        low=given.low,
        high=given.high,
        periods=given.periods,
        width=given.width,
        other=other,
        most=given.most,
        is_percent=given.is_percent,
    )


@transaction.atomic
def change_rules(change: Change, *, by: Person | None, now: dt.datetime) -> Recheck:
    """Begin and end rules, and look again at the figures that stand: those of the change's window by the new rules.

    What ended rules alone doubted is doubted no more. Answers what that came to; the values above wait in the queue.
    """
    for rule in change.made:
        rule.made_by, rule.made_at = by, now
        rule.save()
    for rule in change.ended:
        rule.ended_at = now
        rule.save(update_fields=["ended_at"])
    compared = [rule.other_id for rule in (*change.made, *change.ended) if rule.other_id]
    take_turns([change.indicator.pk, *compared])
    return recheck(change, now=now)


def follow_rules(change: Change, found: Recheck, *, now: dt.datetime) -> None:
    """Let the values above follow at once, once a change of rules is saved; where it is a great many, by the next job."""
    if found.marked + found.cleared > FOLLOWED_AT_ONCE:
        return
    compared = [rule.other_id for rule in (*change.made, *change.ended) if rule.other_id]
    drain_rollups(indicators=[change.indicator.pk, *compared], now=now)


def said_by(rule: ValidationRule) -> RuleGiven:
    """Return what a rule says."""
    return RuleGiven(
        kind=rule.kind,
        low=rule.low,
        high=rule.high,
        periods=rule.periods,
        width=rule.width,
        other=rule.other.code if rule.other else "",
        most=rule.most,
        is_percent=rule.is_percent,
    )


def refuse_unsound_rule(indicator: Indicator, given: RuleGiven, other: Indicator | None) -> None:
    """Raise `DefinitionRefused` for a rule that could never doubt anything, or only nonsense."""
    if given.kind not in RuleKind.values:
        raise DefinitionRefused("rules.kind", _("There is no rule of this kind."))
    for name in ("low", "high", "most", "width"):
        refuse_no_number(f"rules.{name}", getattr(given, name))
    kind = RuleKind(given.kind)
    if kind is RuleKind.RANGE:
        _refuse_unsound_range(given)
    elif kind is RuleKind.HISTORY:
        _refuse_unsound_history(given)
    elif kind is RuleKind.COMPARISON:
        _refuse_unsound_comparison(indicator, other)
    elif kind is RuleKind.JUMP and (given.most is None or given.most <= 0):
        raise DefinitionRefused("rules.most", _("Say from how large a jump on a figure is doubted."))
    elif kind is RuleKind.PARTS and indicator.kind != Kind.RATIO:
        raise DefinitionRefused("rules.kind", _("Only a ratio has a numerator and a denominator to compare."))


def _refuse_unsound_range(given: RuleGiven) -> None:
    if given.low is None and given.high is None:
        raise DefinitionRefused("rules.low", _("A range has a lowest or a highest figure."))
    if given.low is not None and given.high is not None and given.low > given.high:
        raise DefinitionRefused("rules.low", _("The lowest figure of a range is not above the highest."))


def _refuse_unsound_history(given: RuleGiven) -> None:
    if given.periods is None or not FEWEST_EARLIER <= given.periods <= MOST_PERIODS:
        told = {"fewest": FEWEST_EARLIER, "most": MOST_PERIODS}
        raise DefinitionRefused("rules.periods", _("Look back on %(fewest)d to %(most)d figures.") % told)
    if given.width is not None and not 0 < given.width < WIDEST:
        raise DefinitionRefused("rules.width", _("The number of standard deviations is more than zero."))


def _refuse_unsound_comparison(indicator: Indicator, other: Indicator | None) -> None:
    if other is None or other.pk == indicator.pk:
        raise DefinitionRefused("rules.other", _("Name another indicator to compare with."))
    if other.frequency != indicator.frequency:
        raise DefinitionRefused("rules.other", _("Only indicators that are reported equally often can be compared."))
