"""What a chart of variation says, in signs and in words. Asks the database nothing."""

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from boards.faces import IconFace
from boards.sparkline import Limits
from core.language import said_once
from indicators.queries.charts import MINIMUM_POINTS, SeriesChart

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


def icons_of(chart: SeriesChart) -> tuple[IconFace, ...]:
    """Return the icons of a chart; none of a run chart, which has too few points to say."""
    return icons_named(chart.xmr.variation, chart.xmr.assurance)


@said_once
def icons_named(variation: str | None, assurance: str | None) -> tuple[IconFace, ...]:
    """Return the icons of variation and assurance that there are."""
    icons = [] if variation is None else [variation_icon(variation)]
    return tuple(icons if assurance is None else [*icons, assurance_icon(assurance)])


def causes_of(chart: SeriesChart) -> list[str]:
    """Return how each point is drawn: plain, good, bad, neutral or ghost."""
    xmr = chart.xmr
    kinds = {sign: KINDS[xmr.point_type(sign).split("_")[2]] if sign else "plain" for sign in (-1, 0, 1)}
    found = [kinds[sign] for segment in xmr.segments for sign in segment.sign]
    for place in chart.ghosts:
        found[place] = "ghost"
    return found


def limits_of(chart: SeriesChart, count: int) -> tuple[Limits, ...]:
    """Return the lines of each segment; one without limits has its median alone, as run charts do."""
    segments = chart.xmr.segments
    ends = [*(segment.first for segment in segments[1:]), count]
    found = []
    for segment, end in zip(segments, ends, strict=False):
        lines, mean = segment.lines, chart.medians.get(segment.first, segment.lines.mean)
        if mean is None:
            continue
        lower = mean if lines.lower is None else lines.lower
        upper = mean if lines.upper is None else lines.upper
        found.append(Limits(segment.first, end - 1, lower, mean, upper))
    return tuple(found)


def rules_text(chart: SeriesChart, place: int) -> str:
    """Say every rule that speaks of a point: "above the upper limit; seven or more in a row above the mean"."""
    return " · ".join(str(RULES[fired]) for fired in chart.fired(place))


def no_limits_text(chart: SeriesChart) -> str:
    """Say why there are no limits; empty without any figure."""
    if not chart.xmr.segments:
        return ""
    known = sum(chart.xmr.segments[-1].feeds)
    if known >= MINIMUM_POINTS:
        return gettext("The figures hardly vary: no limits. Time between events may tell more.")
    missing = MINIMUM_POINTS - known
    return ngettext(
        "Run chart: %(count)s more figure, and there will be limits.",
        "Run chart: %(count)s more figures, and there will be limits.",
        missing,
    ) % {"count": missing}
