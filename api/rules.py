"""The validation rules of an indicator: set, or only asked what they would come to."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from api import parameters
from api.people import asking
from api.problems import FieldError, Problem
from api.shapes import shape
from core.days import NoDay, read_day
from indicators.choices import RuleKind
from indicators.forms.rows_of_definitions import clean_rule
from indicators.models import Indicator
from indicators.operations import DefinitionRefused, drain_rollups
from indicators.operations.doubts.rules import change_rules, proposed_rules
from indicators.queries.definitions.catalogue import rule_row
from indicators.queries.entering.doubts import rules_of_indicator
from indicators.queries.entering.rechecks import Change, Recheck, recheck_foreseen
from indicators.rule_words import rule_text


class RuleGivenRow(TypedDict):
    """A rule as `import_indicators` takes it."""

    kind: RuleKind
    low: NotRequired[float]
    high: NotRequired[float]
    periods: NotRequired[int]
    width: NotRequired[float]
    other: NotRequired[str]
    most: NotRequired[float]
    percent: NotRequired[bool]


class RulesGiven(TypedDict):
    """Exactly the rules that hold from now on; new ones look at figures of periods that end on `since` or later."""

    rules: list[RuleGivenRow]
    since: NotRequired[dt.date]


class RecheckRow(TypedDict):
    """What became, or would become, of the figures that stand.

    `marked`: suspect, and were not; `cleared`: no longer suspect; `confirmed`: left alone, for a person has said that
    they are right. `units`: how many units have marked figures.
    """

    rules_made: int
    rules_ended: int
    figures: int
    marked: int
    cleared: int
    confirmed: int
    units: int


class RuleRow(RuleGivenRow):
    """A rule in force as it is sent, with the code that suspicions name and what it expects, in words."""

    code: str
    expected: str


class RulesRow(TypedDict):
    """The rules in force."""

    rules: list[RuleRow]


@extend_schema(
    methods=["GET"],
    operation_id="rules",
    summary="The validation rules of an indicator",
    responses={200: shape(RulesRow)},
)
@extend_schema(
    methods=["PUT"],
    operation_id="set_rules",
    summary="Set the validation rules of an indicator",
    request={"application/json": shape(RulesGiven)},
    responses={200: shape(RecheckRow)},
)
@api_view(["GET", "PUT"])
def rules(request: Request, code: str) -> Response:
    """Tell the rules in force; PUT: let exactly these doubt its figures, those that stand too.

    They are told to everyone, and set by whoever may change definitions.
    """
    if request.method == "GET":
        parameters.only(request)
        held = rules_of_indicator(get_object_or_404(Indicator, code=code))
        return Response({"rules": [rule_row(one) | {"code": one.code, "expected": rule_text(one)} for one in held]})
    now = timezone.now()
    with transaction.atomic():
        change = _asked(request, code)
        found = change_rules(change, by=asking(request), now=now) if change.made or change.ended else Recheck()
    compared = [rule.other_id for rule in (*change.made, *change.ended) if rule.other_id]
    drain_rollups(indicators=[change.indicator.pk, *compared], now=now)
    return Response(_row(change, found))


@extend_schema(
    operation_id="rules_what_if",
    summary="What validation rules would make of the figures that stand",
    request={"application/json": shape(RulesGiven)},
    responses={200: shape(RecheckRow)},
)
@api_view(["POST"])
def rules_what_if(request: Request, code: str) -> Response:
    """Count how many figures these rules would mark suspect; saves nothing. For whoever may change definitions."""
    change = _asked(request, code)
    return Response(_row(change, recheck_foreseen(change)))


def _asked(request: Request, code: str) -> Change:
    parameters.only(request)
    indicator = get_object_or_404(Indicator, code=code)
    if not asking(request).has_perm("indicators.change_indicator"):
        raise Problem(403, "may_not_change_definition", _("You may not change definitions."))
    body = request.data if isinstance(request.data, dict) else {}
    if not isinstance(body.get("rules"), list) or body.keys() - {"rules", "since"}:
        raise Problem(400, "invalid", _("Send an object with the list “rules”, and “since” if not all figures count."))
    try:
        return proposed_rules(indicator, [clean_rule(row) for row in body["rules"]], since=_since(body))
    except DefinitionRefused as refusal:
        raise Problem(
            422, refusal.code, str(refusal), [FieldError(field=refusal.field, reason=str(refusal))]
        ) from refusal


def _since(body: Mapping[str, Any]) -> dt.date | None:
    since = body.get("since")
    try:
        return None if since is None else read_day(str(since))
    except NoDay as error:
        raise DefinitionRefused("since", str(error)) from error


def _row(change: Change, found: Recheck) -> RecheckRow:
    return {
        "rules_made": len(change.made),
        "rules_ended": len(change.ended),
        "figures": found.figures,
        "marked": found.marked,
        "cleared": found.cleared,
        "confirmed": found.confirmed,
        "units": len(found.units),
    }
