"""The XmR chart of a program: a dict with the keys of the reference cases' `input` in, those of `expected` out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from indicators.spc.chart import ControlChart, Improvement, Lines, Segment
from indicators.spc.numbers import SpcRefused, number, numbers
from indicators.spc.xmr import xmr_chart

#: The package's words for a rule and its sign.
NAMES = {
    ("common", 0): "Common Cause",
    ("outside", 1): "Above UCL",
    ("outside", -1): "Below LCL",
    ("trend", 1): "7 Point Trend (Increasing)",
    ("trend", -1): "7 Point Trend (Decreasing)",
    ("two_of_three", 1): "2 in 3 Above CL",
    ("two_of_three", -1): "2 in 3 Below CL",
    ("shift", 1): "7 Points Above CL",
    ("shift", -1): "7 Points Below CL",
}
COLUMNS = (
    "rebase_group", "in_calculation", "mean", "lpl", "upl", "near_lpl", "near_upl", "moving_range_used",
    "avg_moving_range", "relative_to_mean", "outside_limits", "close_to_limits", "rule_trend", "rule_two_in_three",
    "rule_shift", "special_cause_type", "point_type", "short_group_warning",
)  # fmt: skip
IMPROVEMENTS: dict[object, Improvement] = {"increase": "increase", "decrease": "decrease", "neutral": "neutral"}


def answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chart of `dates` and `y` with the options of `asked`. Raises `SpcRefused`."""
    dates, points = _in_order(asked.get("dates") or [], asked.get("y") or [])
    improvement = asked.get("improvement_direction") or "increase"
    if improvement not in IMPROVEMENTS:
        raise SpcRefused("unknown_direction", "The improvement direction is increase, decrease or neutral.")
    rebased = {_day(text) for text in asked.get("rebase_dates") or []}
    baseline = number(asked.get("fix_after_n_points"))
    screens = asked.get("screen_outliers")
    chart = xmr_chart(
        points,
        improvement=IMPROVEMENTS[improvement],
        target=number(asked.get("target")),
        rebased_at=[place for place, text in enumerate(dates) if _day(text) in rebased],
        baseline=None if baseline is None else int(baseline),
        screens_outliers=True if screens is None else bool(screens),
    )
    return as_columns(chart, dates, points)


def _day(text: object) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(str(text)).replace(tzinfo=None)
    except ValueError:
        raise SpcRefused("not_a_date", "“%(text)s” is not a date.", text=text) from None


def _in_order(dates: Sequence[object], ys: Sequence[object]) -> tuple[list[str], list[Decimal | None]]:
    if len(dates) != len(ys):
        raise SpcRefused("unequal_lengths", "There must be as many dates as values.")
    rows = sorted(((_day(text), str(text), value) for text, value in zip(dates, numbers(ys), strict=True)), key=_when)
    if len({when for when, _, _ in rows}) < len(rows):
        raise SpcRefused("duplicate_date", "A date stands there twice.")
    return [text for _, text, _ in rows], [value for _, _, value in rows]


def _when(row: tuple[dt.datetime, str, Decimal | None]) -> dt.datetime:
    return row[0]


def as_columns(chart: ControlChart, dates: Sequence[str], points: Sequence[Decimal | None]) -> dict[str, Any]:
    """Return a chart as the columns of the reference cases, in order of date."""
    columns: dict[str, list[Any]] = {"x": list(dates), "y": [_plain(point) for point in points]}
    columns |= {name: [] for name in COLUMNS}
    for segment in chart.segments:
        for name, column in _columns(segment, chart).items():
            columns[name] += column
    return columns | {"variation_icon": chart.variation, "assurance_icon": chart.assurance}


def _columns(segment: Segment, chart: ControlChart) -> dict[str, list[Any]]:
    n = len(segment.side)
    same = {"rebase_group": segment.group, "short_group_warning": int(segment.is_trial)}
    lines = [_lines(segment.lines)] * n if segment.own is None else [_lines(one) for one in segment.own]
    named = zip(segment.cause, segment.sign, strict=True)
    columns: dict[str, list[Any]] = {name: [value] * n for name, value in same.items()}
    columns |= {name: [one[name] for one in lines] for name in (lines[0] if lines else ())}
    return columns | {
        "in_calculation": [int(feeds) for feeds in segment.feeds],
        "moving_range_used": [_plain(moved) for moved in segment.moving_ranges],
        "relative_to_mean": list(segment.side),
        "outside_limits": [_flag(flag) for flag in segment.outside],
        "close_to_limits": [_flag(flag) for flag in segment.close],
        "rule_trend": [int(direction != 0) for direction in segment.trend],
        "rule_two_in_three": [int(flag) for flag in segment.two_of_three],
        "rule_shift": [int(flag) for flag in segment.shift],
        "special_cause_type": [NAMES[cause, sign] for cause, sign in named],
        "point_type": [chart.point_type(sign) for sign in segment.sign],
    }


def _lines(lines: Lines) -> dict[str, float | None]:
    return {
        "mean": _plain(lines.mean),
        "lpl": _plain(lines.lower),
        "upl": _plain(lines.upper),
        "near_lpl": _plain(lines.near_lower),
        "near_upl": _plain(lines.near_upper),
        "avg_moving_range": _plain(lines.moving_range),
    }


def _flag(flag: bool | None) -> int | None:  # noqa: FBT001 - a flag is what it turns into a number
    return None if flag is None else int(flag)


def _plain(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
