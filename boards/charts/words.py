"""A chart in words: which one it is and why, what is drawn in it, what its runs tell, and the chart that belongs below it."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from boards.charts.sparkline import Spark, sparkline
from boards.charts.variation import causes_of, cut, limits_of
from boards.drawing import words
from core.language import said_once
from indicators.choices import ChartType
from indicators.models import Indicator
from indicators.queries import Point, Series
from indicators.queries.charts.changes import changed_lately
from indicators.queries.charts.chart import SeriesChart
from indicators.spc import Runs
from indicators.spc.chart import Lines

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
    "by hand": _("Named by the definition."),
    "unfit": _("The definition names a chart that these figures do not allow: limits follow how they change."),
    "gaps": _("Small numbers are hidden here: of the larger ones alone, limits would be too high."),
    "hidden": _(
        "Small numbers are hidden here, so limits cannot follow each denominator: they follow the figures alone."
    ),
}
#: What the points of a chart between events are.
BETWEEN: dict[str, str | Promise] = {"t": _("days between events"), "g": _("cases between events")}
COMPANIONS: dict[str, tuple[str | Promise, str | Promise]] = {
    "mr": (
        _("Moving ranges"),
        _("How much each figure differs from the one before; the limits above follow from their mean."),
    ),
    "s": (_("s chart"), _("How far measurements spread within each period; the limits above follow from it.")),
}
#: With fewer points off the centre line the verdict on runs is of little use.
USEFUL = 10
#: Of what is worked out from whole figures a decimal is told too.
FINER = 1


@dataclass(frozen=True)
class CompanionFace:
    """The chart of how figures spread, below the chart of where they stand."""

    name: str
    reason: str
    text: str
    spark: Spark
    high: str
    low: str


@dataclass(frozen=True)
class ChartFace:
    """What the page of a figure says of its chart."""

    name: str
    reason: str
    verdict: str
    #: Which chart it was before the newest figures, and why; empty where it was the same.
    changed: str
    #: Why its signs are to be read with caution; empty where they aren't.
    caution: str
    companion: CompanionFace | None
    #: Of a chart between events: each of its points in words (period, value, usual range, rules), newest first.
    between: str
    rows: tuple[tuple[str, str, str, str], ...]


def chart_face(series: Series, rows: tuple[tuple[str, str, str, str], ...]) -> ChartFace | None:
    """Say which chart it is, why, and what its runs tell; None without a figure."""
    chart = series.chart
    if not chart.points and series.last is None:
        return None
    return ChartFace(
        chart_name(chart),
        str(REASONS[chart.choice.reason]),
        verdict(chart.runs()),
        _changed(series),
        _caution(chart),
        _companion(series),
        str(BETWEEN.get(chart.choice.chart, "")),
        rows if chart.is_between else (),
    )


def chart_name(chart: SeriesChart[Point]) -> str:
    """Name a chart: "p′ chart"."""
    return str(ChartType(chart.choice.chart).label)


def value_text(
    chart: SeriesChart[Point], indicator: Indicator, value: Decimal | None, decimals: int | None = None
) -> str:
    """Write what is drawn with the unit that it has there: days or cases between events, else the figure's."""
    if chart.choice.chart == "t":
        return words.with_unit(words.figure_text(value, 0), "d")
    if chart.choice.chart == "g":
        return words.figure_text(value, 0)
    return words.with_unit(
        words.figure_text(value, indicator.decimals if decimals is None else decimals), indicator.unit
    )


def usual_text(chart: SeriesChart[Point], place: int, low: Decimal | None, high: Decimal | None) -> str:
    """Write the range that is usual at a point: "70.2 to 89.9"; empty where there is none."""
    decimals = 0 if chart.is_between else finer(chart.points[place].rule.decimals)
    return _range(chart.control.lines_at(place), low, high, decimals)


def finer(decimals: int) -> int:
    """Return with how many decimals a mean or a limit is written: as many as the figures have, or more."""
    return max(decimals, FINER)


@said_once
def _range(lines: Lines, low: Decimal | None, high: Decimal | None, decimals: int) -> str:
    lower, upper = cut(lines, low, high)
    if lower is None or upper is None:
        return ""
    told = {"lower": words.figure_text(lower, decimals), "upper": words.figure_text(upper, decimals)}
    return gettext("%(lower)s to %(upper)s") % told


def _changed(series: Series) -> str:
    """Say since when it is this chart, where its newest figures have changed which one fits."""
    found = changed_lately(series)
    if found is None:
        return ""
    period = found.point.period
    told = {
        "period": words.period_text(period.frequency, period.code, period.starts_on, period.ends_on, found.point.today),
        "chart": ChartType(found.before.chart).label,
        "reason": REASONS[found.before.reason],
    }
    return gettext("Another chart fits since the figure of %(period)s. Before: %(chart)s. %(reason)s") % told


def _caution(chart: SeriesChart[Point]) -> str:
    """Say that limits are too narrow, where each figure carries over from the one before."""
    found = chart.carrying()
    if found is None or not found.is_signal:
        return ""
    told = {
        "r": words.figure_text(Decimal(str(round(float(found.r), 2))), 2),
        "chance": words.figure_text(Decimal(str(round(found.by_chance, 2))), 2),
    }
    return (
        gettext(
            "Caution: each figure resembles the one before (autocorrelation %(r)s, by chance up to %(chance)s). Limits made of"
            " how figures move are then too narrow, and more points stand out than should. The same is seen where the level"
            " has moved."
        )
        % told
    )


def verdict(runs: Runs | None) -> str:
    """Say what runs and crossings of the centre line tell (Anhøj)."""
    if runs is None or runs.longest is None:
        return ""
    if runs.n_useful < USEFUL:
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


def _companion(series: Series) -> CompanionFace | None:
    found = series.chart.companion()
    if found is None:
        return None
    kind, values, control = found
    spark = sparkline(
        values,
        limits=limits_of(control),
        causes=causes_of(control, series.chart.ghosts),
        breaks=[segment.first for segment in control.segments[1:]],
    )
    if spark is None:
        return None
    name, reason = COMPANIONS[kind]
    beyond = sum(bool(sign) for segment in control.segments for sign in segment.sign)
    return CompanionFace(
        str(name),
        str(reason),
        _beyond(beyond),
        spark,
        value_text(series.chart, series.indicator, spark.high, finer(series.indicator.decimals)),
        value_text(series.chart, series.indicator, spark.low, finer(series.indicator.decimals)),
    )


def _beyond(count: int) -> str:
    if not count:
        return gettext("No point lies beyond the limits.")
    return ngettext("%(count)s point lies beyond the limits.", "%(count)s points lie beyond the limits.", count) % {
        "count": count
    }
