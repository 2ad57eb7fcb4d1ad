"""Events by browser: what is seen of a file, what a trial counts, what a job takes, and that no row is kept anywhere else."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from core import uploads
from organisation.choices import RoleName
from organisation.models import Person, Unit
from tests import build
from tests.trajectories.logs import trajectory
from tests.trajectories.test_formats import OCEL
from tests.trajectories.workbooks import Formula, workbook
from trajectories.choices import UploadStage
from trajectories.models import Event, EventBatch, EventUpload, RememberedReading, Trajectory
from trajectories.operations.intake.uploads import forget_old
from trajectories.tasks import read_upload
from trajectories.views.upload_faces import outcome_face

pytestmark = pytest.mark.django_db
LOG = """dossier;quoi;quand;equipe;note
Tremblay;REFERRAL;03/01/2024;north;bonjour
Tremblay;SERVICE;17/01/2024;north;
Gagnon;REFERRAL;pas une date;north;
"""
#: As the form sends it once the columns are said.
SAID = {
    "delimiter": ";",
    "encoding": "utf-8",
    "dates": "dmy",
    "column-0": "case",
    "column-1": "activity",
    "column-2": "at",
    "column-3": "unit",
    "column-4": "",
}


@pytest.fixture
def folder(settings: object, tmp_path: Path) -> Path:
    """Let files wait in a folder of the test."""
    settings.UPLOADS_DIR = tmp_path / "uploads"  # type: ignore[attr-defined]  # pytest-django's own
    return tmp_path / "uploads"


@pytest.fixture
def youths(folder: Path) -> Trajectory:
    centre = build.unit("centre")
    build.units("north", "south", parent=centre)
    return trajectory()


def lead(at: str = "centre") -> Person:
    return build.person_with(RoleName.LEAD, Unit.objects.get(code=at), email=f"{at}@example.org")


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def send(client: Client, content: str | bytes = LOG, name: str = "log.csv") -> EventUpload:
    """Send a file; return what the page made of it."""
    data = content.encode() if isinstance(content, str) else content
    answer = client.post("/trajectories/youths/events/", {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.content.decode()
    return EventUpload.objects.get()


def say(
    client: Client, upload: EventUpload, do: str, run: Callable[..., AbstractContextManager[object]], **said: object
) -> EventUpload:
    """Press a button of the file's page, and let the job that it queues do its work."""
    with run(execute=True):
        client.post(f"/trajectories/youths/events/{upload.pk}/", SAID | said | {"do": do})
    read_upload(upload.pk)
    upload.refresh_from_db()
    return upload


def test_a_file_waits_for_its_owner_alone_under_a_name_that_says_nothing(youths: Trajectory, folder: Path) -> None:
    upload = send(signed_in(lead()), name="Tremblay.csv")

    (file,) = folder.iterdir()
    assert (upload.name, upload.stage, file.name) == ("Tremblay.csv", UploadStage.SENT, upload.file)
    assert "Tremblay" not in file.name
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, file)] == [0o700, 0o600]


def test_the_first_rows_are_shown_with_what_was_guessed(youths: Trajectory) -> None:
    client = signed_in(lead())
    upload = send(client)

    preview = client.get(f"/trajectories/youths/events/{upload.pk}/").context["preview"]

    assert [column.heading for column in preview.columns] == ["dossier", "quoi", "quand", "equipe", "note"]
    assert preview.rows[0] == ("Tremblay", "REFERRAL", "03/01/2024", "north", "bonjour")
    assert [sign for sign, _word, is_chosen in preview.delimiters if is_chosen] == [";"]
    assert [(column.field, column.is_guessed) for column in preview.columns] == [
        ("case", True), ("", False), ("", False), ("unit", True), ("", False),
    ]  # fmt: skip


def test_a_trial_counts_refuses_and_keeps_nothing(
    youths: Trajectory, folder: Path, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    client = signed_in(lead())

    upload = say(client, send(client), "try", django_capture_on_commit_callbacks)

    assert upload.stage == UploadStage.TRIED
    assert {name: upload.outcome[name] for name in ("read", "new", "refused")} == {"read": 3, "new": 2, "refused": 1}
    assert [(line, field) for line, field, _reason in upload.outcome["refusals"]] == [(4, "at")]
    assert (Event.objects.count(), EventBatch.objects.count(), len(list(folder.iterdir()))) == (0, 0, 1)
    page = client.get(f"/trajectories/youths/events/{upload.pk}/").content.decode()
    assert "2</b>" in page
    # Refused rows alone stand out, and what Return presses does no harm.
    assert [page.count(sign) for sign in ('class="is-refused"', 'class="is-changed"')] == [1, 0]
    assert page.index('value="try"') < page.index('value="take"')


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, ["lue", "nouvelle", "corrigée ou retirée", "déjà connue", "refusée"]),
        (2, ["lues", "nouvelles", "corrigées ou retirées", "déjà connues", "refusées"]),
    ],
)
def test_one_row_is_told_otherwise_than_many_where_the_language_does_so(count: int, words: list[str]) -> None:
    upload = EventUpload(outcome=dict.fromkeys(("read", "new", "changed", "unchanged", "refused"), count))

    with translation.override("fr"):
        counts = outcome_face(upload)["counts"]

    assert [(word, told) for word, told, _name in counts] == [(word, str(count)) for word in words]


def test_what_is_taken_is_kept_remembered_and_the_file_is_gone(
    youths: Trajectory, folder: Path, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    client = signed_in(lead())

    upload = say(client, send(client), "take", django_capture_on_commit_callbacks)

    assert (upload.stage, upload.batch and upload.batch.rows_new) == (UploadStage.TAKEN, 2)
    assert sorted((one.activity, one.wall.day, one.team) for one in Event.objects.all()) == [
        ("REFERRAL", 3, "north"), ("SERVICE", 17, "north"),
    ]  # fmt: skip
    assert list(folder.iterdir()) == []
    again = client.post("/trajectories/youths/events/", {"file": SimpleUploadedFile("b.csv", LOG.encode())})
    kept = EventUpload.objects.get(stage=UploadStage.SENT)
    assert again.status_code == 302
    assert kept.wishes == RememberedReading.objects.get().wishes == upload.wishes


def test_no_row_of_a_file_reaches_the_database(
    youths: Trajectory, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    client = signed_in(lead())

    upload = say(client, send(client), "take", django_capture_on_commit_callbacks)

    kept = json.dumps([upload.wishes, upload.outcome, upload.batch and upload.batch.mapping])
    assert not any(name in kept for name in ("Tremblay", "Gagnon", "pas une date"))


def test_reasons_are_told_in_the_language_of_who_reads_them(
    youths: Trajectory, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    client = signed_in(lead())
    upload = say(client, send(client), "try", django_capture_on_commit_callbacks)
    upload.outcome["refusals"].append([9, "at", "as it was kept of old"])
    upload.save()

    reasons = [
        [reason for _line, _field, reason in page.context["outcome"]["refusals"]]
        for page in (
            client.get(f"/trajectories/youths/events/{upload.pk}/", headers={"Accept-Language": language})
            for language in ("en", "fr")
        )
    ]

    assert reasons == [
        ["not a time such as 2024-12-31 08:00:00", "as it was kept of old"],
        ["n’est pas un moment comme 2024-12-31 08:00:00", "as it was kept of old"],
    ]


def test_why_an_import_failed_is_told_in_the_language_of_who_reads_it(
    youths: Trajectory, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    client = signed_in(lead())
    log = LOG + "x" * 1_100_000
    upload = say(client, send(client, log), "take", django_capture_on_commit_callbacks)

    pages = [
        client.get("/trajectories/youths/events/", headers={"Accept-Language": language}) for language in ("en", "fr")
    ]

    assert upload.stage == UploadStage.TRIED
    whys = [row.why for page in pages for _batch, row, _can_undo in page.context["batches"]]
    assert whys == ["Line 5 is too long to be an event.", "La ligne 5 est trop longue pour être un événement."]


def test_a_spreadsheet_is_looked_at_tried_and_taken_like_csv(
    youths: Trajectory, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    client = signed_in(lead())
    rows = [line.split(";") for line in LOG.splitlines()]
    upload = send(client, workbook(*rows, ("Roy", Formula("A1"), "03/01/2024", "north")), name="log.xlsx")

    preview = client.get(f"/trajectories/youths/events/{upload.pk}/").context["preview"]
    tried = say(client, upload, "try", django_capture_on_commit_callbacks).outcome
    taken = say(client, upload, "take", django_capture_on_commit_callbacks)

    assert (preview.format, preview.is_csv, preview.rows[0]) == (
        "XLSX", False, ("Tremblay", "REFERRAL", "03/01/2024", "north", "bonjour"),
    )  # fmt: skip
    assert [(line, field) for line, field, _reason in tried["refusals"]] == [(4, "at"), (5, "quoi")]
    assert (tried["new"], taken.stage, Event.objects.count()) == (2, UploadStage.TAKEN, 2)


def test_the_rows_of_units_that_are_not_ones_own_are_refused(
    youths: Trajectory, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    client = signed_in(lead("north"))
    log = LOG + "Roy;REFERRAL;18/01/2024;south;\nRoy;REFERRAL;18/01/2024;;\n"

    upload = say(client, send(client, log), "take", django_capture_on_commit_callbacks)

    assert (upload.outcome["new"], upload.outcome["refused"]) == (2, 3)
    assert [(line, field) for line, field, _reason in upload.outcome["refusals"]] == [
        (4, "at"), (5, "unit"), (6, "unit"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "sign"),
    [
        (b"PK\x03\x04rest", "no spreadsheet"),
        (b"\x00\x01\x02", "not text"),
        (b"", "empty"),
        (gzip.compress(b"", mtime=0), "empty"),
    ],
)
def test_a_file_that_is_no_log_is_refused_in_words(youths: Trajectory, content: bytes, sign: str) -> None:
    client = signed_in(lead())
    upload = send(client, content or b"\n", name="Tremblay.bin")

    page = client.get(f"/trajectories/youths/events/{upload.pk}/")

    assert sign in page.context["preview"].refused
    assert str(uploads.folder()) not in page.content.decode()


def test_a_cancelled_file_is_gone_and_nothing_can_be_done_with_it_any_more(youths: Trajectory, folder: Path) -> None:
    client = signed_in(lead())
    upload = send(client)

    client.post(f"/trajectories/youths/events/{upload.pk}/", {"do": "cancel"})
    client.post(f"/trajectories/youths/events/{upload.pk}/", {"do": "take"})

    upload.refresh_from_db()
    assert (upload.stage, list(folder.iterdir())) == (UploadStage.CANCELLED, [])


def test_a_file_on_which_nobody_decided_for_a_day_is_gone(youths: Trajectory, folder: Path) -> None:
    upload = send(signed_in(lead()))
    now = upload.sent_at
    os.utime(folder / upload.file, (now.timestamp(), now.timestamp()))

    early, late = forget_old(now=now), forget_old(now=now + dt.timedelta(days=1, minutes=5))

    upload.refresh_from_db()
    assert (early, late, upload.stage, list(folder.iterdir())) == (0, 1, UploadStage.CANCELLED, [])
    forget_old(now=now + dt.timedelta(days=31))
    assert EventUpload.objects.count() == 0


def test_a_job_that_is_taken_up_again_begins_anew(
    youths: Trajectory, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    client = signed_in(lead())
    upload = send(client)
    lost = EventBatch.objects.create(trajectory=youths, name="lost")
    client.post(f"/trajectories/youths/events/{upload.pk}/", SAID | {"do": "take"})
    EventUpload.objects.filter(pk=upload.pk).update(batch=lost)

    read_upload(upload.pk)
    read_upload(upload.pk)

    lost.refresh_from_db()
    assert (Event.objects.count(), lost.error != "", EventBatch.objects.finished().count()) == (2, True, 1)


def test_an_import_is_undone_as_a_whole_by_who_brought_it(
    youths: Trajectory, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    client = signed_in(lead())
    batch = say(client, send(client), "take", django_capture_on_commit_callbacks).batch
    assert batch is not None
    other = signed_in(build.person_with(RoleName.LEAD, Unit.objects.get(code="centre"), email="other@example.org"))

    refused = other.post(f"/trajectories/youths/imports/{batch.pk}/undo/")
    client.post(f"/trajectories/youths/imports/{batch.pk}/undo/")

    batch.refresh_from_db()
    assert (refused.status_code, batch.undone_at is not None) == (403, True)
    assert Event.objects.filter(superseded_by__isnull=True).count() == 0


def test_a_running_import_is_told_and_broken_off(youths: Trajectory) -> None:
    person = lead()
    client = signed_in(person)
    upload = send(client)
    running = EventBatch.objects.create(
        trajectory=youths, name="log.csv", imported_by=person, share_read=0.4, rows_read=400
    )
    EventUpload.objects.filter(pk=upload.pk).update(stage=UploadStage.TAKING, batch=running)

    state = client.get(f"/trajectories/youths/events/{upload.pk}/state/", headers={"HX-Request": "true"})
    client.post(f"/trajectories/youths/events/{upload.pk}/", {"do": "cancel"})
    after = client.get(f"/trajectories/youths/events/{upload.pk}/state/", headers={"HX-Request": "true"})

    running.refresh_from_db()
    assert 'value="0.4"' in state.content.decode()
    assert (running.cancelled_at is not None, after.headers["HX-Refresh"]) == (True, "true")


def test_a_file_is_for_who_sent_it_and_events_for_who_enters_figures(youths: Trajectory) -> None:
    upload = send(signed_in(lead()))
    centre = Unit.objects.get(code="centre")
    other, viewer = (
        signed_in(build.person_with(role, centre, email=f"{role}@example.org"))
        for role in (RoleName.ADMINISTRATOR, RoleName.VIEWER)
    )

    answers = [
        client.get(address).status_code
        for client in (other, viewer)
        for address in (f"/trajectories/youths/events/{upload.pk}/", "/trajectories/youths/events/")
    ]

    assert answers == [404, 200, 403, 403]


def test_the_case_of_an_ocel_log_is_chosen_before_it_is_looked_at(youths: Trajectory) -> None:
    client = signed_in(lead())
    upload = send(client, json.dumps(OCEL, indent=1), "log.json")
    address = f"/trajectories/youths/events/{upload.pk}/"

    asked = client.get(address).context["preview"]
    client.post(address, {"do": "map", "case": "Child"})
    page = client.get(address)

    assert (asked.refused, asked.cases) == ("Choose which type of object is the case.", ("Child", "Clinic"))
    assert (page.context["preview"].refused, len(page.context["preview"].rows)) == ("", 2)
    assert '<input type="hidden" name="case" value="Child">' in page.content.decode()
