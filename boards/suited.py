"""The chart that suits a figure's kind, as its page draws it below the XmR chart: geometry, reason and verdict."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from boards import words
from boards.sparkline import WIDTH, Mark, Scale, Spark, text
from indicators.queries import Series
from indicators.queries.suited import Runs, Suited, SuitedPoint, suited

NAMES: dict[str, str | Promise] = {
    "xmr": _("XmR chart"),
    "run": _("Run chart"),
    "pp": _("p′ chart"),
    "up": _("u′ chart"),
    "c": _("c chart"),
    "g": _("g chart"),
    "t": _("t chart"),
    "xbar": _("x-bar chart"),
}
REASONS: dict[str, str | Promise] = {
    "few": _("Fewer than 13 figures: they run around their median. Limits would be guesses."),
    "shares": _("Shares of cases: limits follow each denominator, and how much shares really differ (Laney)."),
    "rates": _("Rates of events: limits follow each denominator, and how much rates really differ (Laney)."),
    "small counts": _("Small counts: how far they spread follows from their mean."),
    "rare events": _("Rare events: the days from one to the next tell more than how many there were. High is calm."),
    "rare cases": _("Rare among many cases: the cases between two tell more than their share. High is calm."),
    "measurements": _("Means of measurements: limits follow how they spread within each period."),
    "figures": _("Figures of their own: limits follow how they change from one period to the next."),
    "level": _("A level that carries over: limits follow how it changes from one period to the next."),
}
#: Charts that the page draws below the first one; the others are the first one.
DRAWN = {"pp", "up", "c", "g", "t", "xbar"}
#: With fewer points off the centre line the verdict on runs is of little use.
USEFUL = 10
#: Decimals of what is worked out from figures beyond theirs.
MORE = 1


@dataclass(frozen=True)
class SuitedRow:
    """A point in numbers."""

    period: str
    figure: str
    centre: str
    lower: str
    upper: str
    said: str


@dataclass(frozen=True)
class SuitedFace:
    """The chart: its name, why it was chosen, what it says. `spark` None: it is the chart above."""

    name: str
    reason: str
    said: str
    verdict: str
    spark: Spark | None
    #: At the head and the foot of the drawing.
    high: str
    low: str
    rows: tuple[SuitedRow, ...]


def suited_face(series: Series, today: dt.date) -> SuitedFace | None:
    """Draw the chart that suits a series; None without a figure."""
    chart = suited(series)
    if not chart.points and series.last is None:
        return None
    is_drawn = chart.chart in DRAWN and len(chart.points) > 1
    spark = _spark(chart) if is_drawn else None
    return SuitedFace(
        name=str(NAMES[chart.chart]),
        reason=str(REASONS[chart.reason]),
        said=_said(chart),
        verdict=verdict(chart.runs),
        spark=spark,
        high=_labelled(chart, spark.high, series) if spark else "",
        low=_labelled(chart, spark.low, series) if spark else "",
        rows=tuple(_row(chart, point, series, today) for point in reversed(chart.points)) if is_drawn else (),
    )


def verdict(runs: Runs | None) -> str:
    """Say what runs and crossings of the centre line tell (Anhøj)."""
    if runs is None:
        return ""
    if runs.useful < USEFUL:
        return gettext("Too few figures to judge their runs.")
    told = {
        "longest": runs.longest,
        "allowed": runs.longest_allowed,
        "crossings": runs.crossings,
        "needed": runs.crossings_needed,
    }
    if runs.is_signal:
        said = gettext(
            "The centre has moved: longest run %(longest)s (by chance up to %(allowed)s), crossings %(crossings)s"
            " (by chance %(needed)s or more)."
        )
    else:
        said = gettext(
            "No sign that the centre has moved: longest run %(longest)s (by chance up to %(allowed)s), crossings"
            " %(crossings)s (by chance %(needed)s or more)."
        )
    return said % told


def _said(chart: Suited) -> str:
    if chart.chart not in DRAWN:
        return ""
    if all(point.upper is None for point in chart.points):
        return gettext("Too few points for limits.")
    beyond = sum(bool(point.sign) and not point.is_left_out for point in chart.points)
    return (
        ngettext("%(count)s point lies beyond the limits.", "%(count)s points lie beyond the limits.", beyond)
        % {"count": beyond}
        if beyond
        else gettext("No point lies beyond the limits.")
    )


def _labelled(chart: Suited, number: Decimal, series: Series) -> str:
    """Write a number of the chart with the unit that it has there: days or cases between events, else the figure's."""
    if chart.chart == "t":
        return words.with_unit(words.figure_text(number, 0), "d")
    if chart.chart == "g":
        return words.figure_text(number, 0)
    return words.with_unit(words.figure_text(number, series.indicator.decimals), series.indicator.unit)


def _row(chart: Suited, point: SuitedPoint, series: Series, today: dt.date) -> SuitedRow:
    decimals = series.indicator.decimals + MORE
    period = point.period

    def written(number: float | None) -> str:
        return "" if number is None else words.figure_text(Decimal(repr(number)), decimals)

    said = {1: gettext("above the upper limit"), -1: gettext("below the lower limit")}.get(point.sign, "")
    return SuitedRow(
        words.period_text(period.frequency, period.code, period.starts_on, period.ends_on, today),
        written(point.y),
        written(point.centre),
        written(point.lower),
        written(point.upper),
        said if chart.chart in DRAWN else "",
    )


def _spark(chart: Suited) -> Spark:
    points = chart.points
    reach = [
        number for point in points for number in (point.y, point.centre, point.lower, point.upper) if number is not None
    ]
    scale = Scale(len(points), Decimal(repr(min(reach))), Decimal(repr(max(reach))))
    places = [(place, point) for place, point in enumerate(points)]
    stretches = [list(run) for _part, run in groupby(places, key=lambda one: one[1].part)]
    marks = tuple(Mark(text(scale.x(place)), _y(scale, point.y), _kind(chart, point)) for place, point in places)
    return Spark(
        bands=(),
        runs=tuple(
            " ".join(f"{text(scale.x(place))},{_y(scale, point.y)}" for place, point in run) for run in stretches
        ),
        marks=marks,
        target="",
        last=marks[-1],
        low=scale.low,
        high=scale.high,
        areas=tuple(area for run in stretches for area in _areas(run, scale)),
        centres=tuple(line for run in stretches for line in _centres(run, scale)),
    )


def _y(scale: Scale, number: float) -> str:
    return text(scale.y(Decimal(repr(number))))


def _kind(chart: Suited, point: SuitedPoint) -> str:
    if point.is_left_out:
        return "ghost"
    if not point.sign:
        return "plain"
    if not chart.better:
        return "neutral"
    return "good" if point.sign == chart.better else "bad"


def _areas(run: Sequence[tuple[int, SuitedPoint]], scale: Scale) -> Iterator[str]:
    """Draw the ground between the limits of a stretch, stepping half-way between two points."""
    known = [
        (place, point.lower, point.upper) for place, point in run if point.lower is not None and point.upper is not None
    ]
    if not known:
        return
    edges = [(*_edges(scale, place), _y(scale, lower), _y(scale, upper)) for place, lower, upper in known]
    there = "".join(f"V{upper}H{right}" for _left, right, _lower, upper in edges)
    back = "".join(f"V{lower}H{left}" for left, _right, lower, _upper in reversed(edges))
    yield f"M{edges[0][0]} {edges[0][3]}{there}{back}Z"


def _centres(run: Sequence[tuple[int, SuitedPoint]], scale: Scale) -> Iterator[str]:
    centre = next((point.centre for _place, point in run if point.centre is not None), None)
    if centre is not None:
        yield f"M{_edges(scale, run[0][0])[0]} {_y(scale, centre)}H{_edges(scale, run[-1][0])[1]}"


def _edges(scale: Scale, place: int) -> tuple[str, str]:
    half = (scale.x(1) - scale.x(0)) / 2
    return text(max(scale.x(place) - half, 0)), text(min(scale.x(place) + half, WIDTH))
