"""Values in long format: what analysts pull, one row for each indicator, unit and period."""

import datetime as dt
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple, TypedDict

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import api_view, content_negotiation_class
from rest_framework.request import Request
from rest_framework.response import Response

from api import etags, formats, paging, parameters
from api.formats import Column
from api.numbers import number
from api.people import asking, readable_ids, small_number_ids
from api.periods import span
from api.problems import bad_parameter
from api.shapes import paged
from api.small_numbers import Shown, hide, hide_windows
from indicators.calculations.exactness import ExactnessCode, Reason
from indicators.calculations.windows import WINDOWS, Window
from indicators.choices import Status
from indicators.models import Indicator
from indicators.queries import ValueFilter, ValueRow, latest_change, values
from indicators.queries.charts.variation import icons_of
from organisation.choices import Frequency
from organisation.models import Unit

#: Rows of a page of JSON unless `page_size` says otherwise, and at most.
DEFAULT_SIZE = 1_000
LARGEST_SIZE = 10_000
#: Rows that an export reads, draws and sends at a time.
CHUNK = 2_000
#: The same where small numbers are to be hidden: around each chunk whole families are read, the same ones for the next.
FAMILIES_CHUNK = 10_000

COLUMNS = (
    Column("indicator", str),
    Column("unit", str),
    Column("unit_path", str),
    Column("period", str),
    Column("period_start", dt.date),
    Column("period_end", dt.date),
    Column("value", float),
    Column("numerator", float),
    Column("denominator", float),
    Column("n", float),
    Column("target", float),
    Column("threshold", float),
    Column("status", str),
    Column("variation", str),
    Column("assurance", str),
    Column("reporting", int),
    Column("expected", int),
    Column("exactness", str),
    Column("inexact_because", str),
    Column("lower_bound", float),
    Column("upper_bound", float),
    Column("definition_version", int),
    Column("computed_at", dt.datetime),
    Column("suppressed", bool),
)
NAMES = [column.name for column in COLUMNS]


class Page(NamedTuple):
    """Rows after the one with this key (None: from the first), and one more than the page shows: whether another follows."""

    after: tuple[int, int, int] | None
    limit: int


class ValueRowShape(TypedDict):
    """A value. `unit_path` holds the codes from the root down, on the tree asked; `n` what the figure rests on.

    Suppressed (small numbers, without the right to them), `value`, `numerator`, `denominator`, `n` and bounds are null.
    `reporting` of `expected` units have reported; `expected` is null where nobody in particular should.
    `exactness` is exact, approximate or not additive; `inexact_because` says why a figure is approximate;
    `lower_bound` and `upper_bound` (95 %) where it is estimated, null of all others.
    """

    indicator: str
    unit: str
    unit_path: str
    period: str
    period_start: dt.date
    period_end: dt.date
    value: float | None
    numerator: float | None
    denominator: float | None
    n: float | None
    target: float | None
    threshold: float | None
    status: Status
    variation: str | None
    assurance: str | None
    reporting: int
    expected: int | None
    exactness: ExactnessCode
    inexact_because: Reason | None
    lower_bound: float | None
    upper_bound: float | None
    definition_version: int
    computed_at: dt.datetime
    suppressed: bool


@extend_schema(
    operation_id="values_list",
    summary="Values",
    description=(
        "One row for each value, in a stable order. JSON comes in pages; CSV, Parquet and Arrow come whole, streamed."
    ),
    parameters=[
        OpenApiParameter("indicator", str, description="Codes, cut at commas."),
        OpenApiParameter("unit", str, description="Codes of units, cut at commas."),
        OpenApiParameter("under", str, description="Codes of units: each and all below it."),
        OpenApiParameter("level", str, description="A kind of unit (`team`), or steps below the root (`0` is a root)."),
        OpenApiParameter("frequency", str, enum=Frequency.values),
        OpenApiParameter("since", str, description="A day or a period: values of periods that begin no earlier."),
        OpenApiParameter("until", str, description="A day or a period: values of periods that end no later."),
        OpenApiParameter("updated_since", dt.datetime, description="Values computed at this instant or later."),
        OpenApiParameter(
            "window",
            str,
            enum=list(WINDOWS),
            description=(
                "The figure of all whole periods up to each: since 1 January, since the fiscal year began, or over twelve "
                "months. Computed from parts; without target and icons; not with `tree=now`."
            ),
        ),
        OpenApiParameter("tree", str, enum=["was", "now"], description="The tree of each period, or today’s."),
        OpenApiParameter("format", str, enum=list(formats.MEDIA_TYPES), description="Instead of `Accept`."),
        *paging.PARAMETERS,
    ],
    responses={
        (200, "application/json"): paged(ValueRowShape),
        (200, "text/csv"): OpenApiResponse(str),
        (200, formats.MEDIA_TYPES["parquet"]): OpenApiResponse(bytes),
        (200, formats.MEDIA_TYPES["arrow"]): OpenApiResponse(bytes),
        304: OpenApiResponse(description="Nothing changed since the answer whose ETag came in `If-None-Match`."),
    },
)
@api_view(["GET"])
@content_negotiation_class(formats.NegotiatedByView)
def value_rows(request: Request) -> HttpResponseBase:
    """Answer values as pages of JSON, or all of them as a file."""
    form, today = formats.asked(request), timezone.localdate()
    wanted = filter_of(request, today)
    may_see = small_number_ids(request, on=today)
    asked = page_of(request) if form == "json" else None
    newest = latest_change(wanted, today=today, **(asked._asdict() if asked else {}))
    tag = etags.etag(request, asking(request).pk, today, wanted.visible, may_see, newest, etags.stamp())
    unchanged = etags.not_modified(request, tag)
    if unchanged:
        return unchanged
    if asked:
        return etags.tagged(page(request, wanted, asked, may_see, today), tag)
    only_pages_have = [name for name in paging.NAMES if name in request.query_params]
    if only_pages_have:
        raise bad_parameter(only_pages_have[0], _("only JSON comes in pages"))
    return etags.tagged(formats.stream(form, COLUMNS, chunks(wanted, may_see, today), "values"), tag)


def filter_of(request: Request, today: dt.date) -> ValueFilter:
    """Read which values are wanted; of units that whoever asks may not read, there are none."""
    parameters.only(
        request, "indicator", "unit", "under", "level", "frequency", "since", "until", "updated_since", "tree", "window",
        "format", *paging.NAMES,
    )  # fmt: skip
    since, until = span(request, "since"), span(request, "until")
    indicators = parameters.codes(request, "indicator")
    known = Indicator.objects.filter(code__in=indicators).values_list("code", flat=True)
    parameters.must_exist("indicator", indicators, set(known) if indicators else ())
    return ValueFilter(
        indicators=indicators,
        units=parameters.unit_codes(request, "unit"),
        under=parameters.unit_codes(request, "under"),
        level=level(request),
        frequency=parameters.choice(request, "frequency", Frequency.values) or "",
        since=since.first if since else None,
        until=until.last if until else None,
        updated_since=parameters.instant(request, "updated_since"),
        tree="now" if parameters.choice(request, "tree", ("was", "now")) == "now" else "was",
        window=window_of(request),
        visible=readable_ids(request, on=today),
    )


def window_of(request: Request) -> Window | None:
    """Read which periods are taken together; a window reads each period on its own tree."""
    asked = parameters.choice(request, "window", WINDOWS)
    if asked and parameters.choice(request, "tree", ("was", "now")) == "now":
        raise bad_parameter("window", _("a window has no tree of today"))
    return next((window for window in WINDOWS if window == asked), None)


def level(request: Request) -> str:
    """Return a kind of unit that the organisation has, or a number of steps below the root."""
    asked = parameters.text(request, "level") or ""
    kinds = Unit.objects.exclude(kind="").order_by("kind").values_list("kind", flat=True).distinct()
    if asked and not asked.isdecimal() and asked not in kinds:
        raise bad_parameter(
            "level", _("must be a kind of unit (%(kinds)s), or a number of steps") % {"kinds": ", ".join(kinds)}
        )
    return asked


def page_of(request: Request) -> Page:
    """Read which page is asked for."""
    size = parameters.number(request, "page_size", default=DEFAULT_SIZE, at_most=LARGEST_SIZE)
    after = paging.cursor(request, (int, int, int))
    return Page((after[0], after[1], after[2]) if after else None, size + 1)


def page(
    request: Request, wanted: ValueFilter, asked: Page, may_see: frozenset[int] | None, today: dt.date
) -> Response:
    """Return one page of JSON."""
    found = list(values(wanted, today=today, after=asked.after, limit=asked.limit))
    size = asked.limit - 1
    following = paging.next_address(request, list(found[size - 1].key)) if len(found) > size else None
    shown = hidden(found[:size], wanted, may_see, today)
    return Response({"results": [dict(zip(NAMES, cells(one), strict=True)) for one in shown], "next": following})


def chunks(wanted: ValueFilter, may_see: frozenset[int] | None, today: dt.date) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of an export, some at a time; a chunk is forgotten when the next is read."""
    # Those of today's tree stand in a table of their own, and what is read around them to hide small numbers would too.
    hides = may_see is not None and (wanted.visible is None or not may_see.issuperset(wanted.visible))
    size = FAMILIES_CHUNK if hides and not wanted.window else CHUNK
    is_read_twice = hides and wanted.tree == "now"
    for chunk in read_by_pages(wanted, today, size) if is_read_twice else read(wanted, today, size):
        yield [cells(one) for one in hidden(chunk, wanted, may_see, today)]


def hidden(rows: list[ValueRow], wanted: ValueFilter, may_see: frozenset[int] | None, today: dt.date) -> list[Shown]:
    """Return rows as whoever asks may read them."""
    if wanted.window:
        return hide_windows(rows, may_see=may_see)
    return hide(judged(rows, wanted, today), may_see=may_see, tree=wanted.tree, today=today)


def judged(rows: list[ValueRow], wanted: ValueFilter, today: dt.date) -> list[ValueRow]:
    """Return rows with what their charts say; on another tree than their own they have none."""
    if wanted.tree == "now" or wanted.window or not rows:
        return rows
    icons = icons_of(rows, today=today)
    return [row._replace(**icons[row.key]._asdict()) if row.key in icons else row for row in rows]


def read(wanted: ValueFilter, today: dt.date, size: int) -> Iterator[list[ValueRow]]:
    """Yield all values from one cursor, as they were at one moment."""
    rows = values(wanted, today=today)
    while chunk := list(islice(rows, size)):
        yield chunk


def read_by_pages(wanted: ValueFilter, today: dt.date, size: int) -> Iterator[list[ValueRow]]:
    """Yield all values, each chunk from a cursor of its own."""
    last: tuple[int, int, int] | None = None
    while chunk := list(values(wanted, today=today, after=last, limit=size)):
        yield chunk
        last = chunk[-1].key


def cells(shown: Shown) -> tuple[Any, ...]:
    """Return a row in the order of `COLUMNS`."""
    row = shown.row
    return (
        row.indicator,
        row.unit,
        row.unit_path,
        row.period,
        row.period_start,
        row.period_end,
        number(row.value),
        number(row.numerator),
        number(row.denominator),
        number(row.n),
        number(row.target),
        number(row.threshold),
        str(row.status),
        None if shown.is_suppressed else row.variation,
        None if shown.is_suppressed else row.assurance,
        row.reporting,
        row.expected,
        row.exactness,
        row.inexact_because,
        number(row.lower_bound),
        number(row.upper_bound),
        row.definition_version,
        row.computed_at,
        shown.is_suppressed,
    )
