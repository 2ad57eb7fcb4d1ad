"""Event logs in XLSX are taken as those in CSV are, and what a spreadsheet can do besides does no harm."""

from __future__ import annotations

import datetime as dt
import io
import resource
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.imports import ImportReport
from tests.trajectories.logs import trajectory
from tests.trajectories.workbooks import MAIN, Cell, Formula, workbook
from trajectories.forms.reading import Wishes, open_events
from trajectories.forms.sheet_events import guess_sheet
from trajectories.forms.sources import Source
from trajectories.models import Event, EventBatch, Trajectory

pytestmark = pytest.mark.django_db

HEADINGS: tuple[Cell, ...] = ("case", "activity", "at", "team", "note")


def at(day: int, hour: int = 8, minute: int = 5) -> dt.datetime:
    return dt.datetime(2024, 1, day, hour, minute)  # noqa: DTZ001 - a cell has no zone


@pytest.fixture
def youths() -> Trajectory:
    return trajectory()


def written(tmp_path: Path, content: bytes, name: str = "log.xlsx") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def take(path: Path, *options: str) -> str:
    said = io.StringIO()
    call_command("import_events", "youths", str(path), *options, stdout=said)
    return said.getvalue()


def refused(path: Path) -> str:
    with pytest.raises(CommandError) as error:
        call_command("import_events", "youths", str(path), stdout=io.StringIO())
    assert Event.objects.count() == 0
    return str(error.value)


def kept() -> list[tuple[str, str, str, object]]:
    return [
        (one.activity, f"{one.wall:%Y-%m-%d %H:%M:%S}", one.team, one.attributes)
        for one in Event.objects.order_by("wall")
    ]


def test_a_sheet_is_read_as_text_whatever_its_cells_are(youths: Trajectory, tmp_path: Path) -> None:
    log = workbook(
        HEADINGS,
        (1041, "Évaluation", at(3), 12, 0.5),
        ("1041", "Suivi", "2024-01-04 08:00", "nord", None),
        (None, None, None, None, None),
        ("NA", "Suivi", at(9, 0, 0), "nord", "=1+1"),
    )

    said = take(written(tmp_path, log))

    assert "read 3, new 3, changed 0, unchanged 0, refused 0" in said
    assert kept() == [
        ("Évaluation", "2024-01-03 08:05:00", "12", {"note": "0.5"}),
        ("Suivi", "2024-01-04 08:00:00", "nord", None),
        ("Suivi", "2024-01-09 00:00:00", "nord", {"note": "=1+1"}),
    ]
    assert Event.objects.values("case").distinct().count() == 2


def test_the_same_log_as_csv_afterwards_changes_nothing(youths: Trajectory, tmp_path: Path) -> None:
    take(written(tmp_path, workbook(HEADINGS, ("A", "X", at(3), "nord", "n"))))
    again = written(tmp_path, b"case,activity,at,team,note\nA,X,2024-01-03 08:05:00,nord,n\n", "log.csv")

    assert "new 0, changed 0, unchanged 1" in take(again)


def test_dates_of_cells_and_dates_of_text_are_read_together(youths: Trajectory, tmp_path: Path) -> None:
    log = workbook(HEADINGS, ("A", "X", at(3)), ("A", "Y", "14/01/2024 9:30"), ("A", "Z", "03/02/2024"))

    said = take(written(tmp_path, log))

    assert "Dates were read in this order: dmy." in said
    assert [wall for _, wall, _, _ in kept()] == ["2024-01-03 08:05:00", "2024-01-14 09:30:00", "2024-02-03 00:00:00"]


def test_a_row_with_a_formula_is_refused_by_line_and_column(youths: Trajectory, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        workbook(HEADINGS, ("A", "X", at(3)), ("A", "X", Formula("NOW()", 45000), "nord"), ("A", "Y", at(4)), sheets=2),
    )

    said = take(path, "--allow-refused")

    assert "read 3, new 2, changed 0, unchanged 0, refused 1" in said
    assert "Of 2 sheets the first was read." in said
    assert (tmp_path / "log.xlsx.refused.csv").read_text().splitlines()[1:] == [
        "3,at,a formula stands in column C; put its value in its place,"
    ]


def test_a_dry_run_keeps_nothing_of_a_sheet(youths: Trajectory, tmp_path: Path) -> None:
    said = take(written(tmp_path, workbook(HEADINGS, ("A", "X", at(3)))), "--dry-run")

    assert ("new 1" in said, Event.objects.count(), EventBatch.objects.count()) == (True, 0, 0)


def test_a_guess_shows_columns_and_fields_and_neither_delimiter_nor_encoding(
    youths: Trajectory, tmp_path: Path
) -> None:
    path = written(tmp_path, workbook(HEADINGS, ("A", "X", "03/04/2024")))

    assert take(path, "--guess").splitlines() == [
        "format: XLSX",
        "dates: dmy",
        "columns: case, activity, at, team, note",
        "fields: case=case, activity=activity, at=at, unit=team",
        "Times can be read in more than one order: say --dates dmy or mdy.",
    ]


def test_a_table_may_begin_below_and_have_columns_without_a_heading(youths: Trajectory, tmp_path: Path) -> None:
    log = workbook((), (None, "case", None, "activity", "at", ""), (None, "A", "x", "X", at(3)))

    guess = guess_sheet(Source(written(tmp_path, log)), {})

    assert guess.columns == ("case", "C", "activity", "at")
    assert guess.rows == (("A", "x", "X", "2024-01-03 08:05:00"),)


def far_away() -> bytes:
    cell = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    first = '<row r="1"><c r="A1"><v>1</v></c></row>'
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{first}{cell}</sheetData></worksheet>'
    return workbook(others={"xl/worksheets/sheet1.xml": sheet})


def laughing() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    sheet = (
        f'<!DOCTYPE worksheet [<!ENTITY l0 "lol">{entities}]><worksheet xmlns="{MAIN}"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row></sheetData></worksheet>'
    )
    return workbook(others={"xl/worksheets/sheet1.xml": sheet})


def lying() -> bytes:
    """Write a sheet that says it is small, and is not."""
    content = bytearray(workbook(HEADINGS, *[("A" * 50, "X" * 50, "Y" * 50)] * 20_000))
    for sign, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = content.rfind(sign)
        content[at + place : at + place + 4] = (100).to_bytes(4, "little")
    return bytes(content)


def archive(**parts: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return packed.getvalue()


HOSTILE = {
    "a bomb": (
        workbook(others={"xl/sharedStrings.xml": "<sst>" + "<si/>" * 10_000_000 + "</sst>"}),
        "swells without measure",
    ),
    "an archive": (archive(log="case,activity,at\n"), "an archive, or a spreadsheet of another kind"),
    "another spreadsheet": (archive(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "of another kind"),
    "an older one": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 100, "older kind, or locked"),
    "half of one": (workbook(HEADINGS)[:-200], "no spreadsheet that can be read"),
    "a cell at the end of the world": (far_away(), "no spreadsheet that can be read"),
    "entities": (laughing(), "no spreadsheet that can be read|No column|no header"),
    "a lie about its size": (lying(), "no spreadsheet that can be read|No column|no header"),
    "no heading": (workbook(), "no header"),
    "a heading twice": (workbook(("case", "case")), "names of their own: case"),
    "a formula for a heading": (workbook(("case", Formula("A1"))), "formula stands among the headings, in line 1"),
    "a cell too long": (workbook(HEADINGS, ("A" * 2_000_000, "X", at(3))), "too long to be an event"),
}


@pytest.mark.parametrize(("content", "sentence"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_sheet_of_events_is_refused_in_a_sentence(
    content: bytes, sentence: str, youths: Trajectory, tmp_path: Path
) -> None:
    said = refused(written(tmp_path, content))

    assert any(one in said for one in sentence.split("|")), said


def test_the_reader_of_sheets_ends_with_whoever_asked_for_it(youths: Trajectory, tmp_path: Path) -> None:
    path = written(tmp_path, workbook(HEADINGS, *[("A", "X", at(3))] * 50_000))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    chunks = open_events(Source(path), ImportReport(), Wishes()).chunks

    next(chunks)
    chunks.close()  # type: ignore[attr-defined]  # they are a generator

    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime > before
