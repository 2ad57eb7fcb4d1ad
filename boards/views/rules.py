"""Say what the figures of an indicator are expected to be: look at what that would doubt, save, change, end."""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from boards.pages.ruling import rules_face
from core.clock import clock
from core.posted import posted_from
from indicators.forms.asked_rules import AskedRule, read_rule
from indicators.models import Indicator, ValidationRule
from indicators.operations import DefinitionRefused
from indicators.operations.doubts.rules import change_rules, follow_rules, proposed_rules, said_by
from indicators.queries.entering.doubts import rules_of_indicator
from indicators.queries.entering.rechecks import Change, recheck_foreseen
from indicators.recheck_words import recheck_text
from organisation.asking import person_of


@login_required
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest, indicator: str) -> HttpResponse:
    """Show the rules, and the form of one (`?kind=`, or `?change=` for one that holds); with POST what it would doubt.

    Once that was seen it is saved.
    """
    defined = _defined(request, indicator)
    if request.method == "POST":
        return _proposed(request, defined)
    changed = _rule(defined, request.GET.get("change", ""))
    typed = None if changed else {"kind": request.GET.get("kind", "")}
    return _page(request, defined, AskedRule(typed or {}), replaces=changed)


@login_required
@posted_from("boards:rules", "indicator")
def end_rule(request: HttpRequest, indicator: str, number: int) -> HttpResponse:
    """Show of how many figures the doubt would go; once that was seen, end the rule."""
    defined = _defined(request, indicator)
    rule = get_object_or_404(ValidationRule.objects.in_force(), pk=number, indicator=defined)
    change = Change(indicator=defined, ended=[rule])
    if request.POST.get("seen") == str(number):
        return _save(request, change)
    return _page(
        request, defined, AskedRule({}), told=recheck_text(recheck_foreseen(change)), seen=str(number), ends=rule
    )


def _defined(request: HttpRequest, code: str) -> Indicator:
    if not request.user.has_perm("indicators.change_indicator"):
        raise PermissionDenied(_("You may not change definitions."))
    return get_object_or_404(Indicator, code=code)


def _rule(indicator: Indicator, number: str) -> ValidationRule | None:
    """Return a rule in force by its number; None where none is asked for. One that has ended meanwhile is not there."""
    if not number:
        return None
    standing = ValidationRule.objects.in_force().select_related("other")
    return get_object_or_404(standing, pk=int(number) if number.isdecimal() else 0, indicator=indicator)


def _proposed(request: HttpRequest, indicator: Indicator) -> HttpResponse:
    replaced = _rule(indicator, request.POST.get("replaces", ""))
    asked = read_rule(request.POST.dict())
    try:
        change = _change(indicator, asked, replaced)
    except DefinitionRefused as refusal:
        refused = AskedRule(asked.typed, refused=str(refusal))
        return _page(request, indicator, refused, replaces=replaced, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    seen = _fingerprint(asked.typed)
    if request.POST.get("seen") == seen:
        return _save(request, change)
    told = recheck_text(recheck_foreseen(change))
    return _page(request, indicator, asked, replaces=replaced, told=told, seen=seen)


def _change(indicator: Indicator, asked: AskedRule, replaced: ValidationRule | None) -> Change:
    """Return what would begin and end. Raises `DefinitionRefused`."""
    if asked.given is None:
        raise DefinitionRefused("rules", asked.refused)
    kept = [said_by(rule) for rule in rules_of_indicator(indicator) if rule != replaced]
    change = proposed_rules(indicator, [*kept, asked.given], since=asked.since)
    if not change.made:
        raise DefinitionRefused("rules", _("This rule holds already."))
    return change


def _save(request: HttpRequest, change: Change) -> HttpResponse:
    now, _today = clock()
    found = change_rules(change, by=person_of(request), now=now)
    follow_rules(change, found, now=now)
    messages.success(request, recheck_text(found))
    return redirect("boards:rules", indicator=change.indicator.code)


def _fingerprint(typed: Mapping[str, str]) -> str:
    """Return what tells whether a proposal is the one of which the consequences were shown."""
    return hashlib.sha256(repr(sorted(typed.items())).encode()).hexdigest()


def _page(
    request: HttpRequest,
    indicator: Indicator,
    asked: AskedRule,
    *,
    replaces: ValidationRule | None = None,
    ends: ValidationRule | None = None,
    told: str = "",
    seen: str = "",
    status: int = 200,
) -> HttpResponse:
    face = rules_face(indicator, typed=asked.typed or None, replaces=replaces)
    context = {
        "page": face,
        "refused": asked.refused,
        "told": told,
        "seen": seen,
        "ends": next((row for row in face.rules if ends and row.number == ends.pk), None),
    }
    return render(request, "boards/rules.html", context, status=status)
