"""What a kept value says on a day: its figure and its status. One place for tiles, the API and "why?"."""

import datetime as dt
from decimal import Decimal
from typing import Protocol

from indicators.calculations import Parts, Reading, StatusCode, figure, status
from indicators.choices import IndicatorStatus
from indicators.models import Indicator
from indicators.queries.targets import TargetInForce
from organisation.models import Period, Unit

CLOSED = frozenset({IndicatorStatus.SUSPENDED, IndicatorStatus.ABANDONED})


class HasParts(Protocol):
    """A row that holds parts: an observation, an earlier entry, a value."""

    numerator: Decimal | None
    denominator: Decimal | None
    days: list[int] | None
    cases: list[int] | None


def parts_of(row: HasParts) -> Parts:
    """Return the parts of a row."""
    return Parts(
        row.numerator,
        row.denominator,
        None if row.days is None else tuple(row.days),
        None if row.cases is None else tuple(row.cases),
    )


def figure_of(indicator: Indicator, parts: Parts | None) -> Decimal | None:
    """Return the figure of some parts by an indicator's definition, unrounded."""
    return figure(
        indicator.kind,
        parts,
        factor=indicator.factor,
        statistic=indicator.statistic,
        within=indicator.within,
        combine=indicator.combine,
    )


def day_of(unit: Unit, period: Period) -> dt.date:
    """Return the day whose tree a value belongs to: the period's last, or the unit's if it closed before."""
    return period.ends_on if unit.closes_on is None else min(period.ends_on, unit.closes_on)


def is_open(unit: Unit, period: Period) -> bool:
    """Whether a unit existed on any day of a period."""
    return unit.opens_on <= period.ends_on and (unit.closes_on is None or unit.closes_on >= period.starts_on)


def is_suspended(indicator: Indicator, period: Period) -> bool:
    """Whether nothing is asked of an indicator any more; what was abandoned on a day is judged as ever before it."""
    if indicator.status == IndicatorStatus.ABANDONED and indicator.abandoned_on is not None:
        return period.ends_on >= indicator.abandoned_on
    return indicator.status in CLOSED


def status_of(
    indicator: Indicator,
    unit: Unit,
    period: Period,
    *,
    value: Decimal | None,
    has_report: bool,
    reporting: int,
    expected: int | None,
    target: TargetInForce | None,
    today: dt.date,
    is_closed_for_good: bool,
) -> StatusCode:
    """Return the status of a figure on a day. Where nobody is expected to report, a missing one does not apply."""
    return status(
        Reading(
            value=value,
            period_ends_on=period.ends_on,
            today=today,
            grace_days=indicator.grace_days,
            reporting=reporting,
            expected=expected,
            minimum_coverage=indicator.minimum_coverage,
            direction=indicator.direction,
            target=target.target if target else None,
            threshold=target.threshold if target else None,
            band_low=target.band_low if target else None,
            band_high=target.band_high if target else None,
            has_report=has_report,
            is_applicable=has_report or (is_open(unit, period) and expected != 0),
            is_suspended=is_suspended(indicator, period),
            is_closed_for_good=is_closed_for_good,
        )
    )
