"""Events are corrected, withdrawn and undone; what was known at any moment can still be asked."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trajectories.logs import NOW, trajectory
from trajectories.models import Event, EventBatch, Trajectory, Withdrawal
from trajectories.operations import add_events
from trajectories.operations.intake.undoing import NotUndoable, OthersRestOnIt, undo_events
from trajectories.queries.logs import read_log

pytestmark = pytest.mark.django_db


@pytest.fixture
def youths() -> Trajectory:
    return trajectory()


def told(event: str = "e1", at: str = "2024-01-05", activity: str = "REFERRAL", **more: object) -> dict[str, object]:
    return {"case": "ada", "activity": activity, "at": at, "unit": "north", "event": event} | more


def send(to: Trajectory, *rows: dict[str, object], days: int = 0) -> tuple[int, int, int]:
    """Send rows so many days after the first day; return what was new, changed and unchanged."""
    report = add_events(trajectory=to, rows=rows, by=None, now=NOW + dt.timedelta(days=days))
    assert report.refusals == []
    return report.new, report.changed, report.unchanged


def days_of(of: Trajectory, known: int | None = None) -> list[str]:
    """Return the days of the events in force, now or as known so many days after the first day."""
    log = read_log(of, known_on=None if known is None else NOW + dt.timedelta(days=known))
    return [str(day) for day in log["day"].sort()]


def last_batch() -> EventBatch:
    return EventBatch.objects.order_by("-pk")[0]


def test_the_same_id_with_other_content_is_a_correction(youths: Trajectory) -> None:
    first = send(youths, told(at="2024-01-05"), told("e2", "2024-01-20"))

    second = send(youths, told(at="2024-01-06"), days=1)

    assert (first, second) == ((2, 0, 0), (0, 1, 0))
    assert days_of(youths) == ["2024-01-06", "2024-01-20"]
    assert Event.objects.count() == 3


def test_both_versions_are_kept_and_known_on_tells_which_was_believed(youths: Trajectory) -> None:
    send(youths, told(at="2024-01-05"))
    send(youths, told(at="2024-01-06"), days=10)
    send(youths, told(withdrawn=True), days=20)

    assert [days_of(youths, known=day) for day in (-1, 0, 9, 10, 19, 20)] == [
        [],
        ["2024-01-05"],
        ["2024-01-05"],
        ["2024-01-06"],
        ["2024-01-06"],
        [],
    ]


def test_the_same_rows_again_change_nothing_whatever_came_between(youths: Trajectory) -> None:
    rows = [told(at="2024-01-05"), told("e2", withdrawn="yes"), told("e2")]
    send(youths, *rows)
    send(youths, told(at="2024-01-06"), days=1)

    again = send(youths, *rows, days=2)

    assert again == (0, 0, 3)
    assert days_of(youths) == ["2024-01-06"]


def test_a_withdrawal_may_come_before_its_event_and_says_no_more_than_its_id(youths: Trajectory) -> None:
    first = send(youths, {"event": "e1", "withdrawn": "1"})

    second = send(youths, told(), days=1)

    assert (first, second) == ((0, 1, 0), (1, 0, 0))
    assert days_of(youths) == []


def test_what_the_source_recorded_later_counts_also_if_it_comes_first(youths: Trajectory) -> None:
    send(youths, told(at="2024-01-07", recorded="2024-02-02T08:00:00Z"))

    late = send(youths, told(at="2024-01-05", recorded="2024-02-01T08:00:00Z"), days=1)

    assert late == (0, 1, 0)
    assert days_of(youths) == ["2024-01-07"]


def test_an_event_recorded_after_its_withdrawal_is_back(youths: Trajectory) -> None:
    send(youths, told(recorded="2024-02-01"), told(recorded="2024-02-02", withdrawn=1))

    send(youths, told(at="2024-01-09", recorded="2024-02-03"), days=1)

    assert days_of(youths) == ["2024-01-09"]


def test_versions_in_one_file_follow_their_lines(youths: Trajectory) -> None:
    counts = send(youths, told(at="2024-01-05"), told(at="2024-01-06"), told(at="2024-01-07"))

    assert counts == (1, 2, 0)
    assert days_of(youths) == ["2024-01-07"]


def test_a_withdrawal_without_an_id_is_refused(youths: Trajectory) -> None:
    report = add_events(trajectory=youths, rows=[told(None, withdrawn="oui")], by=None, now=NOW)  # type: ignore[arg-type]

    assert [(one.field, one.reason) for one in report.refusals] == [
        ("withdrawn", "withdrawn without the id of its event")
    ]


def test_undoing_an_import_brings_back_what_it_corrected_and_withdrew(youths: Trajectory) -> None:
    send(youths, told("e1", "2024-01-05"), told("e2", "2024-01-10"))
    send(youths, told("e1", "2024-01-06"), told("e2", withdrawn=True), told("e3", "2024-01-20"), days=1)

    undo_events(batch=last_batch(), by=None, now=NOW + dt.timedelta(days=2))

    assert days_of(youths) == ["2024-01-05", "2024-01-10"]
    assert days_of(youths, known=1) == ["2024-01-06", "2024-01-20"]
    assert days_of(youths, known=0) == ["2024-01-05", "2024-01-10"]
    assert Withdrawal.objects.count() == 0


def test_what_was_undone_may_come_again(youths: Trajectory) -> None:
    send(youths, told("e1", "2024-01-05"))
    rows = [told("e1", "2024-01-06"), told(None, "2024-01-20")]  # type: ignore[arg-type]
    send(youths, *rows, days=1)
    undo_events(batch=last_batch(), by=None, now=NOW + dt.timedelta(days=2))

    again = send(youths, *rows, days=3)

    assert again == (1, 1, 0)
    assert days_of(youths) == ["2024-01-06", "2024-01-20"]


def test_an_import_on_which_later_ones_rest_is_undone_after_them(youths: Trajectory) -> None:
    send(youths, told("e1", "2024-01-05"))
    first = last_batch()
    send(youths, told("e1", "2024-01-06"), days=1)
    later = last_batch()

    with pytest.raises(OthersRestOnIt, match=f": {later.pk}\\."):
        undo_events(batch=first, by=None, now=NOW)

    undo_events(batch=later, by=None, now=NOW + dt.timedelta(days=2))
    undo_events(batch=first, by=None, now=NOW + dt.timedelta(days=3))
    assert days_of(youths) == []


def test_an_import_that_only_repeated_keeps_the_first_from_being_undone(youths: Trajectory) -> None:
    send(youths, told(None))  # type: ignore[arg-type]
    first = last_batch()
    send(youths, told(None), days=1)  # type: ignore[arg-type]

    with pytest.raises(OthersRestOnIt):
        undo_events(batch=first, by=None, now=NOW)


def test_undoing_asks_for_a_refresh_and_is_done_once(youths: Trajectory) -> None:
    send(youths, told())
    batch = last_batch()
    EventBatch.objects.update(measured_at=NOW)
    Trajectory.objects.update(stale_since=None)

    undo_events(batch=batch, by=None, now=NOW + dt.timedelta(days=2))

    assert Trajectory.objects.get().stale_since == NOW + dt.timedelta(days=2)
    assert list(EventBatch.objects.unmeasured()) == [batch]
    with pytest.raises(NotUndoable):
        undo_events(batch=batch, by=None, now=NOW)


def test_the_command_undoes_an_import_by_its_number(youths: Trajectory) -> None:
    send(youths, told())
    said = io.StringIO()

    call_command("undo_events", str(last_batch().pk), stdout=said)

    assert said.getvalue().endswith("is undone; 1 event left force or came back.\n")
    with pytest.raises(CommandError, match="nothing to undo"):
        call_command("undo_events", str(last_batch().pk))


VERSIONS = st.tuples(
    st.sampled_from(["e1", "e2"]),
    st.integers(1, 28),
    st.booleans(),
)


@given(st.permutations(range(6)), st.lists(VERSIONS, min_size=6, max_size=6), st.integers(1, 6))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_with_times_of_recording_no_order_of_arrival_matters(
    youths: Trajectory, order: list[int], versions: list[tuple[str, int, bool]], cut: int
) -> None:
    Event.objects.all().delete()
    EventBatch.objects.all().delete()
    rows = [
        told(event, f"2024-01-{day:02}", recorded=f"2024-02-{number + 1:02}", withdrawn=is_gone)
        for number, (event, day, is_gone) in enumerate(versions)
    ]
    last = {str(row["event"]): row for row in rows}

    send(youths, *(rows[place] for place in order[:cut]))
    send(youths, *(rows[place] for place in order[cut:]), days=1)

    assert days_of(youths) == sorted(str(row["at"]) for row in last.values() if not row["withdrawn"])
