"""Arrange a board: hang, move and take down its tiles, say what it is called; hang a new one."""

import datetime as dt
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from boards.choices import ZoneKind
from boards.forms import BoardForm, NewBoardForm, TileForm
from boards.models import Board, Tile
from boards.operations import (
    describe_board,
    hang_board,
    hang_tile,
    order_tiles,
    take_board_down,
    take_tile_down,
)
from boards.pages.arranging import arranged_columns, order_after_move
from boards.queries import Reader
from boards.views.asking import board_or_404
from core.clock import clock
from core.posted import posted_from
from organisation.choices import Do
from organisation.queries import may, units_where


@login_required
@require_http_methods(["GET", "POST"])
def arrange(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what hangs on a board and the form of a further tile, filled in by `?indicator=`…; with POST hang it."""
    now, today = clock()
    board = _board(request, slug)
    if request.method == "GET":
        form = TileForm(board=board, person=request.user, today=today, initial=request.GET.dict())
        return _page(request, board, hang=form)
    form = TileForm(request.POST, board=board, person=request.user, today=today)
    if not form.is_valid():
        return _page(request, board, hang=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    said = form.cleaned_data
    tile = hang_tile(board=board, **said | {"zone": ZoneKind(said["zone"])}, now=now)
    messages.success(request, _("“%s” hangs.") % tile.indicator.name)
    return _back(board, f"#tile-{tile.pk}")


@login_required
@posted_from("boards:arrange", "slug")
def describe(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what a board is called and what stands around its tiles."""
    now, _today = clock()
    board = _board(request, slug)
    form = BoardForm(request.POST, instance=board)
    if not form.is_valid():
        board.refresh_from_db()
        return _page(request, board, about=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    describe_board(board=form.save(commit=False), now=now)
    messages.success(request, _("Saved."))
    return _back(board, "")


@login_required
@posted_from("boards:arrange", "slug")
def move_tile(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Move a tile a place up (`way=up`) or down in its column."""
    now, today = clock()
    board = _board(request, slug)
    get_object_or_404(Tile, pk=number, zone__board=board)
    order = order_after_move(board, number, up=request.POST.get("way") == "up", today=today)
    order_tiles(board=board, tiles=order, now=now)
    return _back(board, f"#tile-{number}")


@login_required
@posted_from("boards:arrange", "slug")
def take_down(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take a tile down, and offer to hang it again: the form stands filled in."""
    now, _today = clock()
    board = _board(request, slug)
    tile = get_object_or_404(
        Tile.objects.select_related("zone__board", "indicator", "unit"), pk=number, zone__board=board
    )
    again = {
        "indicator": tile.indicator.code,
        "zone": tile.zone.kind,
        "unit": tile.unit.code if tile.unit else "",
        "frequency": tile.frequency,
        "owner": tile.owner_id or "",
    }
    take_tile_down(tile=tile, now=now)
    messages.success(request, _("“%s” was taken down. To hang it again, press “Hang it”.") % tile.indicator.name)
    return _back(board, f"?{urlencode(again)}#hang")


@login_required
@posted_from("boards:arrange", "slug")
def take_board(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a whole board down, once its name was ticked."""
    now, _today = clock()
    board = _board(request, slug)
    if request.POST.get("sure") != board.slug:
        messages.error(request, _("Tick that you are sure; nothing was taken down."))
        return _back(board, "#down")
    take_board_down(board=board, now=now)
    messages.success(request, _("The board “%s” was taken down; its figures stay.") % board.name)
    return redirect("boards:home")


@login_required
@require_http_methods(["GET", "POST"])
def new_board(request: HttpRequest) -> HttpResponse:
    """Hang a new board, empty or like another."""
    now, today = clock()
    if not may_hang(request.user, today):
        raise PermissionDenied(
            _("Your roles let you look at boards, not hang them. A lead or an administrator can help.")
        )
    form = NewBoardForm(request.POST or None, person=request.user, today=today, initial=request.GET.dict())
    if not form.is_valid():
        return render(
            request,
            "boards/new.html",
            {"form": form},
            status=HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK,
        )
    board = hang_board(board=form.save(commit=False), like=form.cleaned_data["like"], now=now)
    return _back(board, "")


def may_hang(person: Reader, today: dt.date) -> bool:
    """Whether a person may hang boards at some unit; an administrator may before there is any."""
    return getattr(person, "is_superuser", False) or units_where(person, Do.CHANGE_BOARD, on=today).exists()


def _board(request: HttpRequest, slug: str) -> Board:
    _now, today = clock()
    board = board_or_404(slug, request.user, today)
    if not may(request.user, Do.CHANGE_BOARD, board.unit, on=today):
        raise PermissionDenied(
            _("Your roles let you look at this board, not arrange it. A lead or an administrator can help.")
        )
    return board


def _back(board: Board, to: str) -> HttpResponse:
    return redirect(reverse("boards:arrange", args=[board.slug]) + to)


def _page(
    request: HttpRequest,
    board: Board,
    *,
    hang: TileForm | None = None,
    about: BoardForm | None = None,
    status: int = 200,
) -> HttpResponse:
    _now, today = clock()
    context = {
        "board": board,
        "columns": arranged_columns(board, today=today),
        "hang": hang or TileForm(board=board, person=request.user, today=today),
        "about": about or BoardForm(instance=board),
    }
    return render(request, "boards/arrange.html", context, status=status)
