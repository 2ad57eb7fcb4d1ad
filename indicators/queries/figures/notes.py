"""Which figures still owe a note: beyond their threshold, where the definition asks why."""

from collections.abc import Iterable, Sequence

from indicators.calculations import Parts, Reading
from indicators.calculations.status import is_beyond
from indicators.models import Indicator
from indicators.queries.figures.judged import day_of, figure_of
from indicators.queries.figures.standing import Standing
from indicators.queries.targets.in_force import TargetInForce, Targets, above, lines_of, targets_of
from organisation.models import Period, Unit


def owes_note(indicator: Indicator, unit: Unit, period: Period, *, parts: Parts, note: str) -> bool:
    """Answer whether a figure lies beyond its threshold and nobody has said why; asks only where notes are asked for."""
    if not indicator.note_when_beyond or note:
        return False
    day = day_of(unit, period)
    target = targets_of([indicator.pk]).in_force(indicator.pk, above(lines_of([unit.pk])[unit.pk], day), day)
    return lies_beyond(indicator, period, parts, target)


def lies_beyond(indicator: Indicator, period: Period, parts: Parts, target: TargetInForce | None) -> bool:
    """Answer whether the figure of a unit itself lies beyond the threshold in force."""
    if target is None:
        return False
    return is_beyond(
        Reading(
            value=figure_of(indicator, parts),
            period_ends_on=period.ends_on,
            today=period.ends_on,
            direction=indicator.direction,
            target=target.target,
            threshold=target.threshold,
            band_low=target.band_low,
            band_high=target.band_high,
        )
    )


def asked_targets(indicators: Iterable[Indicator]) -> Targets:
    """Load the targets of those indicators that ask for notes; no query where none does."""
    asking = [one.pk for one in indicators if one.note_when_beyond]
    return targets_of(asking) if asking else Targets({})


def owed_in_grid(
    indicator: Indicator, line: Sequence[Unit], period: Period, standing: Standing, targets: Targets
) -> bool:
    """Answer the same for a row of the grid; `line`: the units above it on the period's last day, from the root."""
    if not indicator.note_when_beyond or standing.note:
        return False
    stood = [(distance, unit.pk) for distance, unit in enumerate(reversed(line))]
    target = targets.in_force(indicator.pk, stood, day_of(line[-1], period))
    return lies_beyond(indicator, period, standing.parts, target)
