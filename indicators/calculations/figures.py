"""The figure that a person reads, from its parts. One place, so that tile, chart, API and "why?" cannot disagree."""

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from itertools import accumulate

from indicators.calculations.members import count_of
from indicators.calculations.parts import Parts
from indicators.calculations.survival import LEVELS, survival_day

#: Digits carried through a division; far more than any figure shows.
PRECISION = 40
WIDE = Context(prec=PRECISION)
#: Kinds whose numerator is the figure.
NUMBERS = frozenset({"count", "stock", "formula", "index"})
PERCENTILES = {"median": Decimal("0.5"), "p90": Decimal("0.9")}


def figure(
    kind: str,
    parts: Parts | None,
    *,
    factor: Decimal | int = 1,
    statistic: str = "",
    within: int | None = None,
    combine: str = "share",
    adds_up: bool = True,
) -> Decimal | None:
    """Return the figure, unrounded; None where there is nothing to show, above all a zero denominator.

    `kind`, `statistic` and `combine` are the words of `indicators.choices`. A share within the limit and a share of
    yes are per `factor`, which for shares is 100 unless the definition says more than 1. Where figures do not add up,
    a bare one is shown as it was reported.
    """
    if parts is None:
        return None
    if kind in NUMBERS or (not adds_up and parts.is_bare):
        return parts.numerator
    if kind in {"ratio", "mean"}:
        return _quotient(parts.numerator, parts.denominator, Decimal(factor if kind == "ratio" else 1))
    with localcontext(prec=PRECISION):
        if kind == "distinct":
            # A number alone: of a set that was too large to follow a further key, how many it was.
            return parts.numerator if parts.members is None else count_of(parts.members)
        if kind == "yes_no":
            return _of_answers(parts, combine, Decimal(factor))
        return _of_histogram(parts, statistic, within, Decimal(factor))


def shown(value: Decimal | None, decimals: int) -> Decimal | None:
    """Round half up, as people do on paper; the only rounding there is, and only for showing."""
    if value is None:
        return None
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=WIDE)
    # No "-0": a small negative that rounds to nothing is nothing.
    return abs(rounded) if rounded == 0 else rounded


def percentile(parts: Parts, share: Decimal) -> Decimal | None:
    """Return the percentile of the cases by linear interpolation (type 7; PostgreSQL's `percentile_cont`).

    `share` 0.5 is the median. With n cases, it stands (n − 1) × share cases above the smallest.
    """
    days, cases = parts.over
    n = sum(cases)
    if n == 0:
        return None
    place = (n - 1) * share
    lower = int(place)
    low = _day_of_case(days, cases, lower)
    if place == lower:
        return Decimal(low)
    return low + (place - lower) * (_day_of_case(days, cases, lower + 1) - low)


def _day_of_case(days: tuple[int, ...], cases: tuple[int, ...], place: int) -> int:
    """Return the days of the case at a place, counted from 0, in ascending order."""
    return next(day for day, so_far in zip(days, accumulate(cases), strict=True) if place < so_far)


def _quotient(numerator: Decimal | None, denominator: Decimal | None, factor: Decimal) -> Decimal | None:
    if numerator is None or not denominator:
        return None
    # Multiplied first: 1 ÷ 3 × 300 is 100, not 99.99…. By a context of its own: to enter one takes longer than to divide.
    return WIDE.divide(WIDE.multiply(numerator, factor), denominator)


def _of_answers(parts: Parts, combine: str, factor: Decimal) -> Decimal | None:
    """Return the share of yes, or 1 for yes and 0 for no of all or of any; of no answer, nothing."""
    yes, answers = parts.numerator, parts.denominator
    if yes is None or not answers:
        return None
    if combine == "all":
        return Decimal(yes == answers)
    if combine == "any":
        return Decimal(yes > 0)
    return _quotient(yes, answers, factor if factor != 1 else Decimal(100))


def _of_histogram(parts: Parts, statistic: str, within: int | None, factor: Decimal) -> Decimal | None:
    if statistic in LEVELS:
        return survival_day(parts.histogram, LEVELS[statistic])
    if statistic in PERCENTILES:
        return percentile(parts, PERCENTILES[statistic])
    return _of_cases(*parts.over, statistic, within, factor)


def _of_cases(
    days: tuple[int, ...], cases: tuple[int, ...], statistic: str, within: int | None, factor: Decimal
) -> Decimal | None:
    n = sum(cases)
    if not n:
        return None
    if statistic == "max":
        return Decimal(days[-1])
    if statistic == "mean":
        return Decimal(sum(day * times for day, times in zip(days, cases, strict=True))) / n
    if statistic != "share_within" or within is None:
        return None
    inside = sum(times for day, times in zip(days, cases, strict=True) if day <= within)
    return Decimal(inside) * (factor if factor != 1 else 100) / n
