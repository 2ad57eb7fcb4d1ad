"""The four rules of an XmR chart, each by itself, and which of them names a point."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Literal

#: Points in a row that make a trend or a shift.
RUN = 7

Cause = Literal["common", "outside", "trend", "two_of_three", "shift"]


def positions(
    deviations: Sequence[int | None], reach: int | None, k: int
) -> tuple[list[int | None], list[bool | None], list[bool | None]]:
    """Return side of the mean, beyond the limits, and close to them, for n × y − total; `reach` is n × the ranges' sum.

    Strict all: a point on a limit is inside it. A point beyond the limits is not close.
    """
    side: list[int | None] = [None if d is None else (d > 0) - (d < 0) for d in deviations]
    if reach is None:
        nothing: list[bool | None] = [None] * len(side)
        return side, nothing, nothing
    outer, inner, a, b = 266 * reach, 532 * reach, 100 * k, 300 * k
    outside: list[bool | None] = [None if d is None else abs(d) * a > outer for d in deviations]
    close: list[bool | None] = [
        None if d is None else abs(d) * b > inner and not beyond for d, beyond in zip(deviations, outside, strict=True)
    ]
    return side, outside, close


def trends(ys: Sequence[int | None] | Sequence[Decimal | None]) -> list[int]:
    """Return +1 or −1 for each point of seven or more that rise or fall in a row, else 0.

    A tie or a missing value breaks the row. A turning point belongs to both trends and takes the direction of the
    later one; *Decided*: the last point of a trend that another merely follows keeps its own.
    """
    found = [0] * len(ys)
    start, direction = 0, 0
    for place, (before, after) in enumerate(pairwise(ys)):
        step = 0 if before is None or after is None else (after > before) - (after < before)
        if step != direction:
            start, direction = place, step
        if direction and place - start + 2 >= RUN:
            found[start : place + 2] = [direction] * (place + 2 - start)
    return found


def shifts(side: Sequence[int | None]) -> list[bool]:
    """Return which points are of seven or more in a row on one side; one on the mean, or missing, breaks the row."""
    found = [False] * len(side)
    start, current = 0, 0
    for place, here in enumerate(side):
        if here is None or here == 0 or here != current:
            start, current = place, here or 0
        if current and place - start + 1 >= RUN:
            found[start : place + 1] = [True] * (place + 1 - start)
    return found


def two_of_three(side: Sequence[int | None], close: Sequence[bool | None]) -> list[bool]:
    """Return the close ones of any three on one side of which two are close."""
    found = [False] * len(side)
    for place in range(2, len(side)):
        if close[place] or close[place - 1]:
            window = (place - 2, place - 1, place)
            near = [one for one in window if close[one]]
            if len(near) > 1 and side[place] and side[place] == side[place - 1] == side[place - 2]:
                for one in near:
                    found[one] = True
    return found


def precedence(
    side: Sequence[int | None],
    outside: Sequence[bool | None],
    trend: Sequence[int],
    two: Sequence[bool],
    shift: Sequence[bool],
) -> tuple[list[Cause], list[int]]:
    """Return the rule that names each point and its sign: outside, then trend, two of three, shift.

    A trend is judged by its direction, the others by the side of the mean.
    """
    causes: list[Cause] = ["common"] * len(side)
    signs = [0] * len(side)
    for place, where in enumerate(side):
        if outside[place]:
            causes[place], signs[place] = "outside", where or 0
        elif trend[place]:
            causes[place], signs[place] = "trend", trend[place]
        elif two[place]:
            causes[place], signs[place] = "two_of_three", where or 0
        elif shift[place]:
            causes[place], signs[place] = "shift", where or 0
    return causes, signs
