"""What a change of rules makes of the figures that stand, in the reader's language."""

from django.utils.translation import gettext, ngettext

from indicators.queries.entering.rechecks import Recheck


def recheck_text(found: Recheck) -> str:
    """Say "3 of 120 figures are suspect now, at 2 units; 1 is no longer."."""
    counts = {"marked": found.marked, "figures": found.figures}
    told = [
        ngettext(
            "%(marked)d of %(figures)d figure that stands: doubted now.",
            "%(marked)d of %(figures)d figures that stand: doubted now.",
            found.figures,
        )
        % counts
    ]
    if found.marked:
        told.append(ngettext("At %(n)d unit.", "At %(n)d units.", len(found.units)) % {"n": len(found.units)})
    if found.cleared:
        told.append(gettext("Doubted no more: %(n)d.") % {"n": found.cleared})
    if found.confirmed:
        told.append(gettext("Left alone, because someone has confirmed them: %(n)d.") % {"n": found.confirmed})
    return " ".join(told)
