"""Write rows as CSV, Arrow or Parquet while they are read: memory holds one chunk, whatever the number of rows."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from itertools import chain
from typing import Any, NamedTuple

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from api import parameters
from api.problems import Problem

Chunk = Sequence[Sequence[Any]]
#: What `?format=` may say, and the media type that `Accept` may ask for instead.
MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
}


class Column(NamedTuple):
    """A column of a table: its name and the type of its cells, any of which may be None."""

    name: str
    kind: type


class NegotiatedByView(DefaultContentNegotiation):
    """Leave `Accept` to the view: the framework would refuse every type that has no renderer."""

    def select_renderer(
        self, _request: Request, renderers: Iterable[BaseRenderer], _format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the first renderer, which draws JSON."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


def asked(request: Request) -> str:
    """Return json, csv, parquet or arrow: what `?format=` says, else what `Accept` prefers."""
    chosen = parameters.choice(request, "format", MEDIA_TYPES)
    if chosen:
        return chosen
    preferred = request.get_preferred_type(list(MEDIA_TYPES.values()))
    for name, media_type in MEDIA_TYPES.items():
        if media_type == preferred:
            return name
    words = _("This is told as %(types)s.") % {"types": ", ".join(MEDIA_TYPES.values())}
    raise Problem(406, "not_acceptable", words)


def stream(form: str, columns: Sequence[Column], chunks: Iterable[Chunk], name: str) -> StreamingHttpResponse:
    """Answer rows in a format other than JSON, as a file of this name; chunks are read as they are sent."""
    if form == "csv":
        content, content_type = as_csv(columns, chunks), "text/csv; charset=utf-8"
    else:
        # pyarrow takes half a second and 50 MB, which only those pay who ask for it.
        columnar = import_module("api.columnar")
        content, content_type = columnar.WRITERS[form](columns, chunks), MEDIA_TYPES[form]
    disposition = f'attachment; filename="{name}.{form}"'
    return StreamingHttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})


def as_csv(columns: Sequence[Column], chunks: Iterable[Chunk]) -> Iterator[bytes]:
    """Yield a header and the rows; None is an empty cell, an instant is ISO 8601, true is `true`."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    flags = [number for number, column in enumerate(columns) if column.kind is bool]
    for rows in chain([[[column.name for column in columns]]], chunks):
        writer.writerows([_flags_in_words(row, flags) for row in rows] if flags else rows)
        yield page.getvalue().encode()
        page.seek(0)
        page.truncate()


def _flags_in_words(row: Sequence[Any], flags: Sequence[int]) -> list[Any]:
    """Write what is True or False as every reader of CSV takes it."""
    cells = list(row)
    for number in flags:
        if isinstance(cells[number], bool):
            cells[number] = "true" if cells[number] else "false"
    return cells
