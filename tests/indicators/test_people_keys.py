"""Sets of people from files follow a further key, or nothing changes and it is said why; nobody is ever two."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from indicators.calculations.members import carried, hashed, key_mark
from indicators.choices import Kind
from indicators.models import EarlierEntry, ImportBatch, Indicator, Observation, PeopleKeys, Value
from indicators.operations import drain_rollups, withdraw_observation
from indicators.operations.people_keys import PeopleNotCarried, carry_people, refuse_to_lose_people
from indicators.operations.refusals import OtherPeopleKeys, SetsForgotten
from indicators.operations.reporting.batches import undo_batch
from indicators.queries import check_rollups
from organisation.choices import Frequency
from organisation.models import Unit
from tests import build
from tests.indicators.entering import signed_in

pytestmark = pytest.mark.django_db
OLD, NEW = ["old"], ["old", "new"]
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
CROWD = ";".join(f"n{number}" for number in range(4_200))


@pytest.fixture
def hospital(settings: Settings) -> Unit:
    settings.PSEUDONYM_KEYS = OLD
    hospital = build.unit("hospital")
    build.units("a", "b", parent=hospital)
    build.indicator("seen", kind=Kind.DISTINCT, also_at=[Frequency.QUARTER])
    return hospital


def take(folder: Path, *rows: str) -> None:
    file = folder / "seen.csv"
    file.write_text("\n".join(["indicator,unit,period,members", *(f"seen,{row}" for row in rows)]) + "\n")
    call_command("import_observations", str(file))


def counted() -> dict[str, int]:
    return {f"{row.unit.code} {row.period.code}": len(row.members or ()) for row in Value.objects.all()}


def hashes() -> set[int]:
    return {
        one
        for model in (Observation, EarlierEntry, Value)
        for members in model._default_manager.values_list("members", flat=True)
        for one in members or ()
    }


def test_a_hash_under_two_keys_is_the_first_hash_under_the_second() -> None:
    assert carried(hashed(["ann", "bob"], keys=OLD), keys=["new"]) == hashed(["ann", "bob"], keys=NEW)
    assert key_mark(OLD) != key_mark(NEW)


def test_after_a_rotation_the_same_people_are_counted_and_known_again(
    hospital: Unit, tmp_path: Path, settings: Settings
) -> None:
    take(tmp_path, "a,2026-01,ann;bob", "b,2026-01,bob;cy", "a,2026-02,ann;bob;di")
    take(tmp_path, "a,2026-02,ann;di")
    before, known = counted(), hashes()
    settings.PSEUDONYM_KEYS = NEW

    call_command("rotate_pseudonym_key")
    after, kept = counted(), hashes()
    take(tmp_path, "b,2026-02,ann;cy")

    assert (before, before["hospital 2026-Q1"]) == (after, 4)
    assert known & kept == set()
    assert counted()["hospital 2026-Q1"] == 4
    assert EarlierEntry.objects.get().members == list(hashed(["ann", "bob", "di"], keys=NEW))
    assert check_rollups().different == 0


def test_until_the_rotation_no_set_is_taken_in_under_the_new_key(
    hospital: Unit, tmp_path: Path, settings: Settings
) -> None:
    take(tmp_path, "a,2026-01,ann;bob")
    settings.PSEUDONYM_KEYS = NEW

    with pytest.raises(CommandError, match="run rotate_pseudonym_key"):
        take(tmp_path, "b,2026-01,ann")
    with pytest.raises(OtherPeopleKeys):
        build.observation(Indicator.objects.get(), hospital, "2026-01", members=[1])

    assert counted() == {"a 2026-01": 2, "hospital 2026-01": 2, "a 2026-Q1": 2, "hospital 2026-Q1": 2}


def test_sets_from_before_keys_were_written_down_are_under_the_first(
    hospital: Unit, tmp_path: Path, settings: Settings
) -> None:
    take(tmp_path, "a,2026-01,ann;bob")
    PeopleKeys.objects.all().delete()
    settings.PSEUDONYM_KEYS = NEW

    with pytest.raises(CommandError):
        take(tmp_path, "b,2026-01,ann")
    call_command("rotate_pseudonym_key")
    take(tmp_path, "b,2026-01,ann")

    assert counted()["hospital 2026-01"] == 2


def test_a_set_that_was_cut_is_named_and_nothing_follows_until_it_is_taken_back(
    hospital: Unit, tmp_path: Path, settings: Settings
) -> None:
    take(tmp_path, "a,2026-01,ann;bob", f"b,2026-01,{CROWD}")
    before = hashes()
    settings.PSEUDONYM_KEYS = NEW

    with pytest.raises(PeopleNotCarried, match="seen b 2026-01"):
        refuse_to_lose_people(NEW)
    with pytest.raises(CommandError, match="seen b 2026-01"):
        call_command("rotate_pseudonym_key")
    is_untouched = hashes() == before
    withdraw_observation(
        indicator=Indicator.objects.get(), unit=Unit.objects.get(code="b"), period=build.period("2026-01"), now=NOW
    )
    drain_rollups(now=NOW)
    call_command("rotate_pseudonym_key")
    take(tmp_path, f"b,2026-01,{CROWD}", "a,2026-02,n1;n2")

    assert is_untouched
    assert Value.objects.get(unit=hospital, period__code="2026-01").members == list(
        hashed(["ann", "bob", *CROWD.split(";")], keys=NEW)
    )
    assert check_rollups().different == 0


def test_of_a_cut_set_that_was_replaced_the_number_is_left_and_it_cannot_come_back(
    hospital: Unit, tmp_path: Path, settings: Settings
) -> None:
    take(tmp_path, f"b,2026-01,{CROWD}")
    take(tmp_path, "b,2026-01,ann;bob")
    settings.PSEUDONYM_KEYS = NEW

    call_command("rotate_pseudonym_key")

    stood = EarlierEntry.objects.get()
    assert (stood.members, 4_000 < (stood.numerator or 0) < 4_400) == (None, True)
    with pytest.raises(SetsForgotten):
        undo_batch(batch=ImportBatch.objects.latest("pk"), by=None, may_enter=None, now=NOW)
    assert len(Observation.objects.get().members or ()) == 2


def test_a_draft_that_was_read_under_an_earlier_key_is_refused_row_by_row(hospital: Unit, settings: Settings) -> None:
    lead = build.person("lead@example.org", is_superuser=True)
    client = signed_in(lead)
    file = b"indicator,unit,period,members\nseen,a,2026-01,ann;bob\n"
    client.post("/enter/import/", {"file": SimpleUploadedFile("seen.csv", file)})
    settings.PSEUDONYM_KEYS = NEW

    page = client.get("/enter/import/draft/").content.decode()

    assert "These people were read under an earlier key: send the file again." in page


def test_nothing_is_done_twice_and_keys_that_do_not_follow_are_refused(
    hospital: Unit, tmp_path: Path, settings: Settings
) -> None:
    take(tmp_path, "a,2026-01,ann;bob")

    carried_once = carry_people(NEW, now=NOW), carry_people(NEW, now=NOW)

    assert carried_once == (1, 0)
    with pytest.raises(OtherPeopleKeys):
        carry_people(["other"], now=NOW)
    assert settings.PSEUDONYM_KEYS == OLD


def test_without_any_set_no_key_is_written_down(hospital: Unit) -> None:
    assert (carry_people(NEW, now=NOW), PeopleKeys.objects.count()) == (0, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM indicators_stalevalue")
        assert cursor.fetchone() == (0,)
