"""What an import reads, prints and keeps."""

import gzip
from pathlib import Path

import pytest
from django.core.management.base import BaseCommand, CommandError

from core.imports import ImportReport, finish_import
from core.tables import UnreadableFile, read_rows


def rows_of(path: Path) -> tuple[list[tuple[int, dict[str, str]]], ImportReport]:
    report = ImportReport()
    return list(read_rows(path, ["code"], report)), report


@pytest.mark.parametrize(
    "written",
    [b"code,name\na, Caf\xc3\xa9 \n", b"\xef\xbb\xbfCode;Name\r\na;Caf\xc3\xa9\r\n", b"code\tname\ra\tCaf\xc3\xa9\r"],
)
def test_tables_are_read_as_people_make_them(tmp_path: Path, written: bytes) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes(written)

    rows, report = rows_of(path)

    assert rows == [(2, {"code": "a", "name": "Café"})]
    assert report.read == 1


@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\n', "SEP=;;;\n"])
def test_a_first_line_that_says_what_parts_the_cells_is_no_header(tmp_path: Path, first: str) -> None:
    path = tmp_path / "units.csv"
    path.write_text(first + "code;name, in full, of it\na;Café\nb;c;d\n", newline="")

    rows, report = rows_of(path)

    assert rows == [(3, {"code": "a", "name, in full, of it": "Café"})]
    assert [refusal.line for refusal in report.refusals] == [4]


def test_a_packed_table_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "units.csv.gz"
    path.write_bytes(gzip.compress(b'code,name\na,"two\nlines"\nb\n\n'))

    rows, _ = rows_of(path)

    assert rows == [(3, {"code": "a", "name": "two\nlines"}), (4, {"code": "b", "name": ""})]


def test_a_row_longer_than_the_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text("code,name\na,b,c\nd,e,\n")

    rows, report = rows_of(path)

    assert [line for line, _ in rows] == [3]
    assert [(refusal.line, refusal.field) for refusal in report.refusals] == [(2, "")]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [(b"name\na\n", "lacks the columns: code"), (b"code\nCaf\xe9\n", "is not UTF-8 text"), (b"", "lacks the columns")],
)
def test_an_unreadable_file_says_why(tmp_path: Path, written: bytes, sentence: str) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes(written)

    with pytest.raises(UnreadableFile, match=sentence):
        rows_of(path)


def test_a_truncated_or_missing_file_says_why(tmp_path: Path) -> None:
    path = tmp_path / "units.csv.gz"
    path.write_bytes(gzip.compress(b"code\n" + b"a\n" * 1000)[:-12])

    with pytest.raises(UnreadableFile, match=r"units\.csv\.gz cannot be read"):
        rows_of(path)
    with pytest.raises(UnreadableFile, match="No such file"):
        rows_of(tmp_path / "absent.csv")


def test_refused_rows_fail_the_command_and_are_kept_beside_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = ImportReport(read=3, new=2)
    report.refuse(4, "code", "is missing", "x")
    report.refuse(4, "parent", "is unknown")
    options = {"file": tmp_path / "units.csv", "refused": None, "allow_refused": False}

    with pytest.raises(CommandError, match="1 row was refused") as refusal:
        finish_import(BaseCommand(), report, options)

    assert refusal.value.returncode == 1
    assert capsys.readouterr().out == "read 3, new 2, changed 0, unchanged 0, refused 1\n"
    kept = (tmp_path / "units.csv.refused.csv").read_text()
    assert kept == "line,field,reason,text\n4,code,is missing,x\n4,parent,is unknown,\n"


def test_refused_rows_may_be_allowed_and_a_clean_run_empties_the_file(tmp_path: Path) -> None:
    options = {"file": tmp_path / "units.csv", "refused": None, "allow_refused": True}
    report = ImportReport(read=1)
    report.refuse(2, "code", "is missing")

    finish_import(BaseCommand(), report, options)
    finish_import(BaseCommand(), ImportReport(read=1, unchanged=1), options)

    assert (tmp_path / "units.csv.refused.csv").read_text() == "line,field,reason,text\n"
