"""Enter a figure on its tile."""

from dataclasses import dataclass
from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from boards.drawing.faces import TileFace
from boards.models import Board, Tile
from boards.pages.periods import Choice, choices_for
from boards.queries import drawn_tile, unit_of
from boards.views.asking import board_or_404, tile_or_404
from core.clock import clock
from indicators.forms.entries import Unreadable, read_parts
from indicators.operations import ObservationRefused
from indicators.operations.reporting.answering import enter_with_note
from indicators.queries.entering.doubts import named
from indicators.queries.figures.notes import owes_note
from indicators.queries.figures.standing import find_standing
from indicators.rule_words import doubt_texts, question_text, warning_text
from organisation.asking import person_of
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
    #: The figure is saved, and asks for a note: the question, and what was expected of it.
    ask: str = ""
    warning: str = ""


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
    choices = choices_for(hung.indicator, unit_of(hung), today=today)
    chosen = next((choice for choice in choices if choice.code == request.POST.get("period")), choices[0])
    typed = request.POST.get("figure", "")[:LONGEST]
    before = find_standing(hung.indicator, unit_of(hung), chosen.period)
    try:
        enter_with_note(
            indicator=hung.indicator,
            unit=unit_of(hung),
            period=chosen.period,
            parts=read_parts(hung.indicator.kind, typed, adds_up=hung.indicator.adds_up),
            note=request.POST.get("note", "").replace("\0", "").strip()[:LONGEST],
            before=before,
            by=person_of(request),
            now=now,
            today=today,
        )
    except (Unreadable, ObservationRefused) as refusal:
        sheet = Sheet(face, hung.indicator.kind, choices, chosen.code, typed, refused=str(refusal))
        return _sheet(request, sheet, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    ask, warning = _asked(hung, chosen)
    if ask:
        # The figure is kept; the tile follows by itself, and the question stays open beside it.
        return _sheet(request, Sheet(face, hung.indicator.kind, choices, chosen.code, typed, ask=ask, warning=warning))
    tile = drawn_tile(board, hung.pk, request.user, today=today)
    response = render(request, "boards/tile.html", {"tile": tile})
    response["HX-Retarget"] = f"#slot-{tile.key} > .tile"
    response["HX-Reswap"] = "outerHTML"
    response["HX-Trigger-After-Swap"] = "figure-entered"
    return response


def _asked(hung: Tile, chosen: Choice) -> tuple[str, str]:
    """Return what a figure that has just been entered still asks, and why; empty texts where nothing."""
    standing = find_standing(hung.indicator, unit_of(hung), chosen.period)
    if standing is None:
        return "", ""
    doubts = doubt_texts(standing.suspicions, named(standing.suspicions))
    owes = owes_note(hung.indicator, unit_of(hung), chosen.period, parts=standing.parts, note=standing.note)
    return question_text(doubts, owes_note=owes), warning_text(doubts, owes_note=owes)


def _sheet(request: HttpRequest, sheet: Sheet, status: int = 200) -> HttpResponse:
    return render(request, "boards/entry.html", {"sheet": sheet}, status=status)
