"""Say how an indicator adds up: over units, and over time (design section 3.2)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from indicators.choices import DERIVED, Kind
from indicators.models import Indicator

OVER_UNITS: dict[str, str | Promise] = {
    Kind.COUNT: _("the sum"),
    Kind.STOCK: _("the sum"),
    Kind.RATIO: _("the sum of the numerators ÷ the sum of the denominators"),
    Kind.MEAN: _("the sum of all ÷ how many there are"),
    Kind.DURATION: _("from all cases together"),
    Kind.DISTINCT: _("each person once"),
}
OVER_TIME: dict[str, str | Promise] = {Kind.STOCK: _("the last one"), Kind.YES_NO: _("the last answer")}


def over_units(indicator: Indicator) -> str:
    """Say how units below make the figure of the unit above."""
    if not indicator.adds_up:
        return str(_("not added up: each unit shows what it reported itself"))
    if indicator.kind in DERIVED:
        return str(_("computed at each unit, from what its components come to there"))
    return str(indicator.get_combine_display() if indicator.kind == Kind.YES_NO else OVER_UNITS[indicator.kind])


def over_time(indicator: Indicator) -> str:
    """Say how shorter periods make the figure of a longer one."""
    if not indicator.adds_up:
        return str(_("not added up"))
    if indicator.kind in DERIVED:
        return str(_("computed anew for each period"))
    return str(OVER_TIME.get(indicator.kind) or OVER_UNITS[indicator.kind])
