"""Figures of several periods together: the year to date, and the last twelve months."""

import datetime as dt
from collections.abc import Sequence
from typing import Final, Literal

from indicators.calculations.exactness import EXACT, NOT_ADDITIVE, Exactness, exactness
from indicators.calculations.parts import add
from indicators.calculations.reported import Reported

#: Since 1 January, since the fiscal year began, or over twelve months: the whole periods that lie between.
Window = Literal["ytd", "fytd", "rolling12"]
WINDOWS: Final[tuple[Window, ...]] = ("ytd", "fytd", "rolling12")
#: Month and day on which the fiscal year begins (design section 3.1).
FISCAL_START: Final = (4, 1)
ONE_DAY = dt.timedelta(days=1)


def first_day(window: Window, ends_on: dt.date) -> dt.date:
    """Return the first day of the window whose last day this is."""
    if window == "ytd":
        return ends_on.replace(month=1, day=1)
    if window == "fytd":
        begun = ends_on.replace(month=FISCAL_START[0], day=FISCAL_START[1])
        return begun if begun <= ends_on else begun.replace(year=begun.year - 1)
    after = ends_on + ONE_DAY
    is_leap_day = (after.month, after.day) == (2, 29)
    return after.replace(year=after.year - 1, day=28 if is_leap_day else after.day)


def together(found: Sequence[Reported], *, takes_last: bool, missing: str = "skip", periods: int) -> Reported:
    """Return what the periods of a window come to, oldest first; `periods` is how many of them the window has.

    Parts add exactly, however many units or periods they come from. What is the last over time stays the last.
    With `missing`, one period without a figure leaves the window without one.
    """
    with_figures = [one for one in found if one.parts is not None and not one.parts.is_empty]
    parts = [one.parts for one in (with_figures[-1:] if takes_last else with_figures) if one.parts is not None]
    is_lacking = missing == "missing" and len(with_figures) < periods
    expected = [one.expected for one in found if one.expected is not None]
    return Reported(
        add(parts) if parts and not is_lacking else None,
        sum(one.reporting for one in found),
        sum(expected) if expected else None,
        has_report=any(one.has_report for one in found),
        taken_as_zero=sum(one.taken_as_zero for one in found),
        suspect=sum(one.suspect for one in found),
    )


def exactness_together(
    whole: Reported, found: Sequence[Reported], *, adds_up: bool, takes_last: bool, periods: int
) -> Exactness:
    """Return how exact a window is: `periods` in it without a figure make it approximate."""
    if not adds_up and not takes_last:
        return NOT_ADDITIVE if whole.has_report else EXACT
    how = exactness(whole.parts, adds_up=adds_up, has_report=whole.has_report, taken_as_zero=whole.taken_as_zero)
    applicable = periods - sum(not one.is_applicable for one in found)
    with_figures = sum(one.parts is not None and not one.parts.is_empty for one in found)
    if how == EXACT and whole.parts is not None and not takes_last and with_figures < applicable:
        return Exactness("approximate", "periods")
    return how
