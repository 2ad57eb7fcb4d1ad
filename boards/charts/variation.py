"""What a chart of variation says, in signs and in words. Asks the database nothing."""

from collections.abc import Collection
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from boards.charts.sparkline import Limits
from boards.drawing.faces import IconFace
from core.language import said_once
from indicators.choices import Kind
from indicators.queries import Point
from indicators.queries.charts.chart import MINIMUM_POINTS, SeriesChart
from indicators.spc import ControlChart
from indicators.spc.chart import Lines

#: Letter and sign say high or low, as the signal is; colour and words whether that is better.
VARIATION: dict[str, tuple[str, str, str, str | Promise]] = {
    "common_cause": ("common", "wave", "", _("Common cause: usual variation")),
    "improvement_high": ("good", "up", "H", _("Improvement: high or rising")),
    "improvement_low": ("good", "down", "L", _("Improvement: low or falling")),
    "concern_high": ("bad", "up", "H", _("Concern: high or rising")),
    "concern_low": ("bad", "down", "L", _("Concern: low or falling")),
    "neutral_high": ("neutral", "up", "H", _("Special cause: high or rising")),
    "neutral_low": ("neutral", "down", "L", _("Special cause: low or falling")),
}
ASSURANCE: dict[str, tuple[str, str, str | Promise]] = {
    "pass": ("good", "P", _("Passes: the target is met unless something changes")),
    "inconsistent": ("common", "?", _("Hit or miss: the target is met by chance")),
    "fail": ("bad", "F", _("Falls short: the target is missed unless something changes")),
}
#: High and low; passes and falls short, of the target.
LETTERS = {
    "H": pgettext_lazy("letter on a chart's sign: high", "H"),
    "L": pgettext_lazy("letter on a chart's sign: low", "L"),
    "P": pgettext_lazy("letter on a chart's sign: the target is met", "P"),
    "F": pgettext_lazy("letter on a chart's sign: the target is missed", "F"),
}
RULES: dict[tuple[str, int], str | Promise] = {
    ("outside", 1): _("above the upper limit"),
    ("outside", -1): _("below the lower limit"),
    ("trend", 1): _("seven or more rising in a row"),
    ("trend", -1): _("seven or more falling in a row"),
    ("two_of_three", 1): _("two of three close to the upper limit"),
    ("two_of_three", -1): _("two of three close to the lower limit"),
    ("shift", 1): _("seven or more in a row above the mean"),
    ("shift", -1): _("seven or more in a row below the mean"),
}
#: Kinds of which no figure is negative, unless one is; and those that have a most.
NEVER_BELOW = frozenset({Kind.COUNT, Kind.STOCK, Kind.RATIO, Kind.DURATION, Kind.DISTINCT, Kind.YES_NO, Kind.INDEX})
MOST: dict[str, Decimal] = {Kind.INDEX: Decimal(100)}
KINDS = {"improvement": "good", "concern": "bad", "neutral": "neutral"}


@said_once
def variation_icon(name: str) -> IconFace:
    """Draw what is said of the latest point."""
    css, sign, letter, words = VARIATION[name]
    return IconFace(css, sign, str(LETTERS.get(letter, letter)), str(words))


@said_once
def assurance_icon(name: str) -> IconFace:
    """Draw what is said of the target."""
    css, letter, words = ASSURANCE[name]
    return IconFace(css, "", str(LETTERS.get(letter, letter)), str(words))


def icons_of(chart: SeriesChart[Point]) -> tuple[IconFace, ...]:
    """Return the icons of a chart; none of a run chart, which has too few points to say."""
    return icons_named(chart.variation, chart.assurance)


@said_once
def icons_named(variation: str | None, assurance: str | None) -> tuple[IconFace, ...]:
    """Return the icons of variation and assurance that there are."""
    icons = [] if variation is None else [variation_icon(variation)]
    return tuple(icons if assurance is None else [*icons, assurance_icon(assurance)])


def causes_of(control: ControlChart, ghosts: Collection[int] = ()) -> list[str]:
    """Return how each point is drawn: plain, good, bad, neutral or ghost."""
    kinds = {sign: KINDS[control.point_type(sign).split("_")[2]] if sign else "plain" for sign in (-1, 0, 1)}
    found = [kinds[sign] for segment in control.segments for sign in segment.sign]
    for place in ghosts:
        found[place] = "ghost"
    return found


def limits_of(control: ControlChart, low: Decimal | None = None, high: Decimal | None = None) -> tuple[Limits, ...]:
    """Return the lines of each segment, drawn no lower and no higher than figures can be.

    A segment without limits has its centre line alone, as run charts do.
    """
    ends = [*(segment.first for segment in control.segments[1:]), sum(len(one.side) for one in control.segments)]
    found = []
    for segment, end in zip(control.segments, ends, strict=False):
        lines = segment.lines
        if lines.mean is None:
            continue
        lower, upper = cut(lines, low, high)
        own = () if segment.own is None else tuple(cut(one, low, high) for one in segment.own)
        found.append(Limits(segment.first, end - 1, lower or lines.mean, lines.mean, upper or lines.mean, own))
    return tuple(found)


def cut(lines: Lines, low: Decimal | None, high: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """Return limits as they are drawn: calculated ones may lie below nothing, or above all."""
    lower, upper = lines.lower, lines.upper
    if lower is None or upper is None:
        return None, None
    return lower if low is None else max(lower, low), upper if high is None else min(upper, high)


def scale_of(chart: SeriesChart[Point]) -> tuple[Decimal | None, Decimal | None]:
    """Return the least and the most that figures of a kind can be, None where anything can."""
    if not chart.points:
        return None, None
    rule = chart.points[-1].rule
    known = [value for value in chart.values if value is not None]
    if known and min(known) < 0:
        return None, None
    return (Decimal(0) if chart.is_between or rule.kind in NEVER_BELOW else None), MOST.get(rule.kind)


def rules_text(chart: SeriesChart[Point], place: int) -> str:
    """Say every rule that speaks of a point: "above the upper limit; seven or more in a row above the mean"."""
    return " · ".join(str(RULES[fired]) for fired in chart.fired(place))


def no_limits_text(chart: SeriesChart[Point]) -> str:
    """Say why there are no limits; empty without any figure, and where there shall be none."""
    if not chart.points or chart.is_bare:
        return ""
    if chart.known >= MINIMUM_POINTS:
        return gettext("The figures hardly vary: no limits. Time between events may tell more.")
    missing = MINIMUM_POINTS - chart.known
    return ngettext(
        "Run chart: %(count)s more figure, and there will be limits.",
        "Run chart: %(count)s more figures, and there will be limits.",
        missing,
    ) % {"count": missing}
