"""Refuse targets that contradict themselves or the direction of their indicator, each with one sentence."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from django.utils.translation import gettext as _

from indicators.calculations.paths import PathPoint
from indicators.choices import Direction, Path
from indicators.models import Target
from indicators.operations.refusals import DefinitionRefused

#: The numbers of a target by name; one that is missing is None.
Numbers = Mapping[str, Decimal | None]
#: What numeric(18, 6) holds.
WHOLE_DIGITS, DECIMAL_PLACES = 12, 6
SIDED: Final = frozenset({Direction.UP, Direction.DOWN})


def refuse_unsound_target(
    direction: str,
    valid_from: dt.date,
    valid_to: dt.date | None,
    numbers: Numbers,
    *,
    path: str = Path.FIXED,
    points: Sequence[PathPoint] = (),
) -> None:
    """Raise `DefinitionRefused` if these numbers cannot be a target for an indicator of this direction."""
    if valid_to is not None and valid_to < valid_from:
        raise DefinitionRefused("valid_to", _("It ends before it begins."))
    for name in Target.NUMBERS:
        refuse_no_number(name, numbers.get(name))
    if all(numbers.get(name) is None for name in Target.NUMBERS if name != "starting_point"):
        raise DefinitionRefused("target", _("Give a target, a threshold or a band."))
    if direction == Direction.BAND:
        _refuse_unsound_band(numbers)
    else:
        _refuse_unsound_side(direction, numbers)
    if bool(path) != bool(points):
        raise DefinitionRefused("path", _("A path has a way of moving, and at least one date with its target."))
    if points:
        _refuse_unsound_path(direction, (valid_from, valid_to), numbers, points)


def refuse_no_number(name: str, number: Decimal | None) -> None:
    """Raise `DefinitionRefused` for what numeric(18, 6) does not hold."""
    if number is None:
        return
    if not number.is_finite():
        raise DefinitionRefused(name, _("This is not a number."))
    if abs(number) >= Decimal(10) ** WHOLE_DIGITS or number != round(number, DECIMAL_PLACES):
        raise DefinitionRefused(name, _("At most 12 digits before the decimal point and 6 after it can be kept."))


def _refuse_unsound_band(numbers: Numbers) -> None:
    low, high, threshold = numbers.get("band_low"), numbers.get("band_high"), numbers.get("threshold")
    if numbers.get("target") is not None:
        raise DefinitionRefused("target", _("Within a band, there are its two ends and no target."))
    if low is None or high is None or low > high:
        raise DefinitionRefused("band_low", _("A band has a lower and a higher end."))
    if threshold is not None and threshold < 0:
        raise DefinitionRefused("threshold", _("For a band, the threshold is a distance beyond it."))


def _refuse_unsound_side(direction: str, numbers: Numbers) -> None:
    if numbers.get("band_low") is not None or numbers.get("band_high") is not None:
        raise DefinitionRefused("band_low", _("Only an indicator that is better within a band has one."))
    # Where neither way is better, nothing is compared: numbers may stand there until a direction is chosen.
    if direction in SIDED:
        _refuse_threshold_inside(direction, numbers.get("target"), numbers.get("threshold"))


def _refuse_threshold_inside(direction: str, target: Decimal | None, threshold: Decimal | None) -> None:
    if target is None or threshold is None:
        return
    if threshold > target if direction == Direction.UP else threshold < target:
        raise DefinitionRefused("threshold", _("The threshold lies on the worse side of the target."))


def _refuse_unsound_path(
    direction: str, days: tuple[dt.date, dt.date | None], numbers: Numbers, points: Sequence[PathPoint]
) -> None:
    if direction not in SIDED or numbers.get("target") is None:
        raise DefinitionRefused("path", _("A path leads from a target to a target, up or down."))
    first, last = days
    in_turn = [first, *(point.day for point in points)]
    if any(later <= before for before, later in pairwise(in_turn)) or (last is not None and in_turn[-1] > last):
        raise DefinitionRefused("path", _("The dates of a path follow each other, from the first day to the last."))
    threshold = numbers.get("threshold")
    for point in points:
        refuse_no_number("path", point.target)
        refuse_no_number("path", point.threshold)
        threshold = threshold if point.threshold is None else point.threshold
        _refuse_threshold_inside(direction, point.target, threshold)
