"""Events by browser: send a file, say what its columns are, try it, take it, follow it, break it off, undo it."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from core.clock import clock
from core.fresh import fresh_or_304
from core.posted import posted_from
from organisation.asking import person_of
from organisation.models import Person
from trajectories.choices import RUNNING, WAITING, UploadStage
from trajectories.models import EventBatch, EventUpload, Trajectory
from trajectories.operations.intake.progress import cancel_import
from trajectories.operations.intake.undoing import UndoRefused, undo_events
from trajectories.operations.intake.uploads import UploadRefused, cancel, receive, say_reading, start
from trajectories.queries.keys import RotationUnderWay
from trajectories.queries.senders import may_send, may_undo
from trajectories.views.states import batch_row, lost_ids
from trajectories.views.upload_faces import asked_wishes, outcome_face, preview_of

#: Bytes of a file; larger ones come by the command line.
LONGEST = 1 << 30
#: Imports in view.
BATCHES = 20


@login_required
@require_http_methods(["GET", "POST"])
def events(request: HttpRequest, code: str) -> HttpResponse:
    """Offer to send a file, with the imports so far; a file that is sent is looked at on a page of its own."""
    trajectory, person = _asked(request, code)
    if request.method == "GET":
        return _sending(request, trajectory, person)
    file = request.FILES.get("file")
    if file is None or file.size is None or not file.name:
        return _sending(request, trajectory, person, refused=_("Choose a file first."))
    if file.size > LONGEST:
        words = _("This file is too large for the browser: at most 1 GB. The command import_events takes larger ones.")
        return _sending(request, trajectory, person, refused=words)
    now, _today = clock()
    upload = receive(trajectory=trajectory, by=person, name=file.name, pieces=file.chunks(), size=file.size, now=now)
    return redirect("trajectories:upload", code, upload.pk)


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show a file that one sent: how it would be read, what a trial found, how far the import is. POST changes that."""
    trajectory, person = _asked(request, code)
    found = get_object_or_404(EventUpload.objects.select_related("batch"), pk=number, trajectory=trajectory, by=person)
    if request.method == "POST":
        return _act(request, found)
    return _looking(request, trajectory, found)


@login_required
@require_GET
def upload_state(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show how far a file is: the page asks again and again while a job is at work, and comes anew at its end."""
    trajectory, person = _asked(request, code)
    found = get_object_or_404(EventUpload.objects.select_related("batch"), pk=number, trajectory=trajectory, by=person)
    if found.stage not in RUNNING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return fresh_or_304(request, "trajectories/upload_state.html", {"trajectory": trajectory, "upload": found})


@login_required
@posted_from("trajectories:events", "code")
def undo_batch(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take an import back as a whole, or break it off while it runs."""
    trajectory, person = _asked(request, code)
    now, today = clock()
    batch = get_object_or_404(EventBatch, pk=number, trajectory=trajectory)
    if not may_undo(person, batch, on=today):
        raise PermissionDenied
    if batch.finished_at is None:
        cancel_import(batch=batch, now=now)
        messages.success(request, _("%(name)s is being broken off.") % {"name": batch.name}, extra_tags="events")
        return redirect("trajectories:events", code)
    try:
        gone = undo_events(batch=batch, by=person, now=now)
    except (UndoRefused, RotationUnderWay) as refused:
        messages.error(request, str(refused), extra_tags="events")
    else:
        told = {"name": batch.name, "events": gone}
        messages.success(
            request,
            ngettext("%(name)s is undone: %(events)d event.", "%(name)s is undone: %(events)d events.", gone) % told,
            extra_tags="events",
        )
    return redirect("trajectories:events", code)


def _asked(request: HttpRequest, code: str) -> tuple[Trajectory, Person]:
    """Return the trajectory and who asks; only those who enter figures somewhere bring events."""
    _now, today = clock()
    person = person_of(request)
    if not may_send(person, on=today):
        raise PermissionDenied
    return get_object_or_404(Trajectory, code=code), person


def _sending(request: HttpRequest, trajectory: Trajectory, person: Person, refused: str = "") -> HttpResponse:
    now, today = clock()
    lost = lost_ids(now)
    batches = trajectory.batches.exclude(upload__stage=UploadStage.TRYING).select_related("imported_by").order_by("-pk")
    context = {
        "trajectory": trajectory,
        "refused": refused,
        "uploads": trajectory.uploads.filter(by=person, stage__in=WAITING).select_related("batch"),
        "batches": [
            (
                batch,
                batch_row(batch, lost),
                batch.pk not in lost and _can_undo(batch) and may_undo(person, batch, on=today),
            )
            for batch in batches[:BATCHES]
        ],
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "trajectories/events.html", context, status=status)


def _can_undo(batch: EventBatch) -> bool:
    return (
        not batch.error
        and batch.undone_at is None
        and bool(batch.finished_at is None or batch.rows_new or batch.rows_changed)
    )


def _looking(request: HttpRequest, trajectory: Trajectory, found: EventUpload) -> HttpResponse:
    is_open = found.stage in {UploadStage.SENT, UploadStage.TRIED}
    context = {
        "trajectory": trajectory,
        "upload": found,
        "is_running": found.stage in RUNNING,
        "is_open": is_open,
        "preview": preview_of(found) if is_open else None,
        "outcome": outcome_face(found),
    }
    return render(request, "trajectories/upload.html", context)


def _act(request: HttpRequest, found: EventUpload) -> HttpResponse:
    now, _today = clock()
    asked = request.POST.get("do", "")
    try:
        if asked == "cancel":
            cancel(upload=found, now=now)
            return redirect("trajectories:events", found.trajectory.code)
        if request.POST.keys() & {"column-0", "encoding", "case"}:
            say_reading(upload=found, wishes=asked_wishes(request.POST, preview_of(found)))
        if asked in {"try", "take"} and preview_of(found).doubts:
            messages.error(request, _("Decide first what is asked below."), extra_tags="events")
        elif asked in {"try", "take"}:
            start(upload=found, is_trial=asked == "try")
    except UploadRefused:
        messages.error(request, _("That cannot be done with this file any more."), extra_tags="events")
    return redirect("trajectories:upload", found.trajectory.code, found.pk)
