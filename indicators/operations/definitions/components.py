"""Say from what a formula or an index is computed, and refuse what cannot be computed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from indicators.calculations.expressions import LONGEST, Unreadable, Wrong, names, parse, zero_divisor
from indicators.choices import DERIVED, Kind
from indicators.models import Component, Indicator, Reporter, StaleValue
from indicators.operations.refusals import DefinitionRefused
from indicators.queries.definitions.components import circle_through, following, named_in
from organisation.choices import Frequency

#: Any constant that no other lock of the database uses; these are the letters "comp".
COMPONENTS_LOCK = int.from_bytes(b"comp")
#: Marks a place in a text: what is wrong stands behind it.
HERE = "▸"
SENTENCES: dict[Wrong, str | Promise] = {
    "operand": gettext_lazy("an indicator, a number or “(” is expected"),
    "operator": gettext_lazy("one of + − × ÷ is expected, or the end"),
    "closing": gettext_lazy("“)” is expected"),
    "character": gettext_lazy("this character has no meaning in an expression"),
    "comma": gettext_lazy("decimals follow a point, not a comma"),
    "bracket": gettext_lazy("square brackets go around one code: [30-day-return]"),
    "too long": gettext_lazy("this is longer than an expression may be"),
    "too deep": gettext_lazy("there are too many parentheses inside one another"),
}


class ExpressionRefused(DefinitionRefused):
    """An expression that cannot be taken; `place` is where, in characters from the left, the first being 0."""

    def __init__(self, expression: str, place: int, why: str) -> None:
        marked = f"{expression[:place]}{HERE}{expression[place:]}"
        if len(expression) > LONGEST:
            marked = f"… {expression[place - 20 : place]}{HERE}"
        told = {"column": place + 1, "why": why, "text": marked}
        super().__init__("expression", _("Column %(column)s: %(why)s. “%(text)s”") % told)
        self.place = place


def refuse_unsound_components(indicator: Indicator) -> None:
    """Raise `DefinitionRefused` if an indicator cannot be computed from what its definition names."""
    if indicator.kind != Kind.FORMULA and indicator.expression:
        raise DefinitionRefused("expression", _("Only a formula has an expression."))
    if indicator.kind != Kind.INDEX and indicator.weights:
        raise DefinitionRefused("weights", _("Only an index has weights."))
    if indicator.kind not in DERIVED:
        return
    if indicator.kind == Kind.FORMULA:
        _refuse_unreadable(indicator.expression)
    else:
        _refuse_unsound_weights(indicator.weights)
    if indicator.pk and Reporter.objects.filter(indicator=indicator).exists():
        raise DefinitionRefused("kind", _("Units are expected to report it: what is computed is reported by nobody."))
    codes = named_in(indicator.kind, indicator.expression, indicator.weights)
    known = {one.code: one for one in Indicator.objects.filter(code__in=codes)}
    for code in codes:
        if code not in known and code != indicator.code:
            raise _unknown(indicator, code)
        _refuse_other_frequency(indicator, known.get(code, indicator))
    refuse_circle(indicator, codes)


def _refuse_unreadable(expression: str) -> None:
    if not expression.strip():
        raise DefinitionRefused("expression", _("A formula has an expression, such as: cost / episodes × 100."))
    try:
        parse(expression)
    except Unreadable as error:
        raise ExpressionRefused(expression, error.place, str(SENTENCES[error.wrong])) from error
    place = zero_divisor(expression)
    if place is not None:
        raise ExpressionRefused(expression, place, _("this is zero, and nothing can be divided by zero"))
    if not names(expression):
        raise DefinitionRefused("expression", _("A formula names at least one indicator."))


def _unknown(indicator: Indicator, code: str) -> DefinitionRefused:
    if indicator.kind == Kind.INDEX:
        return DefinitionRefused("weights", _("No indicator has the code %s.") % code)
    why = _("no indicator has the code %s") % code
    if "-" in code:
        why += "; " + _("a minus has spaces around it")
    return ExpressionRefused(indicator.expression, names(indicator.expression)[code], why)


def _refuse_other_frequency(indicator: Indicator, component: Indicator) -> None:
    """Refuse a frequency at which a component has no values."""
    lacking = {indicator.frequency, *indicator.also_at} - {component.frequency, *component.also_at}
    if not lacking:
        return
    said = ", ".join(str(Frequency(one).label) for one in Frequency.values if one in lacking)
    told = {"component": component.code, "frequency": said}
    field = "frequency" if indicator.frequency in lacking else "also_at"
    raise DefinitionRefused(field, _("“%(component)s” has no values at this frequency: %(frequency)s.") % told)


def refuse_circle(indicator: Indicator, codes: Sequence[str]) -> None:
    """Refuse what would be computed from itself, directly or through others, in any version of these."""
    circle = circle_through(indicator.code, codes)
    if circle:
        field = "expression" if indicator.kind == Kind.FORMULA else "weights"
        raise DefinitionRefused(field, _("It would be computed from itself: %s.") % " → ".join(circle))


def _refuse_unsound_weights(weights: object) -> None:
    if not isinstance(weights, list) or not weights:
        raise DefinitionRefused("weights", _("An index has parts, each with its weight."))
    for weight in weights:
        if Decimal(weight["weight"]) <= 0:
            raise DefinitionRefused("weights", _("The weight of %s is more than zero.") % weight["indicator"])
        if weight["valid_from"] and weight["valid_to"] and weight["valid_to"] < weight["valid_from"]:
            raise DefinitionRefused("weights", _("The weight of %s ends before it begins.") % weight["indicator"])
    for one, other in combinations(weights, 2):
        if one["indicator"] == other["indicator"] and _overlap(one, other):
            raise DefinitionRefused("weights", _("%s has two weights on the same day.") % one["indicator"])


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    first = max(one["valid_from"] or "", other["valid_from"] or "")
    return all(last is None or first <= last for last in (one["valid_to"], other["valid_to"]))


def refuse_to_lose(indicator: Indicator, changed: frozenset[str]) -> None:
    """Raise `DefinitionRefused` if what is computed from an indicator could no longer be."""
    if not indicator.pk or not changed & {"code", "frequency", "also_at"}:
        return
    users = Indicator.objects.filter(components__indicator=indicator).order_by("code")
    for user in users:
        if "code" in changed:
            raise DefinitionRefused("code", _("“%s” is computed from it and names it by this code.") % user.code)
        lacking = {user.frequency, *user.also_at} - {indicator.frequency, *indicator.also_at}
        if lacking:
            field = "also_at" if "also_at" in changed else "frequency"
            raise DefinitionRefused(field, _("“%s” is computed from it at a frequency that it would lose.") % user.code)


def keep_components(indicator: Indicator) -> None:
    """Write down what an indicator is computed from, in its present version and all earlier ones.

    One at a time, so that two definitions saved together cannot close a circle that neither sees.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [COMPONENTS_LOCK])
    codes = set(named_in(indicator.kind, indicator.expression, indicator.weights))
    refuse_circle(indicator, sorted(codes))
    for sheet in indicator.versions.values_list("sheet", flat=True):
        codes |= set(named_in(sheet.get("kind", ""), sheet.get("expression", ""), sheet.get("weights", [])))
    wanted = set(Indicator.objects.filter(code__in=codes).values_list("pk", flat=True))
    kept = set(indicator.components.values_list("indicator_id", flat=True))
    indicator.components.filter(indicator_id__in=kept - wanted).delete()
    Component.objects.bulk_create(
        [Component(of=indicator, indicator_id=component) for component in sorted(wanted - kept)]
    )


def queue_following(indicator: Indicator, *, now: dt.datetime) -> None:
    """Queue all values that are computed from an indicator's: its rule says something else now."""
    _queue(following([indicator.pk]), now)


def queue_indexes(indicator: Indicator, *, now: dt.datetime) -> None:
    """Queue the indexes in which an indicator is a part, and what is computed from those: its targets have changed."""
    indexes = list(
        Indicator.objects.filter(components__indicator=indicator, kind=Kind.INDEX).values_list("pk", flat=True)
    )
    _queue([*indexes, *following(indexes)] if indexes else [], now)


def _queue(indicators: Sequence[int], now: dt.datetime) -> None:
    StaleValue.objects.bulk_create([StaleValue(indicator_id=pk, queued_at=now) for pk in dict.fromkeys(indicators)])
