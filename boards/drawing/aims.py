"""What is aimed at, in writing and in speech. Said once for each target and language: every tile and every row says it."""

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext

from boards.drawing import words
from core.language import said_once
from indicators.choices import Direction
from indicators.models import Indicator
from indicators.queries import TargetInForce
from organisation.models import Unit


def target_text(indicator: Indicator, target: TargetInForce | None) -> str:
    """Write what is aimed at: "≤ 30 d", "≥ 80 %", "3–5 d"; empty without a target."""
    return _written(indicator.direction, indicator.unit, indicator.decimals, *_ends(indicator, target))


def target_spoken(indicator: Indicator, target: TargetInForce | None) -> str:
    """Say what is aimed at: "target at most 30 days"; empty without a target."""
    return _spoken(indicator.direction, indicator.unit, indicator.decimals, *_ends(indicator, target))


def threshold_text(indicator: Indicator, target: TargetInForce | None) -> str:
    """Write beyond what one acts: "45 d"; empty without a threshold."""
    if target is None or target.threshold is None:
        return ""
    return words.with_unit(words.bare(target.threshold), indicator.unit)


def source_text(target: TargetInForce | None, unit: Unit | None, today: dt.date) -> str:
    """Say which unit has set a target, and since when it holds; empty without one."""
    if target is None or unit is None:
        return ""
    told = {"unit": unit.name, "day": words.day_text(target.valid_from, today)}
    if target.is_inherited:
        return gettext("inherited from %(unit)s, since %(day)s") % told
    return gettext("set here, since %(day)s") % told


def _ends(indicator: Indicator, target: TargetInForce | None) -> tuple[Decimal, ...]:
    """Return the number that is aimed at, or both ends of a band; nothing where any of them is missing."""
    if target is None:
        return ()
    numbers = (target.band_low, target.band_high) if indicator.direction == Direction.BAND else (target.target,)
    known = tuple(number for number in numbers if number is not None)
    return known if len(known) == len(numbers) else ()


@said_once
def _written(direction: str, unit: str, decimals: int, *numbers: Decimal) -> str:
    ends = _texts(decimals, *numbers)
    if not ends:
        return ""
    if len(ends) > 1:
        return words.with_unit("–".join(ends), unit)
    sign = {Direction.UP: "≥ ", Direction.DOWN: "≤ "}.get(Direction(direction), "")
    return sign.replace(" ", "\u00a0") + words.with_unit(ends[0], unit)


@said_once
def _spoken(direction: str, unit: str, decimals: int, *numbers: Decimal) -> str:
    ends = _texts(decimals, *numbers)
    if not ends:
        return ""
    if len(ends) > 1:
        return gettext("target between %(low)s and %(high)s") % {"low": ends[0], "high": words.spoken(ends[1], unit)}
    end = {"figure": words.spoken(ends[0], unit)}
    if direction == Direction.UP:
        return gettext("target at least %(figure)s") % end
    if direction == Direction.DOWN:
        return gettext("target at most %(figure)s") % end
    return gettext("target %(figure)s") % end


def _texts(decimals: int, *numbers: Decimal) -> list[str]:
    return [words.figure_text(number, _places(number, decimals)) for number in numbers]


def _places(number: Decimal, decimals: int) -> int:
    """Count the decimals of a target: 30 days is not "30.0 d", and 7.5 never "8"."""
    if number == number.to_integral_value():
        return 0
    exponent = number.normalize().as_tuple().exponent
    return max(decimals, -exponent if isinstance(exponent, int) else 0)
