"""Statistical process control: the chart of a stored series, or of one that a program sends."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict
from math import isfinite
from typing import Any, cast

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from api import parameters, series_sent
from api.authentication import TokenMayUseApi
from api.numbers import number
from api.people import readable_units, small_number_ids
from api.periods import span
from api.problems import bad_parameter
from indicators.choices import ChartType
from indicators.models import Indicator
from indicators.queries import Point, Series, Wanted, series
from indicators.queries.charts.chart import SeriesChart, chart_of
from indicators.queries.charts.small_numbers import hide_in_series
from indicators.spc import answer
from indicators.spc.choice import Chart
from indicators.spc.plotthedots import as_columns
from indicators.spc_words import refusal_text
from organisation.choices import Frequency

#: Three years of months unless `points` says otherwise; longer series than the most are no charts.
DEFAULT_POINTS, MOST_POINTS = 36, 1_000
CHARTS = [chart for chart in ChartType.values if chart != ChartType.AUTO]
CHART = {
    "type": "object",
    "description": (
        "The columns of the chart, one item a point, and its icons; those of the chart that was asked for. Of a stored"
        " series: those of the XmR chart whatever the `chart`, with lines at each point, the `reason` for it, Anhøj's"
        " `runs`, and the lag-one `autocorrelation` of figures whose limits are made of how they move: a signal says that"
        " each resembles the one before, so that limits are too narrow."
    ),
}


@extend_schema(
    methods=["GET"],
    operation_id="spc_of_series",
    summary="The chart of a stored series, which is its tile’s",
    parameters=[
        OpenApiParameter("indicator", str, required=True),
        OpenApiParameter("unit", str, required=True),
        OpenApiParameter("frequency", str, enum=Frequency.values, description="Absent: the indicator’s own."),
        OpenApiParameter("since", str, description="A day or a period: points of periods that begin no earlier."),
        OpenApiParameter("until", str, description="A day or a period: points of periods that end no later."),
        OpenApiParameter("chart", str, enum=CHARTS, description="Absent: the one that the tile shows."),
        OpenApiParameter("points", int, description=f"At most so many, the newest: {DEFAULT_POINTS} if absent."),
    ],
    responses={200: CHART},
)
@extend_schema(
    methods=["POST"],
    operation_id="spc_of_body",
    summary="The chart of a series in the body",
    request={"application/json": {"type": "object", "description": "`chart` (absent: xmr) with its input."}},
    responses={200: CHART},
)
@api_view(["GET", "POST"])
@permission_classes([IsAuthenticated, TokenMayUseApi])
def spc(request: Request) -> Response:
    """Answer points, limits, rules and icons. Nothing is kept of a series that is sent: a token for reading will do."""
    return stored(request) if request.method == "GET" else sent(request)


def sent(request: Request) -> Response:
    """Draw the series in the body."""
    parameters.only(request)
    body = series_sent.checked(request.data)
    try:
        drawn = answer(body)
    except (TypeError, ValueError, LookupError, ArithmeticError) as fault:
        code = getattr(fault, "code", "not_a_series")
        raise series_sent.refused(code, series_sent.FIELDS.get(code, "y"), refusal_text(fault)) from fault
    if not all(map(is_finite, drawn.values())):
        raise series_sent.refused("too_large", "y", _("These numbers are too large to compute with."))
    return Response(drawn)


def is_finite(column: object) -> bool:
    """Whether what was computed can be written as JSON: sums of numbers like 1e308 cannot."""
    parts = column.values() if isinstance(column, dict) else column
    if isinstance(parts, float):
        return isfinite(parts)
    return not isinstance(parts, Iterable) or isinstance(parts, str) or all(map(is_finite, parts))


def stored(request: Request) -> Response:
    """Draw the ended periods of a stored series; one without a figure is a gap."""
    parameters.only(request, "indicator", "unit", "frequency", "since", "until", "points", "chart")
    today = timezone.localdate()
    indicator = get_object_or_404(Indicator, code=needed(request, "indicator"))
    unit = get_object_or_404(readable_units(request, on=today), code=needed(request, "unit"))
    frequency = parameters.choice(request, "frequency", Frequency.values) or indicator.frequency
    most = parameters.number(request, "points", default=DEFAULT_POINTS, at_most=MOST_POINTS)
    named = parameters.choice(request, "chart", CHARTS)
    (found,) = series([Wanted(indicator.pk, unit.pk, frequency)], today=today, periods=most)
    may_see = small_number_ids(request, on=today)
    is_restricted = may_see is not None and unit.pk not in may_see
    if is_restricted:
        [found] = hide_in_series([found], {unit.pk})
    if named is None and not narrowed(request):
        return Response(columns(found, found.chart))
    points = within(request, found, today)
    marks = [placed.mark for placed in found.chart.marks]
    return Response(columns(found, chart_of(points, marks=marks, named=cast("Chart | None", named))))


def narrowed(request: Request) -> bool:
    """Whether less, or more, is asked for than the tile shows."""
    return any(parameters.text(request, name) for name in ("since", "until", "points"))


def needed(request: Request, name: str) -> str:
    """Return a parameter that must be there."""
    value = parameters.text(request, name)
    if value is None:
        raise bad_parameter(name, _("must be given"))
    return value


def within(request: Request, found: Series, today: dt.date) -> list[Point]:
    """Return the points that the parameters ask for, from the first that has a figure, as the tile's chart knows them."""
    since, until = span(request, "since"), span(request, "until")
    ended = [
        point.settled()
        for point in found.points
        if point.period.ends_on < today
        and (since is None or point.period.starts_on >= since.first)
        and (until is None or point.period.ends_on <= until.last)
    ]
    first = next((place for place, point in enumerate(ended) if point.figure is not None), len(ended))
    return ended[first:]


def columns(found: Series, chart: SeriesChart[Point]) -> dict[str, Any]:
    """Return a chart with its points' periods; a figure that is too small to show is a gap like any other."""
    runs, carrying = chart.runs(), chart.carrying()
    return {
        "indicator": found.indicator.code,
        "unit": found.unit.code,
        "frequency": found.wanted.frequency,
        "chart": chart.choice.chart,
        "reason": chart.choice.reason,
        "period": [point.period.code for point in chart.points],
        "target": number(chart.target),
        "marks": [
            {"period": chart.points[one.place].period.code, "kind": one.mark.kind, "reason": one.mark.reason}
            for one in chart.marks
        ],
        "runs": None if runs is None else {**asdict(runs), "is_signal": runs.is_signal},
        "autocorrelation": None
        if carrying is None
        else {
            "lag_1": float(carrying.r),
            "by_chance": carrying.by_chance,
            "n": carrying.n,
            "is_signal": carrying.is_signal,
        },
        **as_columns(chart.control, [point.period.starts_on.isoformat() for point in chart.points], chart.values),
        "variation_icon": chart.variation,
        "assurance_icon": chart.assurance,
    }
