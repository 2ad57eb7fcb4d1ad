"""Say of a row of a file, in one line, what taking it would do."""

from django.utils.translation import gettext as _

from indicators.calculations import Parts
from indicators.forms.entries import typed
from indicators.forms.sheet_imports import Outcome
from indicators.models import Indicator
from indicators.queries.figures.judged import figure_of
from indicators.rule_words import warning_text
from indicators.words import figure_text


def difference(indicator: Indicator, before: Parts | None, after: Parts | None) -> str:
    """Return by how much the figure itself moves: "+2", "−4.8"; empty where it doesn't."""
    was, now = figure_of(indicator, before), figure_of(indicator, after)
    if was is None or now is None or was == now:
        return ""
    sign = "+" if now > was else "−"
    return sign + figure_text(abs(now - was), indicator.decimals)


def outcome_text(one: Outcome) -> str:
    """Say it as a command prints it: "3: changed seen north-1 2026-10: 17/21 → 18/21 (+4.8)"."""
    if one.indicator is None or one.unit is None or one.period is None or one.row is None:
        reason = f"{one.reason} ({one.text})" if one.text else one.reason
        return _("%(line)d: refused: %(field)s: %(reason)s") % {"line": one.line, "field": one.field, "reason": reason}
    told = {
        "line": one.line,
        "figure": f"{one.indicator.code} {one.unit.code} {one.period.code}",
        "moved": _movement(one.indicator, one.before.parts if one.before else None, one.row.parts),
    }
    said = _("%(line)d: changed %(figure)s: %(moved)s") if one.before else _("%(line)d: new %(figure)s: %(moved)s")
    doubt = warning_text(one.doubts, owes_note=False)
    return said % told + (f" [{doubt}]" if doubt else "")


def _movement(indicator: Indicator, before: Parts | None, after: Parts | None) -> str:
    now = typed(indicator.kind, after) if after else ""
    if before is None:
        return now
    moved = difference(indicator, before, after)
    return f"{typed(indicator.kind, before)} → {now}" + (f" ({moved})" if moved else "")
