"""The page of refreshes: how each trajectory stands, for whom, and who may have it measured now."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organisation.choices import RoleName
from organisation.models import Person
from tests import build
from tests.trajectories.logs import add, trajectory
from trajectories.models import EventBatch, Refresh, Trajectory
from trajectories.views.states import batch_state, span_text, state_faces

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def refreshed(of: Trajectory, *, minutes: int = 5, error: str = "") -> Refresh:
    """A refresh that began so many minutes ago and took two seconds."""
    began = NOW - dt.timedelta(minutes=minutes)
    return Refresh.objects.create(
        trajectory=of, started_at=began, finished_at=began + dt.timedelta(seconds=2), error=error, events=1200
    )


@pytest.mark.parametrize(
    ("stale_minutes", "error", "word"),
    [
        (None, "", "up to date"),
        (None, None, "never measured"),
        (None, "gap: no such column", "failed"),
        (2, "", "news has come"),
        (30, "", "late"),
    ],
)
def test_a_word_says_how_a_trajectory_stands(stale_minutes: int | None, error: str | None, word: str) -> None:
    stale = None if stale_minutes is None else NOW - dt.timedelta(minutes=stale_minutes)
    youths = trajectory(stale_since=stale)
    if error is not None:
        refreshed(youths, error=error)

    (state,) = state_faces(build.person_with(RoleName.VIEWER, build.unit("centre")), now=NOW, today=NOW.date())

    assert (state.word, state.why, state.can_run) == (word, error or "", False)


def test_where_an_unforeseen_fault_arose_is_for_administrators_alone() -> None:
    row = refreshed(trajectory(), error="Something went wrong.")
    Refresh.objects.filter(pk=row.pk).update(detail="KeyError, trajectories/tasks.py:12 (read)")
    centre = build.unit("centre")

    faces = [
        state_faces(build.person_with(role, centre), now=NOW, today=NOW.date())[0].refreshes[0]
        for role in (RoleName.LEAD, RoleName.ADMINISTRATOR)
    ]

    assert [(face.error, face.detail) for face in faces] == [
        ("Something went wrong.", ""),
        ("Something went wrong.", "KeyError, trajectories/tasks.py:12 (read)"),
    ]


def test_the_last_refreshes_and_imports_are_listed_newest_first() -> None:
    youths = trajectory()
    for minutes in range(8):
        refreshed(youths, minutes=minutes)
    add(youths)

    (state,) = state_faces(build.person_with(RoleName.LEAD, build.unit("centre")), now=NOW, today=NOW.date())

    assert [NOW - row.started_at for row in state.refreshes] == [dt.timedelta(minutes=n) for n in range(5)]
    assert (state.refreshes[0].duration, state.refreshes[0].events, state.can_run) == ("2.0\u00a0s", "1200", True)
    assert [(row.name, row.read, row.state) for row in state.batches] == [("API", "8", "taken")]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"finished_at": NOW}, "taken"),
        ({"finished_at": NOW, "rows_refused": 2}, "taken, some refused"),
        ({"share_read": 0.42}, "running 42\u00a0%"),
        ({"error": "no header"}, "failed"),
        ({"error": "cancelled", "cancelled_at": NOW}, "cancelled"),
        ({"finished_at": NOW, "undone_at": NOW}, "undone"),
    ],
)
def test_a_word_says_how_far_an_import_is(fields: dict[str, object], word: str) -> None:
    assert batch_state(EventBatch(**fields))[0] == word


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.84, "0.8\u00a0s"), (59, "59.0\u00a0s"), (240, "4\u00a0min"), (3 * 3600, "3\u00a0h"), (2 * 86400, "2 d")],
)
def test_spans_are_said_shortly(seconds: float, said: str) -> None:
    assert span_text(dt.timedelta(seconds=seconds)) == said


def test_leads_have_a_trajectory_measured_now_and_those_who_only_look_do_not() -> None:
    centre = build.unit("centre")
    trajectory()
    lead, viewer = (
        signed_in(build.person_with(role, centre, email=f"{role}@example.org"))
        for role in (RoleName.LEAD, RoleName.VIEWER)
    )

    answers = [client.post("/trajectories/youths/refresh/").status_code for client in (lead, viewer)]

    assert answers == [302, 403]
    assert "Run now" in lead.get("/trajectories/").content.decode()
    assert "Run now" not in viewer.get("/trajectories/").content.decode()


def test_the_page_costs_the_same_for_one_trajectory_and_for_three() -> None:
    client = signed_in(build.person_with(RoleName.LEAD, build.unit("centre")))
    asked = []
    for code in ("one", "two", "three"):
        refreshed(trajectory(code))
        client.get("/trajectories/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/trajectories/")
        asked.append(len(queries))

    assert asked[0] == asked[2]


def test_a_page_that_has_the_state_already_gets_nothing() -> None:
    client = signed_in(build.person_with(RoleName.LEAD, build.unit("centre")))
    trajectory()

    first = client.get("/trajectories/", headers={"HX-Request": "true"})
    again = client.get("/trajectories/", headers={"HX-Request": "true", "If-None-Match": first["ETag"]})

    assert (first.status_code, again.status_code) == (200, 304)


def test_nobody_without_a_role_looks_at_the_page() -> None:
    answer = signed_in(build.person("nobody@example.org")).get("/trajectories/")

    assert answer.status_code == 403
