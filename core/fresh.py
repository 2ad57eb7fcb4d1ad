"""Answers that a browser keeps and asks after: 304 while nothing has changed."""

import hashlib
import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')


def fresh_or_304(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """Draw a partial with an ETag of what was drawn; 304 when the page has exactly that already.

    The tokens of forms, which differ each time, do not count: those that the page has hold as well.
    """
    response = render(request, template, context)
    etag = quote_etag(hashlib.sha256(TOKEN.sub(b"", response.content)).hexdigest()[:32])
    return kept_fresh(get_conditional_response(request, etag=etag, response=response) or response, etag)


def kept_fresh(response: HttpResponse, etag: str) -> HttpResponse:
    """Let a browser keep the answer, but ask each time whether it still holds; nobody else may keep it."""
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    return response
