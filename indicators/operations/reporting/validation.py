"""Refuse what no figure can be. What is merely odd is for the validation rules to ask about, never refused."""

import datetime as dt
from itertools import pairwise

from indicators.calculations import NOT_APPLICABLE, Parts
from indicators.calculations.members import KEPT
from indicators.choices import DERIVED, IndicatorStatus, Kind, Source
from indicators.models import Indicator
from indicators.operations import refusals
from organisation.models import Period, Unit

#: What numeric(24, 6) holds.
WHOLE_DIGITS, DECIMAL_PLACES = 18, 6
#: What a bigint holds, with room to add up a million of them.
MOST_CASES = 10**12
#: Longest delay, in days or minutes; also what an integer holds.
MOST_DAYS = 2**31 - 1

#: Which of numerator, denominator and histogram a kind has, and which it may have.
NEEDED: dict[str, frozenset[str]] = {
    Kind.COUNT: frozenset({"numerator"}),
    Kind.STOCK: frozenset({"numerator"}),
    Kind.RATIO: frozenset({"numerator", "denominator"}),
    Kind.MEAN: frozenset({"numerator", "denominator"}),
    Kind.DURATION: frozenset({"histogram"}),
    Kind.YES_NO: frozenset({"numerator", "denominator"}),
    Kind.DISTINCT: frozenset({"members"}),
}
ALLOWED = NEEDED | {Kind.STOCK: frozenset({"numerator", "histogram"})}
#: Kinds whose figure may come bare, without what it was made of, where figures do not add up.
BARE: dict[str, frozenset[str]] = dict.fromkeys(
    (Kind.RATIO, Kind.MEAN, Kind.DURATION, Kind.DISTINCT), frozenset({"numerator"})
)
#: What a bigint holds above zero.
MOST_HASH = 2**63 - 1
CLOSED = frozenset({IndicatorStatus.SUSPENDED, IndicatorStatus.ABANDONED})


def refuse_impossible(
    *, indicator: Indicator, unit: Unit, period: Period, parts: Parts, source: str, today: dt.date
) -> None:
    """Raise the `ObservationRefused` that says why this can be no figure; asks the database nothing."""
    _refuse_taking_none(indicator)
    if period.frequency != indicator.frequency:
        raise refusals.WrongFrequency
    if period.starts_on > today:
        raise refusals.PeriodInFuture
    if unit.opens_on > period.ends_on or (unit.closes_on is not None and unit.closes_on < period.starts_on):
        raise refusals.UnitNotOpen
    if parts != NOT_APPLICABLE:
        _refuse_impossible_parts(indicator, parts, source)


def _refuse_impossible_parts(indicator: Indicator, parts: Parts, source: str) -> None:
    _refuse_wrong_parts(indicator, parts)
    _refuse_odd_numbers(parts)
    _refuse_odd_histogram(parts, indicator.kind)
    _refuse_odd_members(parts)
    if indicator.kind == Kind.YES_NO and (parts.numerator not in {0, 1} or parts.denominator != 1):
        raise refusals.NeitherYesNorNo
    if source != Source.MEASURED:
        _refuse_negative(indicator.kind, parts)


def _refuse_taking_none(indicator: Indicator) -> None:
    if indicator.kind in DERIVED:
        raise refusals.ComputedFromOthers
    if indicator.status in CLOSED:
        raise refusals.IndicatorNotActive


def _refuse_wrong_parts(indicator: Indicator, parts: Parts) -> None:
    kind = indicator.kind
    present = {
        name
        for name, part in (
            ("numerator", parts.numerator),
            ("denominator", parts.denominator),
            ("histogram", parts.days),
            ("members", parts.members),
        )
        if part is not None
    }
    if not indicator.adds_up and kind in BARE and present == BARE[kind]:
        return
    for part in sorted(NEEDED[kind] - present):
        raise refusals.PartMissing(part)
    for part in sorted(present - ALLOWED[kind]):
        raise refusals.PartUnexpected(part)


def _refuse_odd_numbers(parts: Parts) -> None:
    for part, number in (("numerator", parts.numerator), ("denominator", parts.denominator)):
        if number is None:
            continue
        if not number.is_finite():
            raise refusals.NotANumber(part)
        # By its exponent first: arithmetic with 1E+999999999 overflows.
        if number.adjusted() >= WHOLE_DIGITS or number != round(number, DECIMAL_PLACES):
            raise refusals.TooManyDigits(part)
    # A negative number of cases divides into nonsense, whoever sends it.
    if parts.denominator is not None and parts.denominator < 0:
        raise refusals.Negative("denominator")


def _refuse_odd_histogram(parts: Parts, kind: str) -> None:
    if parts.days is None or parts.cases is None:
        return
    ascending = all(before < after for before, after in pairwise(parts.days))
    sane = len(parts.days) == len(parts.cases) and all(0 < n <= MOST_CASES for n in parts.cases)
    in_range = all(0 <= day <= MOST_DAYS for day in parts.days)
    agrees = kind != Kind.STOCK or sum(parts.cases) == parts.numerator
    if not (ascending and sane and in_range and agrees):
        raise refusals.BadHistogram


def _refuse_odd_members(parts: Parts) -> None:
    members = parts.members or ()
    ascending = all(before < after for before, after in pairwise(members))
    if not ascending or len(members) > KEPT or (members and not 0 <= members[0] <= members[-1] <= MOST_HASH):
        raise refusals.BadMembers


def _refuse_negative(kind: str, parts: Parts) -> None:
    """Refuse fewer than none; jobs alone may take away, for what they counted twice further down."""
    if kind != Kind.MEAN and parts.numerator is not None and parts.numerator < 0:
        raise refusals.Negative("numerator")
