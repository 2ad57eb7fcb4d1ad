"""A target that moves: its numbers on a day, from the dated points of its path."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple

#: Decimals of a target that lies between two points; as many as one that was set may have.
PLACES = Decimal("0.000001")


class PathPoint(NamedTuple):
    """A target and, where there is one, a threshold from a day on; a threshold of None is that of the point before."""

    day: dt.date
    target: Decimal
    threshold: Decimal | None = None


def on_path(path: str, points: Sequence[PathPoint], day: dt.date) -> tuple[Decimal, Decimal | None]:
    """Return target and threshold on a day, which is no earlier than the first of the points; their days ascend.

    `steps`: those of the last point that has come. `line`: on the straight line to the next one, by the day. After the
    last point its numbers stay.
    """
    place = bisect_right([point.day for point in points], day) - 1
    target, threshold = points[place].target, _threshold(points, place)
    if path != "line" or place + 1 == len(points):
        return target, threshold
    before, after = points[place], points[place + 1]
    passed, whole = (day - before.day).days, (after.day - before.day).days
    goal = _threshold(points, place + 1)
    moved = threshold if threshold is None or goal is None else _between(threshold, goal, passed, whole)
    return _between(target, after.target, passed, whole), moved


def _threshold(points: Sequence[PathPoint], place: int) -> Decimal | None:
    given = (points[at].threshold for at in range(place, -1, -1))
    return next((threshold for threshold in given if threshold is not None), None)


def _between(start: Decimal, end: Decimal, passed: int, whole: int) -> Decimal:
    with localcontext(prec=40):
        # Multiplied first: a third of 30 is 10, not 9.99….
        return (start + (end - start) * passed / whole).quantize(PLACES)
