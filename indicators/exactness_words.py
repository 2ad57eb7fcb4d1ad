"""How exact a figure is, in the reader's language: for tiles, "why?" and tables."""

from django.utils.translation import gettext, ngettext

from indicators.calculations import Exactness


def exactness_text(how: Exactness, *, taken_as_zero: int = 0) -> str:
    """Say why a figure is not exact: "approximate: 3 reports taken as zero"; "exact" if it is.

    `taken_as_zero` is how many reports did not come and count as zero.
    """
    if how.code == "exact":
        return gettext("exact")
    if how.code == "not additive":
        return gettext("not additive")
    return gettext("approximate: %(reason)s") % {"reason": _reason(how.reason, taken_as_zero)}


def _reason(reason: str | None, taken_as_zero: int) -> str:
    if reason == "zeros":
        counts = {"n": taken_as_zero}
        return ngettext("%(n)s report taken as zero", "%(n)s reports taken as zero", taken_as_zero) % counts
    if reason == "estimated":
        return gettext("so many different people are estimated, within 1.6 % as a rule")
    if reason == "periods":
        return gettext("some of its periods have no figure")
    return gettext("computed from approximate figures")
