"""Pages in a stable order: each begins after the last row of the one before, whatever came or went meanwhile."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from api import parameters
from api.problems import bad_parameter

Row = TypeVar("Row", bound=Model)
#: Rows of a page unless `page_size` says otherwise, and at most.
DEFAULT_SIZE = 100
LARGEST_SIZE = 1000
NAMES = ("cursor", "page_size")

PARAMETERS = [
    OpenApiParameter("cursor", str, description="Where the page begins: taken from `next` of the page before."),
    OpenApiParameter("page_size", int, description="How many rows a page holds."),
]


def page(
    request: Request, rows: QuerySet[Row], *, key: str, draw: Callable[[Sequence[Row]], Sequence[Mapping[str, Any]]]
) -> Response:
    """Return one page of rows in the order of a unique text column, drawn as `{"results", "next"}`."""
    size = parameters.number(request, "page_size", default=DEFAULT_SIZE, at_most=LARGEST_SIZE)
    after = cursor(request, (str,))
    if after:
        rows = rows.filter(**{f"{key}__gt": after[0]})
    found = list(rows.order_by(key)[: size + 1])
    following = next_address(request, [getattr(found[size - 1], key)]) if len(found) > size else None
    return Response({"results": draw(found[:size]), "next": following})


def cursor(request: Request, kinds: tuple[type, ...]) -> list[Any] | None:
    """Return the key of the last row of the page before, None on the first page; one that is not ours is refused."""
    given = parameters.text(request, "cursor")
    if given is None:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(given.encode()))
    except (binascii.Error, ValueError):
        key = None
    if not isinstance(key, list) or tuple(type(part) for part in key) != kinds:
        raise bad_parameter("cursor", _("must be taken from `next` of the page before"))
    return key


def next_address(request: Request, last: list[Any]) -> str:
    """Return the absolute address of the page after the row with this key."""
    written = base64.urlsafe_b64encode(json.dumps(last).encode()).decode()
    return replace_query_param(request.build_absolute_uri(), "cursor", written)
