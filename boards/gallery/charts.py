"""Every chart by its kind, worked out from made figures by the arithmetic that tiles use: what the gallery shows."""

from decimal import Decimal
from fractions import Fraction
from itertools import cycle, islice

from django.utils.translation import gettext as _

from boards.charts.sparkline import Spark, sparkline
from boards.charts.variation import assurance_icon, causes_of, limits_of, variation_icon
from boards.charts.words import COMPANIONS
from boards.drawing.faces import TileFace
from boards.gallery.tiles import example
from indicators.choices import ChartType, Status
from indicators.queries.charts.chart import MINIMUM_POINTS
from indicators.spc import ControlChart, shewhart_chart, xmr_chart
from indicators.spc.judging import Counts, Groups

#: Cases of each period, and how many of them were in time: what p and u charts are made of.
CASES = tuple(islice(cycle((42, 55, 38, 61, 47, 90, 33, 52, 70, 44)), 24))
TIMELY = islice(cycle((74, 69, 77, 71, 73, 70, 76, 72)), 23)
IN_TIME = (*(cases * share // 100 for cases, share in zip(CASES[:-1], TIMELY, strict=True)), 24)
FEW = (2, 3, 1, 4, 2, 0, 3, 2, 5, 1, 2, 3, 2, 4, 1, 2, 3, 0, 2, 3, 1, 9, 2, 3)
DAYS_BETWEEN = (12, 30, 7, 21, 44, 16, 9, 25, 33, 18, 11, 28, 140, 22, 15, 37)
CASES_BETWEEN = (110, 64, 230, 81, 150, 47, 190, 120, 76, 99, 310, 58, 133, 88, 1200, 140)
WAITS = (*islice(cycle((34, 31, 36, 33, 38, 30, 35, 32)), 20), 48, 47, 33, 35)


def chart_tiles() -> tuple[TileFace, ...]:
    """Return one tile for each type of chart; its icons are what the arithmetic says of it."""
    return tuple(_tile(kind, *_made(kind)) for kind in ChartType if kind is not ChartType.AUTO)


def companions() -> tuple[tuple[str, str, Spark], ...]:
    """Return the charts that the page of a figure opens below another, with their keys and names."""
    ranges = tuple(None if not place else Decimal(abs(WAITS[place] - WAITS[place - 1])) for place in range(len(WAITS)))
    moved = shewhart_chart("mr", _groups(WAITS), minimum_points=MINIMUM_POINTS - 1)
    spread = shewhart_chart("s", _measured(), minimum_points=MINIMUM_POINTS)
    found = (("mr", ranges, moved), ("s", _measured().sd, spread))
    drawn = ((kind, str(COMPANIONS[kind][0]), _spark(values, control)) for kind, values, control in found)
    return tuple((f"companion-{kind}", name, spark) for kind, name, spark in drawn if spark is not None)


def _tile(kind: ChartType, values: tuple[Decimal | None, ...], control: ControlChart) -> TileFace:
    icons = [] if kind is ChartType.RUN or control.variation is None else [variation_icon(control.variation)]
    if icons and control.assurance is not None:
        icons.append(assurance_icon(control.assurance))
    status = Status.NO_TARGET if control.assurance is None else Status.WATCH
    last = next(value for value in reversed(values) if value is not None)
    return example(
        f"chart-{kind.value}", str(kind.label), f"{last:.0f}", "", status,
        spark=_spark(values, control), chart_text=str(kind.label), icons=tuple(icons), beside="", coverage="", age="",
        chart_of=_("days between events") if kind is ChartType.T else _("cases between events") if kind is ChartType.G else "",
    )  # fmt: skip


def _spark(values: tuple[Decimal | None, ...], control: ControlChart) -> Spark | None:
    return sparkline(values, limits=limits_of(control, Decimal(0)), causes=causes_of(control))


def _made(kind: ChartType) -> tuple[tuple[Decimal | None, ...], ControlChart]:
    """Return what is drawn, and its chart, of figures that suit the kind."""
    if kind in {ChartType.XMR, ChartType.RUN}:
        minimum = MINIMUM_POINTS if kind is ChartType.XMR else len(WAITS) + 1
        figures = tuple(map(Decimal, WAITS))
        return figures, xmr_chart(figures, improvement="decrease", target=Decimal(32), minimum_points=minimum)
    groups, times, target = _groups_of(kind)
    control = shewhart_chart(
        kind.value,
        groups,
        improvement="decrease" if kind in {ChartType.C, ChartType.X_BAR} else "increase",
        target=target,
        times={0: times},
        minimum_points=MINIMUM_POINTS,
    )
    return tuple(None if y is None else Decimal(y.numerator) * times / y.denominator for y in _ys(groups)), control


def _ys(groups: Groups | Counts) -> tuple[Fraction | None, ...]:
    if isinstance(groups, Groups):
        return groups.y
    return tuple(None if a is None or n is None else Fraction(a) / Fraction(n) for a, n in zip(*groups, strict=True))


def _groups_of(kind: ChartType) -> tuple[Groups | Counts, Decimal, Decimal | None]:
    if kind in {ChartType.T, ChartType.G}:
        return _groups(DAYS_BETWEEN if kind is ChartType.T else CASES_BETWEEN), Decimal(1), None
    if kind is ChartType.C:
        return _groups(FEW), Decimal(1), Decimal(1)
    if kind is ChartType.X_BAR:
        return _measured(), Decimal(1), Decimal(20)
    if kind is ChartType.I_PRIME:
        shares = tuple(Fraction(events, cases) for events, cases in zip(IN_TIME, CASES, strict=True))
        return Groups(shares, tuple(map(Fraction, CASES))), Decimal(100), Decimal(80)
    return Counts(tuple(map(Decimal, IN_TIME)), tuple(map(Decimal, CASES))), Decimal(100), Decimal(80)


def _groups(figures: tuple[int, ...]) -> Groups:
    return Groups(tuple(map(Fraction, figures)))


def _measured() -> Groups:
    """Return made means of eight measurements each, and how far these spread."""
    n = len(WAITS)
    return Groups(_groups(WAITS).y, (Fraction(8),) * n, tuple(Decimal(5 + place % 4) for place in range(n)))
