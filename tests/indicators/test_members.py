"""Different people: exact up to a size, then estimated within bounds, the same whatever the order; never their names."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from indicators.calculations import Parts, add, exactness, figure
from indicators.calculations.members import EXACT, hashed, is_estimated, united
from indicators.choices import Kind
from indicators.models import ColumnMapping, EarlierEntry, ImportBatch, ImportDraft, Indicator, Observation, Value
from indicators.operations import drain_rollups, rebuild_values
from indicators.queries import check_rollups
from organisation.choices import Frequency, RoleName
from organisation.models import Unit
from tests import build
from tests.api.asking import as_program

#: Standard error of the estimate: 1 ÷ √(k − 1).
ERROR = Decimal(EXACT - 1).sqrt() ** -1


def names(first: int, last: int) -> list[str]:
    return [f"P{number:06}" for number in range(first, last)]


def counted(parts: Parts) -> Decimal:
    found = figure("distinct", parts)
    assert found is not None
    return found


@pytest.mark.parametrize("n", [0, 1, 4_095, EXACT])
def test_sets_are_counted_exactly_up_to_a_size(n: int) -> None:
    parts = Parts(members=hashed(names(0, n), keys=["k"]))

    assert counted(parts) == n
    assert exactness(parts).code == "exact"


@pytest.mark.parametrize("n", [EXACT + 1, 10_000, 100_000])
def test_larger_sets_are_estimated(n: int) -> None:
    parts = Parts(members=hashed(names(0, n), keys=["k"]))

    assert abs(counted(parts) / n - 1) < 3 * ERROR
    assert exactness(parts) == ("approximate", "estimated")


def test_overlapping_sets_united_in_any_order_are_the_set_of_all() -> None:
    everyone = names(0, 30_000)
    teams = [Parts(members=hashed(some, keys=["k"])) for some in (everyone[:20_000], everyone[5_000:], everyone[::3])]

    together = add(teams)

    assert together == add(reversed(teams)) == Parts(members=hashed(everyone, keys=["k"]))
    assert abs(counted(together) / len(everyone) - 1) < 3 * ERROR


@given(st.sets(st.integers(0, 2**63 - 1), max_size=50), st.integers(1, 9))
def test_a_set_cut_into_pieces_and_united_is_itself(members: set[int], size: int) -> None:
    listed = list(members)
    pieces = [Parts.of_members(listed[first : first + size]) for first in range(0, len(listed), size)]

    assert (add(pieces).members or ()) == united(members)


def test_another_key_makes_other_hashes() -> None:
    assert not set(hashed(names(0, 100), keys=["a"])) & set(hashed(names(0, 100), keys=["b"]))


@pytest.mark.django_db
def test_people_seen_twice_are_counted_once_at_each_level_and_over_time() -> None:
    hospital, a, _b = people_of_two_teams()

    told = {(row.unit.code, row.period.code): len(row.members or ()) for row in Value.objects.all()}

    assert told == {
        ("a", "2026-01"): 3,
        ("b", "2026-01"): 3,
        ("hospital", "2026-01"): 4,
        ("a", "2026-02"): 2,
        ("hospital", "2026-02"): 2,
        ("a", "2026-Q1"): 4,
        ("b", "2026-Q1"): 3,
        ("hospital", "2026-Q1"): 5,
    }
    assert check_rollups().different == 0
    assert rebuild_values(now=build.LATER) == 0
    assert {hospital.code, a.code} == {"hospital", "a"}


@pytest.mark.django_db
def test_sets_that_are_cut_come_out_the_same_by_every_way() -> None:
    hospital = build.unit("hospital")
    a, b = build.units("a", "b", parent=hospital)
    seen = build.indicator("seen", kind=Kind.DISTINCT)
    build.observation(seen, a, "2026-01", members=hashed(names(0, 5_000), keys=["k"]))
    build.observation(seen, b, "2026-01", members=hashed(names(2_500, 7_500), keys=["k"]))
    drain_rollups(now=build.LATER)

    value = Value.objects.get(unit=hospital)

    assert tuple(value.members or ()) == hashed(names(0, 7_500), keys=["k"])
    assert is_estimated(tuple(value.members or ()))
    assert check_rollups().different == 0
    assert rebuild_values(now=build.LATER) == 0


def people_of_two_teams() -> tuple[Unit, Unit, Unit]:
    hospital = build.unit("hospital")
    a, b = build.units("a", "b", parent=hospital)
    seen = build.indicator("seen", kind=Kind.DISTINCT, also_at=[Frequency.QUARTER])
    build.observation(seen, a, "2026-01", members=[1, 2, 3])
    build.observation(seen, b, "2026-01", members=[2, 3, 4])
    build.observation(seen, a, "2026-02", members=[3, 5])
    drain_rollups(now=build.LATER)
    return hospital, a, b


def everything_kept() -> str:
    """Return all that the database holds of figures and imports, as text."""
    models = (Observation, EarlierEntry, Value, ImportDraft, ImportBatch, ColumnMapping)
    return "\n".join(str(row) for model in models for row in model.objects.values())


@pytest.fixture
def seen() -> Indicator:
    build.unit("a")
    return build.indicator("seen", kind=Kind.DISTINCT)


@pytest.mark.django_db
def test_people_come_from_a_file_and_only_their_hashes_stay(
    seen: Indicator, tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "seen.csv"
    file.write_text("indicator,unit,period,members\nseen,a,2026-01,Ann B.; 7011 ;Ann B.\nseen,a,2026-02,-\n")

    call_command("import_observations", str(file))

    january, february = Observation.objects.order_by("period__starts_on")
    assert tuple(january.members or ()) == hashed(["Ann B.", "7011"], keys=settings.PSEUDONYM_KEYS)
    assert february.members == []
    assert seen.observations.count() == 2
    assert "Ann" not in everything_kept() + capsys.readouterr().out


@pytest.mark.django_db
def test_a_refused_file_repeats_nobody_s_name(
    seen: Indicator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build.indicator("count")
    file = tmp_path / "seen.csv"
    file.write_text(f"indicator,unit,period,members\ncount,a,2026-01,Ann B.\nseen,a,2026-01,{'Ann' * 99}\n")

    with pytest.raises(CommandError) as refusal:
        call_command("import_observations", str(file))

    told = capsys.readouterr()
    refused = (tmp_path / "seen.csv.refused.csv").read_text()
    assert refused.count("\n") == 3
    assert "Ann" not in told.out + told.err + str(refusal.value) + refused


@pytest.mark.django_db
def test_a_draft_in_the_browser_holds_no_names(seen: Indicator, client: Client) -> None:
    person = build.person_with(RoleName.CONTRIBUTOR, at=Unit.objects.get(code="a"))
    client.force_login(person)
    table = b"indicator,unit,period,people\nseen,a,2026-01,Ann B.;Bo C.\n"

    client.post("/enter/import/", {"file": SimpleUploadedFile("seen.csv", table)})
    page = client.get("/enter/import/draft/").content.decode()

    assert ImportDraft.objects.count() == 1
    assert "Ann" not in everything_kept() + page
    assert "2 people" in page
    assert seen.observations.count() == 0


@pytest.mark.django_db
def test_a_program_sends_people_and_reads_how_many(seen: Indicator) -> None:
    job = as_program(build.person(is_superuser=True), may_write=True)
    figure = {"indicator": "seen", "unit": "a", "period": "2026-01"}

    first = job.post("/api/v1/observations/", figure | {"members": ["Ann B.", "Bo C."]}, format="json")
    again = job.post("/api/v1/observations/", figure | {"members": "Bo C.;Ann B."}, format="json")
    wrong = job.post("/api/v1/observations/", figure | {"members": [7]}, format="json")
    kept = job.get("/api/v1/observations/").json()["results"]

    assert [answer.status_code for answer in (first, again, wrong)] == [201, 200, 422]
    assert again.json()["unchanged"] == 1
    assert wrong.json()["code"] == "bad_members"
    assert [(row["people"], row["numerator"], row["histogram"]) for row in kept] == [(2, None, None)]
    assert "Ann" not in everything_kept()
    assert seen.observations.count() == 1
