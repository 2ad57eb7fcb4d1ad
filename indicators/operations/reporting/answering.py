"""Enter a figure together with what a person has to say of it."""

import datetime as dt

from indicators.calculations import Parts
from indicators.choices import Source
from indicators.models import Indicator
from indicators.operations.doubts.doubting import confirm_figure
from indicators.operations.reporting.observations import Recorded, enter_figure
from indicators.queries.figures.standing import Standing
from organisation.models import Period, Person, Unit


def enter_with_note(
    *,
    indicator: Indicator,
    unit: Unit,
    period: Period,
    parts: Parts,
    note: str,
    before: Standing | None,
    by: Person,
    now: dt.datetime,
    today: dt.date,
) -> Recorded:
    """Enter a figure as a person types it, who has seen what stood `before`.

    The same figure again, without a word, takes no note away; with one, it says of a doubted figure that it is right.
    Raises what `enter_figure` raises.
    """
    is_same = before is not None and before.parts == parts
    recorded = enter_figure(
        indicator=indicator,
        unit=unit,
        period=period,
        parts=parts,
        source=Source.ENTERED,
        by=by,
        now=now,
        today=today,
        note=note or (before.note if before and is_same else ""),
        expected_revision=before.revision if before else 0,
    )
    if is_same and note and recorded.suspicions:
        confirm_figure(indicator=indicator, unit=unit, period=period, note=note, by=by, now=now, today=today)
    return recorded
