"""Import figures from a file in the browser: send it, say what its columns are, look, take it, undo it."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from core.clock import clock
from core.posted import posted_from
from core.spreadsheets import Table, read_upload
from core.tables import UnreadableFile
from indicators.forms.sheet_imports import FIELDS, MOST_ROWS, Outcome, fingerprint, guess, previewed, without_people
from indicators.models import ImportBatch, ImportDraft
from indicators.operations import drain_rollups
from indicators.operations.refusals import BatchRefused, OtherPeopleKeys
from indicators.operations.reporting.batches import import_batch, remember_columns, remembered_columns, undo_batch
from indicators.views.asking import enterer_of
from indicators.views.import_faces import column_faces, preview_face
from organisation.choices import Do
from organisation.models import Person
from organisation.queries import unit_ids_where

#: Bytes of a file; `MOST_ROWS` rows of figures stay far below.
LONGEST = 10_000_000
#: Imports in view.
BATCHES = 20


@login_required
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """Offer to send a file, and the last imports to undo; a file that is sent becomes the person's draft."""
    person = enterer_of(request)
    if request.method == "GET":
        return _sending(request, person)
    now, _today = clock()
    try:
        name, table = _received(request)
    except UnreadableFile as refusal:
        return _sending(request, person, refused=str(refusal))
    kept = {"file_name": name[:200], "table": {"columns": table.columns, "rows": table.rows}, "sent_at": now}
    ImportDraft.objects.update_or_create(person=person, defaults=kept)
    return redirect("indicators:draft")


@login_required
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """Show what taking the draft would do; with POST, remember what its columns are, and take it if that was asked."""
    person = enterer_of(request)
    found = ImportDraft.objects.filter(person=person).first()
    if found is None:
        return redirect("indicators:import")
    table = Table(tuple(found.table["columns"]), tuple((line, tuple(cells)) for line, cells in found.table["rows"]))
    if request.method == "POST" and "map" in request.POST:
        _remember(request, person, table)
        return redirect("indicators:draft")
    fields = guess(table.columns, remembered_columns(person))
    outcomes = _outcomes(table, fields, person)
    seen = fingerprint(outcomes)
    if request.method == "POST" and request.POST.get("seen") == seen:
        return _take(request, found, outcomes, person)
    context = {
        "draft": found,
        "columns": column_faces(table, fields),
        "preview": preview_face(outcomes),
        "seen": seen,
        "has_moved": request.method == "POST",
    }
    return render(request, "indicators/enter_draft.html", context)


@login_required
@posted_from("indicators:import")
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Undo an import of one's own as a whole."""
    person = enterer_of(request)
    now, today = clock()
    batch = get_object_or_404(ImportBatch, pk=number, made_by=person)
    try:
        tally = undo_batch(
            batch=batch, by=person, may_enter=unit_ids_where(person, Do.ENTER_FIGURES, on=today), now=now
        )
    except BatchRefused as refusal:
        messages.error(request, str(refusal), extra_tags="enter")
    else:
        drain_rollups(now=now)
        sentence = _("Undone: %(count)d figures are as they were.") % {"count": tally.changed}
        messages.success(request, sentence, extra_tags="enter")
    return redirect("indicators:import")


@login_required
@require_GET
def template(_request: HttpRequest) -> HttpResponse:
    """Answer an empty table with the headings that need no mapping."""
    response = HttpResponse("\ufeff" + ",".join(FIELDS) + "\r\n", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="figures.csv"'
    return response


def _received(request: HttpRequest) -> tuple[str, Table]:
    """Return the name and the table of the file that was sent. Raises `UnreadableFile`."""
    file = request.FILES.get("file")
    if file is None or file.size is None or not file.name:
        raise UnreadableFile(_("Choose a file first."))
    if file.size > LONGEST:
        raise UnreadableFile(_("This file is too large for the browser: at most 10 MB."))
    return file.name, without_people(read_upload(file.name, file.read(), most=MOST_ROWS))


def _sending(request: HttpRequest, person: Person, refused: str = "") -> HttpResponse:
    context = {"batches": ImportBatch.objects.filter(made_by=person)[:BATCHES], "refused": refused}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "indicators/enter_import.html", context, status=status)


def _remember(request: HttpRequest, person: Person, table: Table) -> None:
    said = {
        column.casefold(): request.POST.get(f"column-{number}", "")
        for number, column in enumerate(table.columns)
        if request.POST.get(f"column-{number}", "") in {"", *FIELDS}
    }
    remember_columns(person, said)


def _outcomes(table: Table, fields: list[str], person: Person) -> list[Outcome]:
    _now, today = clock()
    return previewed(
        table,
        fields,
        may_see=unit_ids_where(person, Do.SEE, on=today),
        may_enter=unit_ids_where(person, Do.ENTER_FIGURES, on=today),
        today=today,
    )


def _take(request: HttpRequest, found: ImportDraft, outcomes: list[Outcome], person: Person) -> HttpResponse:
    now, _today = clock()
    refused = sum(one.status == "refused" for one in outcomes)
    rows = [one.row for one in outcomes if one.row]
    try:
        batch, tally = import_batch(file_name=found.file_name, rows=rows, by=person, now=now)
    except OtherPeopleKeys as refusal:
        messages.error(request, str(refusal), extra_tags="enter")
        return redirect("indicators:import")
    ImportBatch.objects.filter(pk=batch.pk).update(refused=refused + tally.locked)
    found.delete()
    drain_rollups(now=now, indicators={row.indicator_id for row in rows})
    told = {"new": tally.new, "changed": tally.changed, "refused": refused + tally.locked}
    sentence = _("Taken: %(new)d new, %(changed)d changed, %(refused)d refused.") % told
    if tally.suspect:
        checks = ngettext("%(count)d figure is to be checked.", "%(count)d figures are to be checked.", tally.suspect)
        sentence = f"{sentence} {checks % {'count': tally.suspect}}"
    messages.success(request, sentence, extra_tags="enter")
    return redirect("indicators:import")
