"""Enter a figure on its tile."""

from dataclasses import dataclass
from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from boards.faces import TileFace
from boards.models import Board, Tile
from boards.periods import Choice, choices_for
from boards.queries import drawn_tile, unit_of
from boards.views.asking import board_or_404, clock, tile_or_404
from indicators.choices import Source
from indicators.forms.entries import Unreadable, read_parts
from indicators.operations import ObservationRefused, enter_figure
from organisation.models import Person

#: Characters of a figure; a histogram of a team's month stays far below.
LONGEST = 500


@dataclass(frozen=True)
class Sheet:
    """The entry as it is drawn: what was typed is kept, and a refusal says why in one sentence."""

    tile: TileFace
    kind: str
    choices: tuple[Choice, ...]
    period: str
    typed: str
    refused: str = ""


@login_required
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Offer the figures that are due, or take one and draw the tile as it is then."""
    _, today = clock()
    board = board_or_404(slug, request.user, today)
    hung = tile_or_404(board, number, request.user, today)
    face = drawn_tile(board, hung.pk, request.user, today=today)
    if not face.can_enter or not isinstance(request.user, Person):
        raise PermissionDenied
    if request.method == "POST":
        return _taken(request, board, hung, face)
    choices = choices_for(hung.indicator, unit_of(hung), today=today)
    chosen = next((choice for choice in choices if choice.is_suggested), choices[0])
    return _sheet(request, Sheet(face, hung.indicator.kind, choices, chosen.code, chosen.typed))


def _taken(request: HttpRequest, board: Board, hung: Tile, face: TileFace) -> HttpResponse:
    now, today = clock()
    by = cast("Person", request.user)
    choices = choices_for(hung.indicator, unit_of(hung), today=today)
    chosen = next((choice for choice in choices if choice.code == request.POST.get("period")), choices[0])
    typed = request.POST.get("figure", "")[:LONGEST]
    try:
        enter_figure(
            indicator=hung.indicator,
            unit=unit_of(hung),
            period=chosen.period,
            parts=read_parts(hung.indicator.kind, typed),
            source=Source.ENTERED,
            by=by,
            now=now,
            today=today,
        )
    except (Unreadable, ObservationRefused) as refusal:
        sheet = Sheet(face, hung.indicator.kind, choices, chosen.code, typed, refused=str(refusal))
        return _sheet(request, sheet, status=422)
    tile = drawn_tile(board, hung.pk, by, today=today)
    response = render(request, "boards/tile.html", {"tile": tile})
    response["HX-Retarget"] = f"#slot-{tile.key} > .tile"
    response["HX-Reswap"] = "outerHTML"
    response["HX-Trigger-After-Swap"] = "figure-entered"
    return response


def _sheet(request: HttpRequest, sheet: Sheet, status: int = 200) -> HttpResponse:
    return render(request, "boards/entry.html", {"sheet": sheet}, status=status)
