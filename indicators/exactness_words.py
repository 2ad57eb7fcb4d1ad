"""How exact a figure is, in the reader's language: for tiles, "why?" and tables."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from indicators.calculations import Exactness, Parts


def exactness_text(how: Exactness, *, parts: Parts | None = None, taken_as_zero: int = 0) -> str:
    """Say why a figure is not exact: "approximate: 3 reports taken as zero"; "exact" if it is.

    Of an estimate `parts` say within which bounds it lies; None where whoever reads may not see them. `taken_as_zero`
    is how many reports did not come and count as zero.
    """
    if how.code == "exact":
        return gettext("exact")
    if how.code == "not additive":
        return gettext("not additive")
    return gettext("approximate: %(reason)s") % {"reason": _reason(how.reason, parts, taken_as_zero)}


def bounds_text(parts: Parts | None) -> str:
    """Say between which numbers an estimate lies: "95 % confidence interval 9,694 to 10,174"; empty of what is counted."""
    found = parts.estimate if parts else None
    if found is None:
        return ""
    bounds = {"low": _whole(found.low), "high": _whole(found.high)}
    return gettext("95 %% confidence interval %(low)s to %(high)s") % bounds


def about_text(figure: str, parts: Parts | None) -> str:
    """Write "≈" before a figure that is estimated."""
    return f"≈\u00a0{figure}" if parts and parts.is_estimated else figure


def _whole(number: Decimal) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)


def _reason(reason: str | None, parts: Parts | None, taken_as_zero: int) -> str:
    if reason == "zeros":
        counts = {"n": taken_as_zero}
        return ngettext("%(n)s report taken as zero", "%(n)s reports taken as zero", taken_as_zero) % counts
    if reason == "estimated":
        bounds = bounds_text(parts)
        return f"{gettext('estimated')}, {bounds}" if bounds else gettext("estimated")
    if reason == "periods":
        return gettext("some of its periods have no figure")
    return gettext("computed from approximate figures")
