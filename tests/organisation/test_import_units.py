"""Units from a file: moves, refusals, and the same file twice."""

import csv
import datetime as dt
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from core.imports import ImportReport, Refusal
from organisation.forms.unit_rows import read_unit_rows
from organisation.models import Ancestor, Placement, Unit
from organisation.operations import import_units

pytestmark = pytest.mark.django_db
HEADER = "code,name_en,name_fr,kind,parent,valid_from,valid_to\n"


def take(folder: Path, text: str) -> ImportReport:
    path = folder / "units.csv"
    path.write_text(HEADER + text)
    report = ImportReport()
    import_units(rows=read_unit_rows(path, report), report=report)
    return report


def places() -> list[str]:
    rows = Placement.objects.order_by("unit__code", "valid_from")
    return [
        f"{code}<{parent} {first}–{last or ''}"
        for code, parent, first, last in rows.values_list("unit__code", "parent__code", "valid_from", "valid_to")
    ]


def refused(report: ImportReport) -> list[tuple[int, str]]:
    return [(refusal.line, refusal.field) for refusal in report.refusals]


def test_units_are_taken_in_any_order_and_the_same_file_changes_nothing(tmp_path: Path) -> None:
    text = "ward,Ward,Unité,team,nursing,2020-01-01,\nnursing,Nursing,,directorate,,2019-01-01,\n"

    first, again = take(tmp_path, text), take(tmp_path, text)

    ward = Unit.objects.get(code="ward")
    assert (ward.name_en, ward.name_fr, ward.kind) == ("Ward", "Unité", "team")
    assert (ward.opens_on, ward.closes_on) == (dt.date(2020, 1, 1), None)
    assert str(first) == "read 2, new 2, changed 0, unchanged 0, refused 0"
    assert str(again) == "read 2, new 0, changed 0, unchanged 2, refused 0"
    assert Ancestor.objects.count() == 3


def test_several_rows_of_a_unit_are_moves_and_a_shared_day_is_the_later_ones(tmp_path: Path) -> None:
    text = (
        "a,A,,,,2016-01-01,\nb,B,,,,2016-01-01,\n"
        "ward,Old,,,a,2016-01-01,2018-04-01\nward,New,,,b,2018-04-01,\nward,Newest,,,a,2020-01-01,2024-12-31\n"
    )

    first, again = take(tmp_path, text), take(tmp_path, text)

    assert places()[2:] == [
        "ward<a 2016-01-01–2018-03-31",
        "ward<b 2018-04-01–2019-12-31",
        "ward<a 2020-01-01–2024-12-31",
    ]
    assert Unit.objects.get(code="ward").name == "Newest"
    assert Unit.objects.get(code="ward").closes_on == dt.date(2024, 12, 31)
    assert (first.new, again.unchanged) == (5, 5)


def test_a_later_file_moves_renames_and_closes_without_losing_what_it_does_not_speak_of(tmp_path: Path) -> None:
    take(tmp_path, "a,A,,,,2016-01-01,\nb,B,,,,2016-01-01,\nward,Ward,,,a,2016-01-01,\nlab,Lab,,,a,2016-01-01,\n")

    moved = take(tmp_path, "ward,Ward,,,b,2020-01-01,\nlab,Laboratory,,,a,2016-01-01,\nb,B,,,,2016-01-01,\n")
    earlier = take(tmp_path, "ward,Ward,,,a,2016-01-01,\n")
    closed = take(tmp_path, "ward,Ward,,,b,2020-01-01,2022-12-31\n")

    assert str(moved) == "read 3, new 1, changed 1, unchanged 1, refused 0"
    assert str(earlier) == "read 1, new 0, changed 0, unchanged 1, refused 0"
    assert str(closed) == "read 1, new 0, changed 1, unchanged 0, refused 0"
    assert places()[2:] == ["lab<a 2016-01-01–", "ward<a 2016-01-01–2019-12-31", "ward<b 2020-01-01–2022-12-31"]
    assert Unit.objects.get(code="lab").name == "Laboratory"


def test_a_stay_that_is_put_right_takes_the_days_from_its_neighbours(tmp_path: Path) -> None:
    take(tmp_path, "a,A,,,,2016-01-01,\nward,W,,,a,2016-01-01,2017-12-31\nward,W,,,,2018-01-01,\n")

    take(tmp_path, "ward,W,,,a,2016-01-01,2018-06-30\n")
    take(tmp_path, "ward,W,,,,2016-03-01,2016-03-31\n")

    assert places()[1:] == [
        "ward<a 2016-01-01–2016-02-29",
        "ward<None 2016-03-01–2016-03-31",
        "ward<a 2016-04-01–2018-06-30",
        "ward<None 2018-07-01–",
    ]


def test_faulty_rows_are_refused_by_line_and_field_and_the_rest_is_taken(tmp_path: Path) -> None:
    report = take(
        tmp_path,
        "root,Root,,,,2016-01-01,2025-12-31\n"
        ",No code,,,root,2016-01-01,\n"
        "b,,,,root,2016-01-01,\n"
        "c,C,,,root,2016-13-01,\n"
        "d,D,,,root,2016-01-02,2016-01-01\n"
        "e,E,,,nowhere,2016-01-01,\n"
        "f,F,,,e,2016-01-01,2016-12-31\n"
        "g,G,,,root,2015-01-01,2016-12-31\n"
        "h,H,,,root,2016-01-01,\n"
        "i,I,,,i,2016-01-01,\n"
        f"{'j' * 61},J,,,root,2016-01-01,2016-12-31\n"
        "k,Fine,,,root,2016-01-01,2016-12-31\n",
    )

    assert refused(report) == [
        (3, "code"),
        (4, "name_en"),
        (5, "valid_from"),
        (6, "valid_to"),
        (11, "parent"),
        (12, "code"),
        (7, "parent"),
        (8, "parent"),
        (9, "valid_from"),
        (10, "valid_to"),
    ]
    assert str(report) == "read 12, new 2, changed 0, unchanged 0, refused 10"
    assert list(Unit.objects.values_list("code", flat=True)) == ["k", "root"]
    assert Refusal(7, "parent", "no unit has the code nowhere", "nowhere") in report.refusals


def test_overlapping_stays_are_refused_and_equal_rows_are_one(tmp_path: Path) -> None:
    report = take(
        tmp_path,
        "a,A,,,,2016-01-01,\nb,B,,,,2016-01-01,\nb,B,,,,2016-01-01,\n"
        "c,C,,,a,2016-01-01,2018-12-31\nc,C,,,b,2018-01-01,\nc,C,,,b,2016-01-01,\n",
    )

    assert refused(report) == [(6, "valid_from"), (7, "valid_from")]
    assert str(report) == "read 6, new 3, changed 0, unchanged 1, refused 2"
    assert places() == ["a<None 2016-01-01–", "b<None 2016-01-01–", "c<a 2016-01-01–2018-12-31"]


def test_the_row_that_closes_a_loop_is_refused(tmp_path: Path) -> None:
    take(tmp_path, "a,A,,,,2016-01-01,\nb,B,,,a,2016-01-01,\n")

    report = take(tmp_path, "c,C,,,b,2016-01-01,\na,A,,,c,2020-01-01,\n")

    assert report.refusals == [
        Refusal(3, "parent", "the unit would stand under itself: a → c → b → a", "a → c → b → a")
    ]
    assert places() == ["a<None 2016-01-01–", "b<a 2016-01-01–", "c<b 2016-01-01–"]


def test_a_unit_is_not_closed_over_units_that_stay_on(tmp_path: Path) -> None:
    take(tmp_path, "a,A,,,,2016-01-01,\nb,B,,,a,2016-01-01,\n")

    report = take(tmp_path, "a,A,,,,2016-01-01,2020-12-31\n")

    assert refused(report) == [(2, "valid_to")]
    assert places() == ["a<None 2016-01-01–", "b<a 2016-01-01–"]


def test_the_command_prints_its_counts_and_keeps_refused_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "units.csv"
    path.write_text(HEADER.replace(",", ";") + "a;A;;;;2016-01-01;\nb;B;;;x;2016-01-01;\n", encoding="utf-8-sig")

    with pytest.raises(CommandError, match="1 row was refused"):
        call_command("import_units", path)
    call_command("import_units", path, "--allow-refused", "--refused", tmp_path / "kept.csv")

    with (tmp_path / "kept.csv").open() as kept:
        assert [row["line"] + row["field"] for row in csv.DictReader(kept)] == ["3parent"]
    assert capsys.readouterr().out.splitlines()[0] == "read 2, new 1, changed 0, unchanged 0, refused 1"


def test_an_absent_file_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"absent\.csv cannot be read: No such file or directory\."):
        call_command("import_units", tmp_path / "absent.csv")


@pytest.mark.parametrize("units", [2, 300])
def test_an_import_takes_the_same_number_of_queries_whatever_its_size(
    tmp_path: Path, units: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    text = "root,Root,,,,2016-01-01,\n" + "".join(f"u{n},U{n},,,root,2016-01-01,\n" for n in range(units))

    with django_assert_num_queries(15):
        take(tmp_path, text)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("file", "count"), [("organisations/ae_units.csv", None), ("trajectories/logs/traj_units.csv", 1893)]
)
def test_real_organisations_are_taken_whole(reference: Path, file: str, count: int | None, tmp_path: Path) -> None:
    report, again = ImportReport(), ImportReport()

    import_units(rows=read_unit_rows(reference / file, report), report=report)
    import_units(rows=read_unit_rows(reference / file, again), report=again)

    assert (report.refused, report.new) == (0, count or report.read)
    assert (again.unchanged, Unit.objects.count()) == (report.read, len(set(Unit.objects.values_list("code"))))
