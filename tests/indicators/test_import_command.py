"""The command line imports as the browser does: columns by other names, a look before, one batch, and undone as a whole."""

import datetime as dt
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from indicators.choices import Kind
from indicators.models import ImportBatch, Indicator, Observation, Value
from organisation.choices import RoleName
from organisation.models import Person, Unit
from tests import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def hospital() -> Unit:
    hospital = build.unit("h")
    build.units("north", "south", parent=hospital)
    ratio = build.indicator("seen", name_en="Seen in time", kind=Kind.RATIO, decimals=1, unit="%")
    build.observation(ratio, Unit.objects.get(code="north"), "2026-08", 17, 21)
    build.observation(ratio, Unit.objects.get(code="south"), "2026-08", 3, 19)
    return hospital


def run(command: str, *args: object, **options: object) -> list[str]:
    out = io.StringIO()
    call_command(command, *map(str, args), stdout=out, stderr=out, **options)
    return out.getvalue().splitlines()


def written(folder: Path, text: str) -> Path:
    file = folder / "figures.csv"
    file.write_text(text)
    return file


def figures() -> list[tuple[str, str, object, object]]:
    rows = Observation.objects.order_by("unit__code", "period__code")
    return list(rows.values_list("unit__code", "period__code", "numerator", "denominator"))


def lead(hospital: Unit) -> Person:
    return build.person_with(RoleName.LEAD, hospital, "lead@example.org")


def test_a_dry_run_says_of_each_row_what_it_would_do_and_keeps_nothing(hospital: Unit, tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "indicator,unit,period,numerator,denominator\n"
        "seen,north,2026-08,18,21\nseen,south,2026-08,3,19\nseen,south,2026-09,5,20\nseen,west,2026-09,5,20\n",
    )
    before = figures()

    said = run("import_observations", file, "--dry-run", "--allow-refused")

    assert said[:5] == [
        "2: changed seen north 2026-08: 17/21 → 18/21 (+4.8)",
        "4: new seen south 2026-09: 5/20",
        "5: refused: unit: no unit has this code (west)",
        "read 4, new 1, changed 1, unchanged 1, refused 1",
        "Nothing was kept: this was a dry run.",
    ]
    assert figures() == before
    assert not ImportBatch.objects.exists()


def test_columns_by_other_names_are_told_and_the_rest_are_not_used(hospital: Unit, tmp_path: Path) -> None:
    file = written(tmp_path, "Indicateur;Équipe;Mois;Num;Dén;Saisi par\nseen;north;2026-09;5;20;Marie\n")

    said = run(
        "import_observations",
        file,
        "--map",
        "indicator=Indicateur, unit=Équipe,period=Mois,numerator=Num,denominator=Dén",
    )

    assert said[1] == "read 1, new 1, changed 0, unchanged 0, refused 0"
    assert figures()[1] == ("north", "2026-09", 5, 20)


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ("team=Équipe", "“team=Équipe” names no column"),
        ("unit=Service", "lacks the columns: service"),
        ("note=Remarque", "There are no columns of these names: remarque."),
    ],
)
def test_a_mapping_that_names_nothing_is_refused(hospital: Unit, tmp_path: Path, mapping: str, sentence: str) -> None:
    file = written(tmp_path, "indicator,unit,period,numerator,denominator\nseen,north,2026-09,5,20\n")

    with pytest.raises(CommandError, match=sentence):
        run("import_observations", file, "--map", mapping)


def test_in_the_name_of_a_person_it_reads_as_the_browser_does_and_remembers(hospital: Unit, tmp_path: Path) -> None:
    person = lead(hospital)
    file = written(tmp_path, "Quoi;Équipe;Mois;Combien\nSeen in time;North;2026-09;5/20\nseen;elsewhere;2026-09;5/20\n")

    first = run(
        "import_observations", file, "--by", person.email, "--map", "indicator=Quoi,value=Combien", "--allow-refused"
    )
    again = run("import_observations", file, "--by", person.email, "--allow-refused")

    assert first[1] == "read 2, new 1, changed 0, unchanged 0, refused 1"
    assert again[0] == "read 2, new 0, changed 0, unchanged 1, refused 1"
    assert ImportBatch.objects.order_by("pk").first().made_by == person  # type: ignore[union-attr]  # it is there
    assert Observation.objects.get(period__code="2026-09").entered_by == person


def test_an_import_is_undone_as_a_whole_while_nobody_has_changed_it(hospital: Unit, tmp_path: Path) -> None:
    before = figures()
    file = written(
        tmp_path, "indicator,unit,period,numerator,denominator\nseen,north,2026-08,18,21\nseen,south,2026-09,5,20\n"
    )
    run("import_observations", file)
    batch = ImportBatch.objects.get()

    said = run("undo_observations", batch.pk)

    assert said == [f"Import {batch.pk} (figures.csv) is undone: 2 figures are as they were."]
    assert figures() == before
    assert Value.objects.get(unit=hospital, period__code="2026-08").numerator == 20
    with pytest.raises(CommandError, match="has been undone already"):
        run("undo_observations", batch.pk)


def test_an_import_that_was_corrected_since_stays(hospital: Unit, tmp_path: Path) -> None:
    file = written(tmp_path, "indicator,unit,period,numerator,denominator\nseen,north,2026-08,18,21\n")
    said = run("import_observations", file)
    batch = ImportBatch.objects.get()
    build.observation(Indicator.objects.get(code="seen"), Unit.objects.get(code="north"), "2026-08", 19, 21)

    with pytest.raises(CommandError, match="1 figure of this import has been changed since"):
        run("undo_observations", batch.pk)

    assert said[0] == f"This was import {batch.pk}; undo_observations takes it back."
    assert figures()[0] == ("north", "2026-08", 19, 21)


def test_the_check_follows_first_what_nobody_has_followed_yet(hospital: Unit) -> None:
    south = Unit.objects.get(code="south")
    run("check_rollups")
    build.move(south, to=build.unit("other", parent=hospital), on=dt.date(2026, 8, 1))

    said = run("check_rollups")

    assert said[0].endswith("differences 0")
    assert Value.objects.get(unit__code="other", period__code="2026-08").denominator == 19
