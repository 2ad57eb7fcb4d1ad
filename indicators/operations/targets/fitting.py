"""Let no definition turn round under its targets: what stands must fit the direction in which it is better."""

import datetime as dt
from collections.abc import Collection, Iterator
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.days import dated
from indicators.choices import ALWAYS
from indicators.models import Indicator, Target
from indicators.operations.definitions.versions import first_day_of_change
from indicators.operations.refusals import DefinitionRefused
from indicators.operations.targets.sound import refuse_unsound_target
from indicators.queries.targets.in_force import points_of

#: So many targets are named in a refusal.
NAMED = 5
#: A target by the code of its unit and its first day.
Place = tuple[str, dt.date]


def refuse_unfit_targets(
    indicator: Indicator,
    *,
    takes_effect_on: dt.date | None,
    today: dt.date,
    replaced: Collection[Place] = frozenset(),
) -> None:
    """Raise `DefinitionRefused` if targets that hold once a definition does contradict its direction, naming them.

    A threshold would lie on the better side of its target, and what is good would look bad. `replaced` are targets that
    are set anew along with the definition. Targets that end before the change takes effect are judged as they were.
    """
    newest = indicator.versions.order_by("-number").first()
    first_day = takes_effect_on or first_day_of_change(indicator, newest.takes_effect_on if newest else ALWAYS, today)
    standing = Target.objects.standing().filter(indicator=indicator).select_related("unit").order_by("unit__code")
    faults = list(_unfit(indicator, [one for one in standing if _place(one) not in replaced], first_day))
    if not faults:
        return
    more = len(faults) - NAMED
    told = "; ".join(faults[:NAMED]) + (_(" and %(n)d more") % {"n": more} if more > 0 else "")
    raise DefinitionRefused(
        "direction",
        _("Targets that stand do not fit this direction; end or change them first: %(targets)s.") % {"targets": told},
    )


def targets_of_another_scale(indicator: Indicator, *, now: dt.datetime) -> str:
    """Warn of targets that stand though the factor has changed: set before `now`, they are of the scale before; empty: none.

    They are not refused: a figure in per mille may well be held against a number that was meant so. But 60 % that should
    have been 90 % would, as 600 ‰, meet a target of 90.
    """
    standing = Target.objects.standing().filter(indicator=indicator).exclude(valid_to__lt=timezone.localdate(now))
    older = standing.exclude(set_at__gte=now).count()
    if not older:
        return ""
    told = ngettext(
        "The factor of %(code)s has changed, and %(count)d target was set for figures of the scale before: check it.",
        "The factor of %(code)s has changed, and %(count)d targets were set for figures of the scale before: check them.",
        older,
    )
    return told % {"code": indicator.code, "count": older}


def _unfit(indicator: Indicator, standing: Collection[Target], first_day: dt.date) -> Iterator[str]:
    for target, last in _until_the_next(standing):
        if last is not None and last < first_day:
            continue
        try:
            refuse_unsound_target(
                indicator.direction,
                target.valid_from,
                target.valid_to,
                {name: getattr(target, name) for name in Target.NUMBERS},
                path=target.path,
                points=points_of(target),
            )
        except DefinitionRefused as refusal:
            since = "" if target.valid_from <= ALWAYS else dated(target.valid_from, pgettext("date format", "j M Y"))
            place = f"{target.unit.name}, {since}" if since else target.unit.name
            yield f"{place} ({str(refusal).rstrip('.')})"


def _until_the_next(standing: Collection[Target]) -> Iterator[tuple[Target, dt.date | None]]:
    """Yield targets with the last day on which each is the one in force at its unit."""
    in_turn: list[Target | None] = [*sorted(standing, key=lambda one: (one.unit.code, one.valid_from)), None]
    for one, after in pairwise(in_turn):
        if one is None:
            continue
        eve = after.valid_from - dt.timedelta(days=1) if after and after.unit_id == one.unit_id else None
        ends = [day for day in (one.valid_to, eve) if day is not None]
        yield one, min(ends) if ends else None


def _place(target: Target) -> Place:
    return target.unit.code, target.valid_from
