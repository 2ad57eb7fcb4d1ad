"""What stands behind the figures of a chart: events of so many, or measurements, as charts by kind ask for them."""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Protocol, TypeVar

from indicators.calculations import Parts
from indicators.choices import Combine, Kind, Statistic
from indicators.models import Indicator
from indicators.spc.choice import Chart, Subgroup
from indicators.spc.judging import Counts, Groups
from indicators.spc.numbers import PRECISION
from indicators.spc.ratios import RATIOS
from organisation.models import Period

PERCENT = Decimal(100)
#: Statistics of a duration that are a quotient of what adds up.
COUNTED = frozenset({Statistic.MEAN, Statistic.SHARE_WITHIN})


class Chartable(Protocol):
    """A period as a chart needs it."""

    @property
    def period(self) -> Period:
        """The period."""

    @property
    def figure(self) -> Decimal | None:
        """Its figure, unrounded."""

    @property
    def parts(self) -> Parts | None:
        """What the figure is computed from; None where there is none, or where it is hidden."""

    @property
    def rule(self) -> Indicator:
        """The definition as it holds for the period."""

    @property
    def aim(self) -> Decimal | None:
        """The target in force."""

    @property
    def is_small(self) -> bool:
        """Whether its figure is hidden from whoever reads."""

    @property
    def breaks_line(self) -> bool:
        """Whether its figure doesn't compare with those before."""


P = TypeVar("P", bound=Chartable)


def kind_of(indicator: Indicator) -> str:
    """Return the kind as charts see it: a share within a limit, and one of yes, are ratios."""
    if indicator.statistic == Statistic.SHARE_WITHIN:
        return Kind.RATIO
    if indicator.kind == Kind.YES_NO:
        return Kind.RATIO if indicator.combine == Combine.SHARE else Kind.YES_NO
    return indicator.kind


def subgroups_of(rule: Indicator, points: Sequence[Chartable]) -> list[Subgroup | None]:
    """Return what stands behind each figure by the newest rule; None where there is no figure, or one of another kind."""
    if rule.kind != Kind.DURATION:
        return [
            None if point.figure is None or parts is None else Subgroup(parts.numerator, parts.denominator)
            for point in points
            for parts in [point.parts]
        ]
    if rule.statistic in COUNTED:
        return [_of_histogram(point, rule.statistic) for point in points]
    return [None if point.figure is None else Subgroup(None) for point in points]


def _of_histogram(point: Chartable, statistic: str) -> Subgroup | None:
    parts, rule = point.parts, point.rule
    if parts is None or point.figure is None or rule.statistic != statistic:
        return None
    pairs = list(zip(*parts.over, strict=True))
    if rule.statistic == Statistic.SHARE_WITHIN:
        within = sum(cases for day, cases in pairs if rule.within is not None and day <= rule.within)
    else:
        within = sum(day * cases for day, cases in pairs)
    return Subgroup(Decimal(within), Decimal(sum(cases for _, cases in pairs)))


def groups_of(
    chart: str, known: Sequence[Subgroup | None], spreads: tuple[Decimal | None, ...] = ()
) -> Groups | Counts:
    """Return the subgroups of a chart, undivided by any factor; `spreads` are the standard deviations of x-bar."""
    if chart in RATIOS:
        pairs = [(None, None) if one is None or one.events is None or not one.n else one for one in known]
        return Counts(tuple([events for events, _ in pairs]), tuple([n for _, n in pairs]))
    if chart == "c":
        return Groups(tuple([None if one is None or one.events is None else Fraction(one.events) for one in known]))
    return quotients_of(known, spreads)


def quotients_of(known: Sequence[Subgroup | None], spreads: tuple[Decimal | None, ...] = ()) -> Groups:
    """Return means of measurements, of which there are n in each subgroup."""
    quotients = [_quotient(one) for one in known]
    return Groups(tuple([y for y, _ in quotients]), tuple([n for _, n in quotients]), spreads)


def spreads_of(points: Sequence[Chartable], known: Sequence[Subgroup | None]) -> tuple[Decimal | None, ...]:
    """Return the standard deviation of each period's measurements."""
    return tuple([_deviation(point, one) for point, one in zip(points, known, strict=True)])


def _quotient(one: Subgroup | None) -> tuple[Fraction | None, Fraction | None]:
    if one is None or one.events is None or not one.n:
        return None, None
    n = Fraction(one.n)
    return Fraction(one.events) / n, n


def _deviation(point: Chartable, one: Subgroup | None) -> Decimal | None:
    """Return the standard deviation of a period's measurements, from their histogram."""
    parts = point.parts
    if one is None or parts is None or not one.n or one.n <= 1 or one.events is None:
        return None
    squares = sum(day * day * cases for day, cases in zip(*parts.over, strict=True))
    with localcontext(prec=PRECISION):
        return ((squares - one.events * one.events / one.n) / (one.n - 1)).sqrt()


def factor_of(chart: Chart, rule: Indicator) -> Decimal:
    """Return by what a chart's figures are multiplied, as those of its tile are."""
    if chart == "c" or rule.kind == Kind.MEAN or (rule.kind == Kind.DURATION and rule.statistic == Statistic.MEAN):
        return Decimal(1)
    is_per_cent = rule.factor == 1 and rule.kind in {Kind.DURATION, Kind.YES_NO}
    return PERCENT if is_per_cent else rule.factor
