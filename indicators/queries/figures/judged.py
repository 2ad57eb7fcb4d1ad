"""What a kept value says on a day: its figure and its status. One place for tiles, the API and "why?"."""

import datetime as dt
from decimal import Decimal
from typing import NamedTuple, Protocol

from django.conf import settings

from core.working_days import working_day_after
from indicators.calculations import Exactness, Parts, Reading, Reported, StatusCode, exactness, figure, reported, status
from indicators.calculations.due import due_day
from indicators.calculations.exactness import exactness_of_derived
from indicators.calculations.figures import NUMBERS
from indicators.choices import DERIVED, IndicatorStatus, Missing
from indicators.models import Indicator
from indicators.queries.targets.in_force import TargetInForce
from organisation.models import Period, Unit

CLOSED = frozenset({IndicatorStatus.SUSPENDED, IndicatorStatus.ABANDONED})
#: By its own name: a wall asks 700 times, and a member of an enumeration is looked up anew each time.
SKIP = Missing.SKIP
#: Where something came, it applies.
APPLIES = True


class HasParts(Protocol):
    """A row that holds parts: an observation, an earlier entry, a value."""

    @property
    def numerator(self) -> Decimal | None:
        """The numerator, or the count."""

    @property
    def denominator(self) -> Decimal | None:
        """The denominator, or how many."""

    @property
    def days(self) -> list[int] | None:
        """The days of the histogram, ascending."""

    @property
    def cases(self) -> list[int] | None:
        """How many cases took so many days."""

    @property
    def members(self) -> list[int] | None:
        """The hashes of different people, ascending."""


class HasReports(HasParts, Protocol):
    """A kept value: parts and how many reports are in them."""

    @property
    def reporting(self) -> int:
        """Reports counted in."""

    @property
    def expected(self) -> int | None:
        """Reports expected; None: nobody's in particular."""

    @property
    def suspect(self) -> int:
        """Of the reports, those that a rule doubts."""


def parts_of(row: HasParts) -> Parts:
    """Return the parts of a row."""
    return Parts(
        row.numerator,
        row.denominator,
        None if row.days is None else tuple(row.days),
        None if row.cases is None else tuple(row.cases),
        None if row.members is None else tuple(row.members),
        # A value is made of what applies; only a report can say that nothing does.
        getattr(row, "is_applicable", True),
    )


def reported_of(
    indicator: Indicator, row: HasReports | None, period: Period, *, today: dt.date, expected: int | None = None
) -> Reported:
    """Return what a kept value rests on, by the definition's rule for missing reports.

    Without a value `expected` says how many reports are expected, None if nobody's in particular.
    """
    parts = None if row is None else parts_of(row)
    has_report = parts is not None and not parts.is_empty
    if row is not None and has_report and indicator.missing == SKIP:
        # What `reported` makes of it, without asking: a wall reads some 700 values, nearly all like this. By place, which
        # takes a third of the time of names.
        return Reported(parts, row.reporting, row.expected, has_report, APPLIES, 0, row.suspect)
    return reported(
        indicator.kind,
        parts,
        reporting=row.reporting if row else 0,
        expected=row.expected if row else expected,
        # What a formula or an index lacks is in its kept value already.
        missing=Missing.SKIP if indicator.kind in DERIVED else indicator.missing,
        is_overdue=is_overdue(indicator, period, today),
        is_longer=period.frequency != indicator.frequency,
        suspect=row.suspect if row else 0,
    )


def is_overdue(indicator: Indicator, period: Period, today: dt.date) -> bool:
    """Whether the days of grace after a period are over."""
    return today > last_day_in_time(indicator, period)


def figure_of(indicator: Indicator, parts: Parts | None) -> Decimal | None:
    """Return the figure of some parts by an indicator's definition, unrounded."""
    kind = indicator.kind
    if parts is None or kind in NUMBERS:
        # As `figure` says, to which all that it may have to know takes as long to hand over.
        return None if parts is None else parts.numerator
    return figure(
        kind,
        parts,
        factor=indicator.factor,
        statistic=indicator.statistic,
        within=indicator.within,
        combine=indicator.combine,
        adds_up=indicator.adds_up,
    )


def is_covered(indicator: Indicator, found: Reported) -> bool:
    """Whether enough have reported for there to be a figure at all."""
    expected = found.expected
    # All of them are enough, whatever the least is: nearly always so, and multiplying decimals takes long.
    return not expected or found.reporting >= expected or found.counted >= indicator.minimum_coverage * expected


def is_settled(indicator: Indicator, period: Period, found: Reported, *, today: dt.date) -> bool:
    """Whether a figure can be held against others: enough have reported, and nobody is awaited any more.

    The count of three teams in nine would be an improvement like no other.
    """
    if not found.expected or found.counted >= found.expected:
        return True
    return is_covered(indicator, found) and is_overdue(indicator, period, today)


def exactness_of(indicator: Indicator, found: Reported) -> Exactness:
    """Return how exact the figure of an indicator is."""
    if indicator.kind in DERIVED:
        return exactness_of_derived(found.parts)
    return exactness(
        found.parts, adds_up=indicator.adds_up, has_report=found.has_report, taken_as_zero=found.taken_as_zero
    )


def day_of(unit: Unit, period: Period) -> dt.date:
    """Return the day whose tree a value belongs to: the period's last, or the unit's if it closed before."""
    return period.ends_on if unit.closes_on is None else min(period.ends_on, unit.closes_on)


def is_open(unit: Unit, period: Period) -> bool:
    """Whether a unit existed on any day of a period."""
    return unit.opens_on <= period.ends_on and (unit.closes_on is None or unit.closes_on >= period.starts_on)


def is_day_off(indicator: Indicator, period: Period) -> bool:
    """Whether no figure of an indicator is expected on a day, because nobody works on it."""
    return not period.is_worked and indicator.leaves_days_off_out(period.ends_on)


def is_suspended(indicator: Indicator, period: Period) -> bool:
    """Whether nothing is asked of an indicator any more; what was abandoned on a day is judged as ever before it."""
    if indicator.status == IndicatorStatus.ABANDONED and indicator.abandoned_on is not None:
        return period.ends_on >= indicator.abandoned_on
    return indicator.status in CLOSED


def due_day_of(indicator: Indicator, period: Period) -> dt.date | None:
    """Return the day on which the report of a period is due, where the definition names one."""
    if indicator.due_days is None:
        return None
    return due_day(
        period.ends_on,
        indicator.due_days,
        in_working_days=indicator.due_in_working_days,
        region=settings.HOLIDAYS,
    )


def due_on_of(indicator: Indicator, period: Period) -> dt.date:
    """Return the day by which a report is asked for: the due day, without one the last day of grace."""
    return due_day_of(indicator, period) or last_day_in_time(indicator, period)


def last_day_in_time(indicator: Indicator, period: Period) -> dt.date:
    """Return the last day on which a report is not late. Where weekends are left out, they are no grace either."""
    due_on = due_day_of(indicator, period) or period.ends_on
    if indicator.leaves_days_off_out(period.ends_on):
        return working_day_after(due_on, indicator.grace_days, settings.HOLIDAYS)
    return due_on + dt.timedelta(days=indicator.grace_days)


def _days_of_grace(indicator: Indicator, period: Period) -> int:
    """Return the days of grace as they lie in the calendar."""
    if not indicator.leaves_days_off_out(period.ends_on):
        return indicator.grace_days
    return (last_day_in_time(indicator, period) - (due_day_of(indicator, period) or period.ends_on)).days


def _is_awaited(indicator: Indicator, unit: Unit, period: Period, found: Reported) -> bool:
    """Whether anybody is asked to report a figure."""
    return is_open(unit, period) and found.expected != 0 and not is_day_off(indicator, period)


class Terms(NamedTuple):
    """What a definition says of a period, whichever unit's figure it is."""

    due_on: dt.date | None
    days_of_grace: int
    is_suspended: bool


def terms_of(indicator: Indicator, period: Period) -> Terms:
    """Return what a definition says of a period."""
    return Terms(due_day_of(indicator, period), _days_of_grace(indicator, period), is_suspended(indicator, period))


def status_of(
    indicator: Indicator,
    unit: Unit,
    period: Period,
    *,
    value: Decimal | None,
    found: Reported,
    target: TargetInForce | None,
    today: dt.date,
    is_closed_for_good: bool,
    terms: Terms | None = None,
) -> StatusCode:
    """Return the status of a figure on a day. Where nobody is expected to report, a missing one does not apply.

    `terms` are those of the definition and the period, of whoever asks for many units.
    """
    terms = terms or terms_of(indicator, period)
    return status(
        Reading(
            value=value,
            period_ends_on=period.ends_on,
            today=today,
            grace_days=terms.days_of_grace,
            due_on=terms.due_on,
            reporting=found.counted,
            expected=found.expected,
            minimum_coverage=indicator.minimum_coverage,
            direction=indicator.direction,
            target=target.target if target else None,
            threshold=target.threshold if target else None,
            band_low=target.band_low if target else None,
            band_high=target.band_high if target else None,
            has_report=found.has_report,
            is_applicable=found.has_report or (found.is_applicable and _is_awaited(indicator, unit, period, found)),
            is_suspended=terms.is_suspended,
            is_suspect=found.suspect > 0,
            is_closed_for_good=is_closed_for_good,
            is_failing=bool(indicator.fault),
        )
    )
