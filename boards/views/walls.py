"""My boards, the wall, and the pieces of it that a refresh asks for."""

import datetime as dt
import hashlib

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from boards.models import Board
from boards.queries import Reader, board_cards, board_face, drawn_tile
from boards.views.arranging import may_hang
from boards.views.asking import board_or_404, tile_or_404
from core.clock import clock
from core.fresh import fresh_or_304, kept_fresh
from live.operations import number_changes
from live.queries import newest_sequence, outlook

#: A wall that polls draws itself anew this often even when the outbox is silent: days pass and targets change.
REDRAW_S = 300


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show the boards of the units that I may see."""
    _, today = clock()
    context = {
        "cards": board_cards(request.user, today=today),
        "hangs_boards": may_hang(request.user, today),
    }
    return render(request, "boards/home.html", context)


@login_required
@require_GET
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the wall; `?wall=1` without chrome, for a screen that nobody touches."""
    now, today = clock()
    # Before the figures: what changes while they are read is then told to the page, not lost between the two.
    heard_up_to = newest_sequence()
    shown = board_or_404(slug, request.user, today)
    context = {
        "board": board_face(shown, request.user, today=today, now=now),
        "heard_up_to": heard_up_to,
        "is_wall": "wall" in request.GET,
        "today": today,
        "now": now,
    }
    return render(request, "boards/board.html", context)


@login_required
@require_GET
def columns(request: HttpRequest, slug: str) -> HttpResponse:
    """Draw a wall again, its tiles and what stands around them: the floor that works without the stream. Costs next to nothing when all is quiet.

    The ETag names the newest change in the outbox, so that an unchanged wall is answered before anything is drawn.
    """
    now, today = clock()
    shown = board_or_404(slug, request.user, today)
    etag = _quiet_etag(shown, request.user, now)
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return kept_fresh(unchanged, etag)
    face = board_face(shown, request.user, today=today, now=now)
    return kept_fresh(render(request, "boards/again.html", {"board": face}), etag)


def _quiet_etag(board: Board, person: Reader, now: dt.datetime) -> str:
    seen = outlook()
    if seen.has_unnumbered:  # with every stream cut nobody else gives numbers
        number_changes()
        seen = outlook()
    # While a change waits for its number nothing can be said to be unchanged.
    unsure = f"{now:%S.%f}" if seen.has_unnumbered else ""
    parts = (board.pk, person.pk, get_language(), seen.newest, unsure, now.date(), int(now.timestamp()) // REDRAW_S)
    return quote_etag(hashlib.sha256(repr(parts).encode()).hexdigest()[:32])


@login_required
@require_GET
def tile(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Draw one tile again, with an ETag of what was drawn."""
    _, today = clock()
    shown = board_or_404(slug, request.user, today)
    hung = tile_or_404(shown, number, request.user, today)
    return fresh_or_304(request, "boards/tile.html", {"tile": drawn_tile(shown, hung.pk, request.user, today=today)})
