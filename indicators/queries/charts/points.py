"""A period of a series: its figure, what it rests on, what it is held to."""

import datetime as dt
from decimal import Decimal
from typing import NamedTuple, Self

from indicators.calculations import Exactness, Parts, Reported, StatusCode
from indicators.models import Indicator
from indicators.queries.figures.judged import exactness_of, is_settled, status_of
from indicators.queries.targets.in_force import TargetInForce
from organisation.models import Period, Unit


class Point(NamedTuple):
    """A period of a series. Without a report `parts` is None; `figure` is None too where nothing can be divided."""

    period: Period
    found: Reported
    #: Unrounded; `shown(figure, indicator.decimals)` is what a person reads.
    figure: Decimal | None
    target: TargetInForce | None
    #: The definition as it holds for the period.
    rule: Indicator
    unit: Unit
    #: The day on which it is judged.
    today: dt.date
    #: Whether a later period is due already.
    is_closed_for_good: bool
    computed_at: dt.datetime | None = None
    #: Whether its figure doesn't compare with those before: the definition means something else from here on.
    breaks_line: bool = False
    #: Hidden from a reader without the right to small numbers: figure and parts are None, the status stays.
    is_small: bool = False
    stood: StatusCode | None = None

    def hidden(self) -> Self:
        """Return the point without its figure, which is too small for whoever reads."""
        found = self.found._replace(parts=None)
        return self._replace(found=found, figure=None, is_small=True, stood=self.status)

    def without_parts(self) -> Self:
        """Return the point with its figure alone: a part of it is too small for whoever reads."""
        return self._replace(found=self.found._replace(parts=None), stood=self.status)

    def settled(self) -> Self:
        """Return the point as a chart knows it: a gap, while somebody is awaited."""
        found = self.found
        if self.figure is None or found.reporting == found.expected:
            return self
        return self if is_settled(self.rule, self.period, found, today=self.today) else self._replace(figure=None)

    @property
    def parts(self) -> Parts | None:
        """What the figure is computed from."""
        return self.found.parts

    @property
    def aim(self) -> Decimal | None:
        """The target in force, of one that is a single number."""
        return self.target.target if self.target else None

    @property
    def reporting(self) -> int:
        """Reports counted in."""
        return self.found.reporting

    @property
    def expected(self) -> int | None:
        """Reports expected; None: nobody's in particular, or not known without a report."""
        return self.found.expected

    @property
    def exactness(self) -> Exactness:
        """Whether the figure is exact, or why not."""
        return exactness_of(self.rule, self.found)

    @property
    def status(self) -> StatusCode:
        """What the figure says. Worked out when asked: a wall asks it of one point in forty."""
        return self.stood or status_of(
            self.rule,
            self.unit,
            self.period,
            value=self.figure,
            found=self.found,
            target=self.target,
            today=self.today,
            is_closed_for_good=self.is_closed_for_good,
        )

    @property
    def definition_version(self) -> int:
        """Number of the definition's version that holds for the period."""
        return self.rule.version
