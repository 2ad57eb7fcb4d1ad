"""Whether an answer would be the same as last time, found out at a fraction of its cost."""

import hashlib
from typing import Any

from django.db import connection
from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from rest_framework.request import Request

#: What figures depend on beside what `latest_change` tells. A value may be written with an older clock than the newest,
#: but every change of a value is in the outbox, in the transaction of the change; as its numbers have no holes, the
#: newest number plus those still without one grows with each. The tree's lines are added and removed, never changed.
STAMP = """
    SELECT
        (SELECT coalesce(max(sequence), 0) FROM live_change) + (SELECT count(*) FROM live_change WHERE sequence IS NULL),
        (SELECT count(*) FROM organisation_ancestor),
        (SELECT max(id) FROM organisation_ancestor)
"""


def stamp() -> tuple[Any, ...]:
    """Return what changes whenever a figure or the tree does."""
    with connection.cursor() as cursor:
        cursor.execute(STAMP)
        return cursor.fetchone() or ()


def etag(request: Request, *depends_on: object) -> str:
    """Return the ETag of an answer to this address, in this format, that depends on these things too."""
    asked = (request.get_full_path(), request.headers.get("Accept", ""), *depends_on)
    return f'"{hashlib.sha256(repr(asked).encode()).hexdigest()[:32]}"'


def not_modified(request: Request, tag: str) -> HttpResponseBase | None:
    """Return a 304 where the reader has the answer already."""
    unchanged = get_conditional_response(request._request, etag=tag)  # noqa: SLF001 - the framework's own way to it
    return tagged(unchanged, tag) if unchanged else None


def tagged(response: HttpResponseBase, tag: str) -> HttpResponseBase:
    """Mark an answer with its ETag; it is for this reader alone, and to be asked about each time."""
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Accept", "Authorization", "Cookie"])
    return response
