"""Turn a series into a tile: every text final, nothing left for the template to decide. Asks the database nothing."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext

from boards.charts.sparkline import Spark, sparkline
from boards.charts.variation import causes_of, cut, icons_of, limits_of, no_limits_text, scale_of
from boards.charts.words import BETWEEN, finer, value_text
from boards.drawing import words
from boards.drawing.aims import target_spoken, target_text
from boards.drawing.computed import is_index, parts_in
from boards.drawing.faces import TileFace
from boards.drawing.statuses import TRUSTED, status_face
from core.language import said_once
from core.sentences import told
from indicators.calculations import shown
from indicators.choices import Direction, Kind, MarkKind, Status
from indicators.exactness_words import about_text, exactness_text
from indicators.models import Indicator
from indicators.queries import Point, Series
from indicators.queries.charts.chart import KEPT
from indicators.queries.figures.judged import last_day_in_time
from indicators.spc import ControlChart

#: Statuses under which no figure may stand on the tile, not even a small one.
FIGURELESS = {Status.NO_DATA, Status.NOT_APPLICABLE}
#: Kinds whose figure doesn't say on how many it rests.
RATES = {Kind.RATIO, Kind.MEAN, Kind.DURATION}
#: Decimals that a figure may show beyond its own, to stand on the right side of its target.
MORE_DECIMALS = 2


@dataclass(frozen=True)
class Hanging:
    """Where a tile hangs and for whom it is drawn."""

    key: str
    address: str
    place: str
    owner: str
    owner_name: str
    can_enter: bool


def tile_face(series: Series, hanging: Hanging, *, today: dt.date) -> TileFace:
    """Draw a figure as its status allows: a figure that is not today's truth stays small, dated and colourless."""
    status = status_face(series.status)
    is_trusted = Status(series.status) in TRUSTED
    point = shown_point(series)
    figure = _unmistakable(series.indicator, point) if is_trusted else figure_of(series.indicator, point)
    due = series.due
    return TileFace(
        key=hanging.key,
        name=series.indicator.name,
        figure=figure,
        unit=words.unit_text(series.indicator.unit) if point and point.figure is not None else "",
        status=status,
        is_trusted=is_trusted,
        beside=_beside(series, today),
        sentence=_sentence(series, point, status.word, today),
        chart_text=chart_text(series, today),
        dated="" if is_trusted else _dated(series, point, today),
        owner=hanging.owner,
        owner_name=hanging.owner_name,
        coverage=_longest(series, point) or coverage_of(due) or rests_on(point),
        age=period_of(due, today) if due and (is_trusted or due is not point) else "",
        note=_note(series),
        is_overdue=Status(series.status) is Status.LATE,
        is_partial=bool(due and due.expected and due.reporting < due.expected),
        chart_of=str(BETWEEN.get(series.chart.choice.chart, "")),
        spark=spark_of(series),
        icons=icons_of(series.chart) if is_trusted else (),
        can_enter=hanging.can_enter,
        indicator=series.indicator.code,
        place=hanging.place,
        unit_code=series.unit.code,
        address=hanging.address,
    )


def shown_point(series: Series) -> Point | None:
    """Return the period whose figure stands on the tile: the one due, the last one known, or none at all."""
    if series.status in TRUSTED:
        return series.due
    return None if series.status in FIGURELESS else series.last


def _dated(series: Series, point: Point | None, today: dt.date) -> str:
    """Say of when an old figure is; where none may stand large, name the last one that was whole."""
    if point is not None:
        return period_of(point, today)
    last = series.last
    if last is None or last is series.due or Status(series.status) is Status.NOT_APPLICABLE:
        return ""
    figure = measured(series.indicator, last)
    return gettext("last %(figure)s, %(period)s") % {"figure": figure, "period": period_of(last, today)}


def figure_of(indicator: Indicator, point: Point | None) -> str:
    """Write the figure of a period as a person reads it; "≈" says that it is estimated."""
    if point and point.is_small:
        return words.small_text(indicator.kind)
    if point is None or point.figure is None:
        return words.figure_text(None, indicator.decimals)
    return about_text(words.figure_text(point.figure, indicator.decimals), point.parts)


def measured(indicator: Indicator, point: Point) -> str:
    """Write the figure of a period with its unit."""
    figure = figure_of(indicator, point)
    return figure if point.is_small else words.with_unit(figure, indicator.unit)


def _note(series: Series) -> str:
    """Say that a figure still owes its note; else why it is not exact, or why there is none."""
    if series.owes_note:
        return gettext("note owed")
    if series.exactness.code == "exact" or series.due is None:
        return ""
    found = series.due.found
    return exactness_text(series.exactness, parts=found.parts, taken_as_zero=found.taken_as_zero)


def _unmistakable(indicator: Indicator, point: Point | None) -> str:
    """Write a figure with a decimal or two more where rounding would put it on its target, or on the wrong side of it.

    74.6 % that is shown as "75 %" beside "watch, ≥ 75 %" would make people doubt the wall.
    """
    if point is None or point.figure is None or point.target is None:
        return figure_of(indicator, point)
    limits = [limit for limit in (point.target.target, point.target.threshold) if limit is not None]
    for decimals in range(indicator.decimals, indicator.decimals + MORE_DECIMALS + 1):
        rounded = shown(point.figure, decimals) or Decimal(0)
        if all(
            (rounded > limit) == (point.figure > limit) and (rounded < limit) == (point.figure < limit)
            for limit in limits
        ):
            return words.figure_text(rounded, decimals)
    return figure_of(indicator, point)


def period_of(point: Point, today: dt.date) -> str:
    """Name the period of a point."""
    period = point.period
    return words.period_text(period.frequency, period.code, period.starts_on, period.ends_on, today)


def coverage_of(point: Point | None) -> str:
    """Say how many have reported, where more than one is expected to."""
    if point is None or point.expected is None or (point.expected <= 1 and point.reporting >= point.expected):
        return ""
    if is_index(point.rule.kind):
        return parts_in(point.reporting, point.expected)
    return _teams(point.reporting, point.expected)


@said_once
def _teams(reporting: int, expected: int) -> str:
    counts = {"reporting": reporting, "expected": expected}
    return ngettext("%(reporting)s of %(expected)s team", "%(reporting)s of %(expected)s teams", expected) % counts


def rests_on(point: Point | None) -> str:
    """Say on how many a rate, a mean or a delay rests, where no reports are waited for: "n = 37"."""
    n = point.parts.n if point and point.parts and point.rule.kind in RATES else None
    return "" if n is None else gettext("n = %(n)s") % {"n": words.figure_text(n, 0)}


def _beside(series: Series, today: dt.date) -> str:
    """Say beside the status what matters most there: the target, or why there is no figure and when it is due."""
    if series.status in TRUSTED:
        return target_text(series.indicator, series.due.target if series.due else None)
    if series.status in {Status.PENDING, Status.LATE} and series.due_on:
        return _due_text(series, series.due_on, today)
    if Status(series.status) is Status.NOT_DUE and series.points:
        return gettext("period open to %(day)s") % {"day": words.day_text(series.points[-1].period.ends_on, today)}
    if Status(series.status) is Status.NO_DATA:
        return _why_no_data(series)
    if Status(series.status) is Status.SUSPENDED and series.indicator.abandoned_on:
        return gettext("abandoned on %(day)s") % {"day": words.day_text(series.indicator.abandoned_on, today)}
    return gettext("to be checked") if Status(series.status) is Status.SUSPECT else ""


def shortened(reason: str) -> str:
    """Return as much of a reason as a tile has room for; the page of refreshes says all of it."""
    return Truncator(reason.partition("\n")[0]).chars(60)


def _due_text(series: Series, due_on: dt.date, today: dt.date) -> str:
    """Say when the report is due; past that, and within the days of grace, until when it is not late, or why it is."""
    if Status(series.status) is Status.LATE and series.indicator.fault:
        return gettext("refresh failed: %(reason)s") % {
            "reason": shortened(told(series.indicator.fault_why or series.indicator.fault))
        }
    if due_on < today and Status(series.status) is Status.PENDING and series.due:
        last = last_day_in_time(series.due.rule, series.due.period)
        return gettext("grace to %(day)s") % {"day": words.day_text(last, today)}
    return words.due_text(due_on, today)


def _why_no_data(series: Series) -> str:
    due = series.due
    if due and due.parts is not None and due.expected and due.reporting < due.expected:
        return gettext("too few have reported")
    return gettext("never reported") if series.last is None else gettext("nothing reported")


def _longest(series: Series, point: Point | None) -> str:
    """Say the longest wait of a waiting list, which matters more than who has reported."""
    if series.indicator.kind != "stock" or not point or not point.parts or not point.parts.days:
        return ""
    return gettext("longest %(days)s d") % {"days": point.parts.days[-1]}


def _sentence(series: Series, point: Point | None, status: str, today: dt.date) -> str:
    """Say the whole tile in one breath, for those who hear it: what, where, how much, how good, of when, from whom."""
    indicator = series.indicator
    if point is not None and point.figure is not None:
        said = words.spoken(figure_of(indicator, point), indicator.unit)
    elif point is not None and point.is_small:
        said = gettext("too small a number to show, or hidden with one")
    else:
        said = gettext("no figure")
    is_trusted = series.status in TRUSTED
    parts = [
        f"{indicator.name}, {series.unit.name}: {said}",
        status.lower(),
        target_spoken(indicator, series.due.target if series.due else None) if is_trusted else _beside(series, today),
        period_of(point, today) if point else "",
        _longest(series, point) or coverage_of(series.due),
        *(icon.words.lower() for icon in icons_of(series.chart) if is_trusted),
    ]
    return ", ".join(part for part in parts if part) + ". " + gettext("Why?")


def spark_of(series: Series) -> Spark | None:
    """Lay out the chart of the ended periods, from the first that has a figure."""
    chart = series.chart
    return _spark(
        chart.control,
        chart.values,
        # A target is of the figure, not of what lies between events.
        () if chart.is_between else _target_lines(series.indicator, chart.points),
        (chart.ghosts, tuple([one.place for one in chart.marks if one.mark.kind == MarkKind.NOTE])),
        scale_of(chart),
    )


# A wall looks again whenever anything changes; nearly all of its charts are as they were.
@lru_cache(maxsize=KEPT)
def _spark(
    control: ControlChart,
    values: tuple[Decimal | None, ...],
    targets: tuple[tuple[Decimal | None, ...], ...],
    marked: tuple[frozenset[int], tuple[int, ...]],
    reach: tuple[Decimal | None, Decimal | None],
) -> Spark | None:
    ghosts, notes = marked
    return sparkline(
        values,
        targets=targets,
        limits=limits_of(control, *reach),
        causes=causes_of(control, ghosts),
        breaks=[segment.first for segment in control.segments[1:]],
        notes=notes,
    )


def reported(series: Series) -> Sequence[Point]:
    """Return the ended periods from the first that has a figure: the points of a chart, but of one between events."""
    ended = series.points[: place_of_due(series) + 1]
    first = next((place for place, point in enumerate(ended) if point.figure is not None or point.is_small), len(ended))
    return ended[first:]


def place_of_due(series: Series) -> int:
    """Return where the due point stands in the series; -1 without one. By identity: comparing rows is slow."""
    return next((place for place, point in enumerate(series.points) if point is series.due), -1)


def _target_lines(indicator: Indicator, points: Sequence[Point]) -> tuple[tuple[Decimal | None, ...], ...]:
    if indicator.direction == Direction.BAND:
        return (
            tuple([point.target.band_low if point.target else None for point in points]),
            tuple([point.target.band_high if point.target else None for point in points]),
        )
    return (tuple([target.target if target else None for target in [point.target for point in points]]),)


def chart_text(series: Series, today: dt.date) -> str:
    """Describe the chart in words, for those who don't see it and for tiles that have no point yet."""
    chart = series.chart
    known = [(point, value) for point, value in zip(chart.points, chart.values, strict=True) if value is not None]
    if not known:
        return (
            gettext("Too few events yet.")
            if chart.is_between
            else gettext("No figure yet. The chart begins with the first.")
        )
    figures = [value for _, value in known]
    first, last = (period_of(known[place][0], today) for place in (0, -1))
    if chart.is_between:
        latest = value_text(chart, series.indicator, figures[-1])
        span = _between_span(len(known), (first, last), latest, (min(figures), max(figures)), chart.choice.chart)
    else:
        latest, decimals = measured(series.indicator, known[-1][0]), series.indicator.decimals
        span = _span(len(known), (first, last), latest, (min(figures), max(figures)), decimals)
    said = " ".join((lines_text(series), *(f"{icon.words}." for icon in icons_of(chart))))
    return f"{span} {said}".strip()


@said_once
def _span(count: int, periods: tuple[str, str], latest: str, reach: tuple[Decimal, Decimal], decimals: int) -> str:
    low, high = (words.figure_text(number, decimals) for number in reach)
    text = ngettext(
        "%(count)s figure, %(last)s: %(latest)s.",
        "%(count)s figures, %(first)s to %(last)s: between %(low)s and %(high)s, the latest %(latest)s.",
        count,
    )
    return text % {"count": count, "first": periods[0], "last": periods[1], "latest": latest, "low": low, "high": high}


@said_once
def _between_span(count: int, periods: tuple[str, str], latest: str, reach: tuple[Decimal, Decimal], chart: str) -> str:
    low, high = (words.figure_text(number, 0) for number in reach)
    text = (
        ngettext(
            "Days between events, once, %(last)s: %(latest)s.",
            "Days between events, %(count)s times, %(first)s to %(last)s: from %(low)s to %(high)s, the latest %(latest)s.",
            count,
        )
        if chart == "t"
        else ngettext(
            "Cases between events, once, %(last)s: %(latest)s.",
            "Cases between events, %(count)s times, %(first)s to %(last)s: from %(low)s to %(high)s, the latest %(latest)s.",
            count,
        )
    )
    return text % {"count": count, "first": periods[0], "last": periods[1], "latest": latest, "low": low, "high": high}


def lines_text(series: Series) -> str:
    """Say where the lines of the chart stand; of a chart without limits, why."""
    chart, lines = series.chart, series.chart.lines
    lower, upper = cut(lines, *scale_of(chart))
    if lines.mean is None or lower is None or upper is None:
        return no_limits_text(chart)
    kind = "own" if chart.control.segments[-1].own is not None else chart.choice.chart
    return _usual(kind, lines.mean, lower, upper, 0 if chart.is_between else finer(series.indicator.decimals))


@said_once
def _usual(kind: str, mean: Decimal, lower: Decimal, upper: Decimal, decimals: int) -> str:
    told = {
        name: words.figure_text(number, decimals)
        for name, number in (("mean", mean), ("lower", lower), ("upper", upper))
    }
    if kind == "own":
        return gettext("Mean %(mean)s, usual variation of the latest from %(lower)s to %(upper)s.") % told
    if kind == "t":
        return gettext("Centre %(mean)s, usual variation from %(lower)s to %(upper)s.") % told
    if kind == "g":
        return gettext("Median %(mean)s, usual variation from %(lower)s to %(upper)s.") % told
    return gettext("Mean %(mean)s, usual variation from %(lower)s to %(upper)s.") % told
