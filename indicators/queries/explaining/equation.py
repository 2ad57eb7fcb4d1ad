"""The live equation: what a figure was computed from, in one line, with its numbers."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from indicators.calculations import Parts, shown
from indicators.choices import DERIVED, Kind, Statistic
from indicators.models import Indicator
from indicators.words import with_unit

#: Kinds of which the figure is no sum: how many stand behind it weighs.
WITH_N = frozenset({Kind.RATIO, Kind.MEAN, Kind.DURATION, Kind.YES_NO, Kind.DISTINCT})


def equation_of(indicator: Indicator, parts: Parts | None, figure: Decimal | None) -> str:
    """Return "18 ÷ 21 × 100 = 85.7 %", in the reader's language; "= —" where too few have reported; empty without parts."""
    if parts is None or parts.is_empty:
        return ""
    sign = "≈" if figure is not None and parts.is_estimated else "="
    return f"{_computed_from(indicator, parts)} {sign} {result_text(indicator, figure)}"


def weight_of(indicator: Indicator, parts: Parts | None) -> Decimal | None:
    """Return what a unit's share is a share of: the denominator, the cases, or the count itself.

    What is computed from others has no shares: it is not made of what stands below.
    """
    if parts is None or indicator.kind in DERIVED:
        return None
    return parts.n if indicator.kind in WITH_N else parts.numerator


def _computed_from(indicator: Indicator, parts: Parts) -> str:
    if indicator.kind in {Kind.COUNT, Kind.STOCK}:
        return _("sum")
    if parts.is_bare:
        return _("as reported")
    if indicator.kind == Kind.DISTINCT:
        return _("different people, each counted once")
    if indicator.kind == Kind.DURATION:
        return _of_cases(indicator, int(parts.n or 0))
    if indicator.kind == Kind.YES_NO:
        return _("%(yes)s yes of %(n)s") % {"yes": plain(parts.numerator), "n": plain(parts.denominator)}
    quotient = f"{plain(parts.numerator)} ÷ {plain(parts.denominator)}"
    has_factor = indicator.kind == Kind.RATIO and indicator.factor != 1
    return f"{quotient} × {plain(indicator.factor)}" if has_factor else quotient


def _of_cases(indicator: Indicator, n: int) -> str:
    if indicator.statistic == Statistic.SHARE_WITHIN:
        return _("share of %(n)s within %(limit)s") % {"n": plain(Decimal(n)), "limit": indicator.within}
    return _("%(statistic)s of %(n)s") % {"statistic": Statistic(indicator.statistic).label, "n": plain(Decimal(n))}


def result_text(indicator: Indicator, figure: Decimal | None) -> str:
    """Return the figure as it is shown, with its unit."""
    value = shown(figure, indicator.decimals)
    if value is None:
        return "—"
    number = number_format(value, decimal_pos=indicator.decimals, use_l10n=True, force_grouping=True)
    return with_unit(number, indicator.unit)


def plain(number: Decimal | None) -> str:
    """Return a number with no more decimals than it has."""
    if number is None:
        return "—"
    short = Decimal(number).normalize()
    return number_format(
        short.quantize(Decimal(1)) if short == int(short) else short, use_l10n=True, force_grouping=True
    )
