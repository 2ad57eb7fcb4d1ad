"""Write rows as CSV, Arrow or Parquet while they are read: memory holds one chunk, whatever the number of rows."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from api import parameters
from api.problems import Problem
from core.cells import plain

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
    """Yield a header and the rows; None is an empty cell, an instant is ISO 8601 in UTC, true is `true`."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    words = [(place, WORDS[column.kind]) for place, column in enumerate(columns) if column.kind in WORDS]
    for rows in chunks:
        writer.writerows(_in_words(row, words) for row in rows)
        yield page.getvalue().encode()
        page.seek(0)
        page.truncate()
    yield page.getvalue().encode()


def _in_words(row: Sequence[Any], words: Sequence[tuple[int, Callable[[Any], str]]]) -> list[Any]:
    cells = list(row)
    for place, word in words:
        if cells[place] is not None:
            cells[place] = word(cells[place])
    return cells


@lru_cache(maxsize=1000)
def _instant(at: dt.datetime) -> str:
    """Return ISO 8601; rows that were computed together share the instant."""
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


#: How CSV writes what Python would write in its own way.
WORDS: dict[type, Callable[[Any], str]] = {
    bool: lambda flag: "true" if flag else "false",
    dt.datetime: _instant,
    str: plain,
}
