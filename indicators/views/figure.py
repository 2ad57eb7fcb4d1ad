"""Save one cell of the entry grid and answer with its state; nothing that befalls it touches another."""

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.clock import clock
from core.posted import posted_from
from indicators.calculations import Parts
from indicators.forms.cells import SentCell, sent_cell
from indicators.forms.entries import Unreadable, read_parts, typed
from indicators.operations import ObservationRefused, withdraw_figure
from indicators.operations.refusals import ChangedMeanwhile, MayNotEnter
from indicators.operations.reporting.answering import enter_with_note
from indicators.queries.entering.doubts import named
from indicators.queries.entering.usual import usual_of
from indicators.queries.figures.notes import owes_note
from indicators.queries.figures.standing import Standing, find_standing
from indicators.rule_words import doubt_texts
from indicators.views.enter_faces import StateFace, missing_face, standing_face, written_by
from organisation.asking import person_of
from organisation.choices import Do
from organisation.models import Person
from organisation.queries import may

OK, CONFLICT, REFUSED = 200, 409, 422


@login_required
@posted_from("indicators:enter")
def figure(request: HttpRequest) -> HttpResponse:
    """Take a figure, correct one, or (left empty) take it back; the former one is kept in each case."""
    now, today = clock()
    cell = sent_cell(request.POST)
    if not may(person_of(request), Do.ENTER_FIGURES, cell.unit, on=today):
        # Before anything is compared with what stands: an answer would tell it.
        return _answer(request, _refused(cell, MayNotEnter(), None), REFUSED)
    before = find_standing(cell.indicator, cell.unit, cell.period)
    try:
        parts = read_parts(cell.indicator.kind, cell.typed, adds_up=cell.indicator.adds_up) if cell.typed else None
        if _is_overtaken(cell, before, parts):
            return _answer(request, _conflict(cell, before), CONFLICT)
        _save(cell, parts, before, by=person_of(request), now=now, today=today)
    except ChangedMeanwhile:
        return _answer(request, _conflict(cell, find_standing(cell.indicator, cell.unit, cell.period)), CONFLICT)
    except (Unreadable, ObservationRefused) as refusal:
        return _answer(request, _refused(cell, refusal, before), REFUSED)
    return _answer(request, _saved(cell, before, today), OK)


def _is_overtaken(cell: SentCell, before: Standing | None, parts: Parts | None) -> bool:
    """Whether someone else has written since, and something else than this."""
    if cell.seen == (before.key if before else ""):
        return False
    return parts != (before.parts if before else None)


def _save(
    cell: SentCell, parts: Parts | None, before: Standing | None, *, by: Person, now: dt.datetime, today: dt.date
) -> None:
    if parts is not None:
        enter_with_note(
            indicator=cell.indicator,
            unit=cell.unit,
            period=cell.period,
            parts=parts,
            note=cell.note,
            before=before,
            by=by,
            now=now,
            today=today,
        )
    elif before is not None:
        withdraw_figure(
            indicator=cell.indicator,
            unit=cell.unit,
            period=cell.period,
            by=by,
            now=now,
            today=today,
            expected_revision=before.revision,
        )


def _saved(cell: SentCell, before: Standing | None, today: dt.date) -> StateFace:
    standing = find_standing(cell.indicator, cell.unit, cell.period)
    if standing is None:
        return missing_face(cell.indicator, cell.period, today)
    return standing_face(
        cell.indicator,
        standing,
        usual_of(cell.indicator, cell.unit, cell.period),
        was=before.parts if before and before.parts != standing.parts else None,
        is_fresh=True,
        doubts=doubt_texts(standing.suspicions, named(standing.suspicions)),
        owes_note=owes_note(cell.indicator, cell.unit, cell.period, parts=standing.parts, note=standing.note),
    )


def _refused(cell: SentCell, refusal: Exception, before: Standing | None) -> StateFace:
    is_note_needed = getattr(refusal, "field", "") == "note"
    return StateFace(
        "is-refused",
        "square",
        _("Not saved"),
        str(refusal),
        seen=before.key if before else "",
        typed=typed(cell.indicator.kind, before.parts) if before else "",
        is_note_needed=is_note_needed,
    )


def _conflict(cell: SentCell, theirs: Standing | None) -> StateFace:
    if theirs is None:
        more = _("Someone has taken the figure back meanwhile.")
        return StateFace("is-conflict", "fork", _("Two figures"), more, theirs="", mine=cell.typed)
    text = typed(cell.indicator.kind, theirs.parts)
    more = _("%(figure)s was entered meanwhile (%(who)s).") % {"figure": text, "who": written_by(theirs)}
    return StateFace(
        "is-conflict", "fork", _("Two figures"), more, seen=theirs.key, typed=text, theirs=text, mine=cell.typed
    )


def _answer(request: HttpRequest, state: StateFace, status: int) -> HttpResponse:
    return render(request, "indicators/enter_state.html", {"state": state}, status=status)
