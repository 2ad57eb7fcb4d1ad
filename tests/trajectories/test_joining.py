"""Numbers that are joined (HL7 A40 and the like): one person from then on, whatever came before and whatever comes after."""

from __future__ import annotations

import datetime as dt
import io
from itertools import permutations
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from core.imports import ImportReport
from tests import build
from tests.trajectories.logs import trajectory
from trajectories.calculations.rows.joins import Joins, Link
from trajectories.forms.reading import Wishes, open_events
from trajectories.forms.sources import Source
from trajectories.models import Event, EventBatch, Joining, Trajectory
from trajectories.operations import Origin, import_events, refresh
from trajectories.operations.intake.undoing import OthersRestOnIt, undo_events
from trajectories.operations.rotating import rotate_keys

pytestmark = pytest.mark.django_db
LATER = dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def youths() -> Trajectory:
    build.units("north", "south", parent=build.unit("centre"))
    return trajectory(clock={"start": ["Admission"], "stop": ["Transfer"], "close": ["Discharge"]})


def message(trigger: str, day: int, person: str = "", *, visit: str = "", account: str = "", mrg: str = "") -> str:
    """A message of January 2024; without a visit or an account the person's number is that of the case."""
    at = f"202401{day:02d}"
    lines = [
        f"MSH|^~\\&|HIS|C1|OBEYA|C1|{at}||ADT^{trigger}|{trigger}{day}|P|2.5",
        f"EVN|{trigger}|{at}||||{at}",
        f"PID|1||{person}^^^C1|||||||||||||||{account}",
        *([f"MRG|{mrg}"] if mrg else []),
        "|".join(["PV1", "1", "I", "north", *[""] * 15, visit]),
    ]
    return "\r".join(lines) + "\r"


def take(youths: Trajectory, tmp_path: Path, *messages: str) -> tuple[int, int, int, int]:
    """Import messages; return how many were read, new, changed and refused."""
    path = tmp_path / "log.hl7"
    path.write_text("".join(messages))
    report = ImportReport()
    opened = open_events(Source(path), report, Wishes())
    import_events(
        trajectory=youths,
        chunks=opened.chunks,
        origin=Origin("log", {}, "UTC", joined=opened.joined),
        report=report,
        now=LATER + dt.timedelta(hours=EventBatch.objects.count()),
    )
    return report.read, report.new, report.changed, report.refused


def groups(*, known: bool = False) -> list[list[str]]:
    """Return the days of the events in force, person by person and case by case: `3/5` are two of one case."""
    people: dict[object, dict[object, list[str]]] = {}
    for event in Event.objects.in_force().order_by("wall"):
        people.setdefault(event.person, {}).setdefault(event.case, []).append(str(event.wall.day))
    return sorted(["/".join(days) for days in cases.values()] for cases in people.values())


A40 = message("A40", 9, "new", mrg="old^^^C1")


def test_all_that_was_said_of_the_old_number_is_of_the_one_that_remains(youths: Trajectory, tmp_path: Path) -> None:
    take(youths, tmp_path, message("A01", 1, "old", visit="v1"), message("A01", 2, "old"), message("A03", 5, "new"))
    apart = groups()

    counts = take(youths, tmp_path, A40)

    assert apart == [["1", "2"], ["5"]]
    assert counts == (1, 0, 1, 0)
    # The visit keeps its number; where the person's was that of the passage, it is one passage now.
    assert groups() == [["1", "2/5"]]
    assert Joining.objects.count() == 1


def test_in_whatever_order_messages_come_the_result_is_the_same(youths: Trajectory, tmp_path: Path) -> None:
    chain = message("A40", 10, "newest", mrg="new")
    messages = [message("A01", 1, "old"), A40, chain, message("A03", 5, "newest")]

    found = []
    for order in permutations(messages):
        for one in order:
            take(youths, tmp_path, one)
        found.append(groups())
        EventBatch.objects.all().delete()
        Event.objects.all().delete()

    assert found == [[["1/5"]]] * 24


def test_in_one_file_too_what_comes_before_and_after_follows(youths: Trajectory, tmp_path: Path) -> None:
    take(youths, tmp_path, message("A01", 1, "old"), A40, message("A02", 3, "old"), message("A03", 5, "new"))

    assert groups() == [["1/3/5"]]


def test_the_same_again_changes_nothing(youths: Trajectory, tmp_path: Path) -> None:
    events = [message("A01", 1, "old"), message("A03", 5, "new")]
    take(youths, tmp_path, *events)
    take(youths, tmp_path, A40)

    again = [take(youths, tmp_path, *events), take(youths, tmp_path, A40)]

    assert again == [(2, 0, 0, 0), (1, 0, 0, 0)]
    assert groups() == [["1/5"]]


def test_an_event_that_was_moved_is_corrected_under_its_id(youths: Trajectory, tmp_path: Path) -> None:
    take(youths, tmp_path, message("A01", 1, "old", visit="v1"))
    take(youths, tmp_path, A40)

    take(youths, tmp_path, message("A01", 2, "old", visit="v1"), message("A03", 4, "new", visit="v1"))

    assert groups() == [["2/4"]]


def test_an_undoing_parts_them_again_and_what_rests_on_it_is_undone_first(youths: Trajectory, tmp_path: Path) -> None:
    take(youths, tmp_path, message("A01", 1, "old"), message("A03", 5, "new"))
    take(youths, tmp_path, A40)
    joined = EventBatch.objects.latest("pk")
    take(youths, tmp_path, message("A02", 7, "old"))
    late = EventBatch.objects.latest("pk")

    with pytest.raises(OthersRestOnIt):
        undo_events(batch=joined, by=None, now=LATER + dt.timedelta(days=1))
    for batch in (late, joined):
        undo_events(batch=batch, by=None, now=LATER + dt.timedelta(days=1))

    assert groups() == [["1"], ["5"]]
    assert not Joining.objects.exists()
    assert take(youths, tmp_path, A40, message("A02", 7, "old")) == (2, 1, 1, 0)
    assert groups() == [["1/5/7"]]


@pytest.mark.parametrize(
    ("before", "after", "joining"),
    [
        ({"visit": "v1"}, {"visit": "v2"}, message("A42", 9, "p", visit="v2", mrg="||||v1")),
        ({"visit": "v1"}, {"visit": "v2"}, message("A50", 9, "p", visit="v2", mrg="||||v1")),
        ({"account": "a1"}, {"account": "a2"}, message("A41", 9, "p", account="a2", mrg="||a1")),
        ({"account": "a1"}, {"account": "a2"}, message("A35", 9, "p", account="a2", mrg="||a1")),
    ],
)
def test_visits_and_accounts_of_a_person_are_joined_and_nobody_else_s(
    before: dict[str, str], after: dict[str, str], joining: str, youths: Trajectory, tmp_path: Path
) -> None:
    take(youths, tmp_path, message("A01", 1, "p", **before), message("A04", 2, "q", **before), joining)

    take(youths, tmp_path, message("A03", 5, "p", **after))

    assert groups() == [["1/5"], ["2"]]


def test_a_visit_with_the_number_of_a_patient_who_is_joined_stays_its_own(youths: Trajectory, tmp_path: Path) -> None:
    take(youths, tmp_path, message("A01", 1, "old"), message("A04", 2, "other", visit="old"), message("A03", 5, "new"))

    take(youths, tmp_path, A40)

    assert groups() == [["1/5"], ["2"]]


def test_a_message_joins_each_of_its_groups(youths: Trajectory, tmp_path: Path) -> None:
    take(youths, tmp_path, *(message("A01", day, person) for day, person in enumerate("abcd", 1)))
    both = message("A40", 9, "b", mrg="a") + "PID|2||d\rMRG|c\r"

    counts = take(youths, tmp_path, both)

    assert counts == (2, 0, 2, 0)
    assert groups() == [["1/2"], ["3/4"]]


def test_a_message_that_does_not_name_both_numbers_is_refused(youths: Trajectory, tmp_path: Path) -> None:
    assert take(youths, tmp_path, message("A40", 9, "new"), message("A40", 9, "", mrg="old")) == (2, 0, 0, 2)
    assert take(youths, tmp_path, message("A40", 9, "new", mrg="new")) == (1, 0, 0, 0)


def test_whoever_sends_for_some_units_alone_joins_nobody(youths: Trajectory, tmp_path: Path) -> None:
    path, report = tmp_path / "log.hl7", ImportReport()
    path.write_text(message("A01", 1, "old") + A40)
    opened = open_events(Source(path), report, Wishes())
    origin = Origin("log", {}, "UTC", joined=opened.joined, may_touch=lambda unit: unit == "north")

    import_events(trajectory=youths, chunks=opened.chunks, origin=origin, report=report, now=LATER)

    assert [(one.field, one.reason) for one in report.refusals] == [
        ("person", "You may not join the events of people of any unit.")
    ]
    assert (Event.objects.count(), Joining.objects.count()) == (1, 0)


def test_a_refresh_follows_what_was_joined_and_parted(youths: Trajectory, tmp_path: Path) -> None:
    youths.measures.create(indicator=build.indicator("delay", kind="duration"), measure="access_delay", params={})
    youths.measures.create(
        indicator=build.indicator("returns", kind="ratio"),
        measure="return_within_N",
        params={"N": 30, "back": ["Admission"], "key": "person"},
    )
    take(
        youths,
        tmp_path,
        message("A01", 1, "old"),
        message("A02", 4, "new"),
        message("A03", 6, "new"),
        message("A01", 12, "old", visit="v9"),
    )
    rows = [refresh(youths, now=LATER + dt.timedelta(days=1))]
    take(youths, tmp_path, A40)
    rows.append(refresh(youths, now=LATER + dt.timedelta(days=2)))
    rows.append(refresh(youths, now=LATER + dt.timedelta(days=2, hours=1), full=True))
    undo_events(batch=EventBatch.objects.latest("pk"), by=None, now=LATER + dt.timedelta(days=3))
    rows.append(refresh(youths, now=LATER + dt.timedelta(days=3, hours=1), full=True))

    assert [(row.error, row.differences) for row in rows if row] == [("", None), ("", None), ("", 0), ("", None)]
    assert rows[1] is not None
    assert rows[1].observations_changed > 0


def test_numbers_stay_joined_under_a_further_key(youths: Trajectory, tmp_path: Path, settings: Settings) -> None:
    settings.PSEUDONYM_KEYS = ["first"]
    take(youths, tmp_path, message("A01", 1, "old"), A40)
    settings.PSEUDONYM_KEYS = ["first", "second"]
    rotate_keys(now=LATER)

    take(youths, tmp_path, message("A02", 3, "old"), message("A03", 5, "new"))

    assert groups() == [["1/3/5"]]
    assert take(youths, tmp_path, A40) == (1, 0, 0, 0)


def test_no_number_is_kept_told_or_shown(youths: Trajectory, tmp_path: Path) -> None:
    path, said = tmp_path / "log.hl7", io.StringIO()
    path.write_text(message("A01", 1, "Tremblay-1985") + message("A40", 9, "Gagnon-1990", mrg="Tremblay-1985"))

    call_command("import_events", "youths", str(path), stdout=said, stderr=said)

    kept = [said.getvalue(), *(str(list(model.objects.values())) for model in (Event, Joining, EventBatch))]
    assert [text for text in kept if "Tremblay" in text or "Gagnon" in text] == []


LINKS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")).filter(lambda pair: pair[0] != pair[1])
)


@given(LINKS, st.randoms())
def test_what_hangs_together_is_one_in_whatever_order_that_is_told(
    links: list[tuple[str, str]], random: object
) -> None:
    told = [Link(one, one, other, other) for one, other in links]
    shuffled = list(told)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a Random of hypothesis

    first, second = (Joins((link, 1) for link in order) for order in (told, shuffled))

    def parts(joins: Joins) -> set[frozenset[str]]:
        names = {one: (joins.person(one), joins.case(one, one)) for one in "abcdef"}
        return {frozenset(one for one in names if names[one] == name) for name in names.values()}

    assert parts(first) == parts(second)


@pytest.mark.parametrize("step", [1, -1])
def test_a_long_chain_is_one_person(step: int) -> None:
    links = [Link(f"p{n}", f"c{n}", f"p{n + 1}", f"c{n + 1}") for n in range(5_000)][::step]

    joins = Joins((link, 1) for link in links)

    assert {(joins.person(f"p{n}"), joins.case(f"p{n}", f"c{n}")) for n in range(5_001)} == {("p5000", "c5000")}
