"""Who asks, for what, and when: the beginning of every view. What one may not see is not there (404)."""

import datetime as dt
import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag

from boards.models import Board, Tile
from boards.queries import Reader, tile_of
from organisation.choices import Do
from organisation.queries import may


def clock() -> tuple[dt.datetime, dt.date]:
    """Return now, in the organisation's zone, and its day."""
    now = timezone.localtime()
    return now, now.date()


def board_or_404(slug: str, person: Reader, today: dt.date) -> Board:
    """Return a board that the person may see."""
    board = get_object_or_404(Board.objects.select_related("unit", "trajectory"), slug=slug)
    if not may(person, Do.SEE, board.unit, on=today):
        raise Http404
    return board


def tile_or_404(board: Board, number: int, person: Reader, today: dt.date) -> Tile:
    """Return a tile of the board that the person may see."""
    tile = tile_of(board, number, person, today=today)
    if tile is None:
        raise Http404
    return tile


def fresh_or_304(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """Draw a partial with an ETag of what was drawn; 304 when the page has exactly that already."""
    response = render(request, template, context)
    etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    return kept_fresh(get_conditional_response(request, etag=etag, response=response) or response, etag)


def kept_fresh(response: HttpResponse, etag: str) -> HttpResponse:
    """Let a browser keep the answer, but ask each time whether it still holds; nobody else may keep it."""
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    return response
