"""Pseudonyms follow a new key, and people are the same before and after."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import io
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from tests.locks import wait_until_free
from tests.trajectories.logs import NOW, add, trajectory
from trajectories.calculations.rows.pseudonyms import pseudonym
from trajectories.models import AwaitedEvent, Event, EventBatch, FlowMap, PastMap, Trajectory, Withdrawal
from trajectories.operations import Drawing, add_events, keep_maps, map_on, refresh, rotating
from trajectories.operations.intake.undoing import undo_events
from trajectories.operations.keys import OtherKey
from trajectories.operations.rotating import RotationRefused, rotate_keys
from trajectories.queries import map_as_of, measure
from trajectories.queries.keys import RotationUnderWay
from trajectories.queries.logs import read_log

ROWS = [
    {"case": "ada", "activity": "A", "at": "2024-01-01", "person": "p", "worker": "w", "event": "e1"},
    {"case": "ada", "activity": "B", "at": "2024-01-02"},
    {"event": "e9", "withdrawn": "1"},
]


@pytest.fixture
def youths(settings: Settings) -> Trajectory:
    settings.PSEUDONYM_KEYS = ["old"]
    return trajectory()


def send(to: Trajectory, *rows: object, days: int = 0) -> tuple[int, int, int]:
    report = add_events(trajectory=to, rows=rows, by=None, now=NOW + dt.timedelta(days=days))
    return report.new, report.changed, report.unchanged


def begin_rotation(youths: Trajectory, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a rotation broken off after its first row."""
    monkeypatch.setattr(rotating, "ROWS", 1)
    send(youths, *ROWS)
    settings.PSEUDONYM_KEYS = ["old", "new"]
    with pytest.raises(KeyboardInterrupt):
        rotate_keys(now=NOW, tell=break_off)


@pytest.mark.parametrize("key", ["k", "k" * 64, "k" * 200])
def test_a_pseudonym_is_hmac_sha256_of_domain_and_text(key: str) -> None:
    expected = hmac.digest(key.encode(), b"case\x1fada", hashlib.sha256)[:16]

    assert pseudonym("ada", keys=[key], domain="case").bytes == expected


@pytest.mark.django_db
def test_after_a_rotation_the_same_rows_are_known_and_the_same_people_too(
    youths: Trajectory, settings: Settings
) -> None:
    send(youths, *ROWS)
    before = set(Event.objects.values_list("case", "person", "worker", "fingerprint", "source_key"))
    settings.PSEUDONYM_KEYS = ["old", "new", "newer"]

    rows = rotate_keys(now=NOW)

    after = set(Event.objects.values_list("case", "person", "worker", "fingerprint", "source_key"))
    assert rows == 3
    assert {one for row in before for one in row if one} & {one for row in after for one in row if one} == set()
    assert send(youths, *ROWS, days=1) == (0, 0, 3)
    assert send(youths, {**ROWS[0], "at": "2024-01-03"}, {**ROWS[1], "at": "2024-01-09"}, days=2) == (1, 1, 0)
    assert Event.objects.values("case").distinct().count() == 1
    assert Event.objects.filter(case=pseudonym("ada", keys=["old", "new", "newer"], domain="case")).exists()


@pytest.mark.django_db
def test_every_column_with_a_pseudonym_follows(youths: Trajectory, settings: Settings) -> None:
    send(youths, *ROWS)
    awaited = AwaitedEvent.objects.create(trajectory=youths, case=Event.objects.all()[0].case, wall=NOW)
    settings.PSEUDONYM_KEYS = ["old", "new"]

    rotate_keys(now=NOW)

    awaited.refresh_from_db()
    assert awaited.case == pseudonym("ada", keys=["old", "new"], domain="case")
    assert Withdrawal.objects.get().source_key == pseudonym("e9", keys=["old", "new"], domain="event")


def break_off(_done: int, _of: int) -> None:
    raise KeyboardInterrupt


def people() -> set[UUID]:
    return set(Event.objects.values_list("case", flat=True)) | set(
        Withdrawal.objects.values_list("source_key", flat=True)
    )


@pytest.mark.django_db
def test_a_rotation_that_is_broken_off_goes_on_where_it_stood(
    youths: Trajectory, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "ROWS", 3)
    rows = [{"case": f"c{number}", "activity": "A", "at": "2024-01-01", "event": str(number)} for number in range(10)]
    send(youths, *rows, {"event": "gone", "withdrawn": "1"})
    settings.PSEUDONYM_KEYS = ["old", "new"]
    told: list[tuple[int, int]] = []

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            rotate_keys(now=NOW, tell=break_off)
    moved = rotate_keys(now=NOW, tell=lambda done, of: told.append((done, of)))

    assert (moved, told) == (11, [(9, 11), (10, 11), (11, 11)])
    assert people() == {
        *(pseudonym(f"c{number}", keys=["old", "new"], domain="case") for number in range(10)),
        pseudonym("gone", keys=["old", "new"], domain="event"),
    }
    assert send(youths, *rows, days=1) == (0, 0, 10)


@pytest.mark.django_db
def test_until_a_rotation_has_ended_nothing_is_imported_undone_or_measured(
    youths: Trajectory, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_rotation(youths, settings, monkeypatch)

    measured = refresh(youths, now=NOW)
    drawn = map_on(youths, None, NOW.date() - dt.timedelta(days=1), now=NOW)
    for asked in (lambda: measure(youths, "handoffs", {}), lambda: map_as_of(youths, None, NOW)):
        with pytest.raises(RotationUnderWay):
            asked()
    for keys in (["old"], ["old", "new"]):
        settings.PSEUDONYM_KEYS = keys
        with pytest.raises(RotationUnderWay):
            send(youths, *ROWS, days=1)
    with pytest.raises(RotationUnderWay):
        undo_events(batch=EventBatch.objects.finished()[0], by=None, now=NOW)
    settings.PSEUDONYM_KEYS = ["old", "another"]
    with pytest.raises(OtherKey):
        rotate_keys(now=NOW)

    assert measured is not None
    assert "further key" in measured.error
    assert isinstance(drawn, Drawing)
    assert drawn.waits
    assert (keep_maps(youths, now=NOW), FlowMap.objects.count(), PastMap.objects.count()) == (False, 0, 0)


@pytest.mark.django_db
def test_a_rotation_after_which_rows_are_missing_does_not_end(
    youths: Trajectory, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_rotation(youths, settings, monkeypatch)
    Event.objects.order_by("pk")[0].delete()

    with pytest.raises(RotationRefused, match="restore the backup"):
        rotate_keys(now=NOW)

    with pytest.raises(RotationUnderWay):
        send(youths, *ROWS, days=1)


@pytest.mark.django_db(transaction=True)
def test_two_rotations_are_never_at_work_at_once(youths: Trajectory, settings: Settings) -> None:
    send(youths, *ROWS)
    settings.PSEUDONYM_KEYS = ["old", "new"]
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [rotating.LOCK])

    with pytest.raises(RotationRefused, match="Another process"):
        rotate_keys(now=NOW)

    other.close()
    wait_until_free(rotating.LOCK)
    assert rotate_keys(now=NOW) == 3


@pytest.mark.django_db
def test_rotating_again_changes_nothing_and_measures_stay(youths: Trajectory, settings: Settings) -> None:
    add(youths)
    log = read_log(youths).drop("case", "person", "worker")
    settings.PSEUDONYM_KEYS = ["old", "new"]
    rotate_keys(now=NOW)

    assert rotate_keys(now=NOW) == 0
    rotated = read_log(youths).drop("case", "person", "worker")
    assert sorted(map(str, rotated.iter_rows())) == sorted(map(str, log.iter_rows()))


@pytest.mark.django_db
@pytest.mark.parametrize("keys", [["new"], ["new", "old"], ["old", "new"]])
def test_events_under_other_keys_are_refused_rather_than_people_parted(
    keys: list[str], youths: Trajectory, settings: Settings
) -> None:
    send(youths, *ROWS)
    settings.PSEUDONYM_KEYS = keys

    with pytest.raises(OtherKey, match="rotate_pseudonym_key"):
        send(youths, *ROWS, days=1)


@pytest.mark.django_db
def test_the_command_tells_how_many_rows_follow_and_refuses_a_lost_key(youths: Trajectory, settings: Settings) -> None:
    send(youths, *ROWS)
    said = io.StringIO()
    settings.PSEUDONYM_KEYS = ["old", "new"]

    call_command("rotate_pseudonym_key", stdout=said)

    assert said.getvalue() == "3 rows were brought under the new key.\n"
    settings.PSEUDONYM_KEYS = ["lost"]
    with pytest.raises(CommandError, match="under other keys"):
        call_command("rotate_pseudonym_key", stdout=said)
