"""Files that are malformed, or made to do harm, end in one sentence, in little memory, and leave nothing behind."""

from __future__ import annotations

import csv
import gzip
import io
import json
import logging
import re
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.imports import ImportReport
from core.tables import UnreadableFile
from tests.trajectories.logs import NOW, trajectory
from trajectories.calculations.refusals import EventsRefused
from trajectories.forms import sources
from trajectories.forms.reading import Wishes, open_events
from trajectories.forms.sources import Source
from trajectories.models import Event, EventBatch, Trajectory
from trajectories.operations import Origin, import_events

pytestmark = pytest.mark.django_db

HEADER = "case,activity,at,unit,worker\n"
ROW = "A,X,2024-01-01,north,w\n"
#: More than any file may make of the memory, in bytes.
MOST_MEMORY = 150_000_000


@pytest.fixture
def youths() -> Trajectory:
    return trajectory()


def refused(path: Path, *options: str) -> str:
    """Import a file that must be refused as a whole; return the sentence."""
    with pytest.raises(CommandError) as error:
        call_command("import_events", "youths", str(path), *options, stdout=io.StringIO())
    assert Event.objects.count() == 0
    assert EventBatch.objects.finished().count() == 0
    return str(error.value)


def written(tmp_path: Path, content: bytes, name: str = "log") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def laughs() -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    return f'<?xml version="1.0"?><!DOCTYPE log [<!ENTITY l0 "lol">{entities}]><log><trace>&l8;</trace></log>'


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("log.csv", HEADER + ROW)
    return packed.getvalue()


NO_LOGS = [
    (b"", "empty"),
    (zipped(), "archive, or a spreadsheet"),
    (bytes(range(256)) * 50, "not text"),
    (laughs().encode(), "document type or entities"),
    (b'<?xml version="1.0"?><!DOCTYPE log SYSTEM "file:///etc/passwd"><log/>', "document type or entities"),
    (b'<?xml version="1.0"?><html/>', "no event log"),
    (b"<log><trace><event>", "no well-formed XML"),
    (b"<log>" + b"<list>" * 5_000, "elements within elements"),
    (b'<log><trace><string key="a" value="' + b"x" * 20_000 + b'"/></trace></log>', "of no event log"),
    (b"[" * 100_000, "lists within lists"),
    (b'[{"case": "Jane Doe", "activity"', "not JSON"),
    (b'{"log": []}x', "neither a list of events nor OCEL"),
    ((HEADER + "é,X,2024-01-01,,\n").encode("latin-1"), "--encoding windows-1252"),
    (HEADER.encode() + ROW.encode() * 9_000 + b"\xff\xfe,X,2024-01-01,,\n", "not UTF-8 text in line 9002"),
    ((HEADER + ROW).encode("utf-16")[:-1], "not utf-16 text"),
    (HEADER.encode() + b'"' + ROW.encode() * 60_000, "quotation mark is opened"),
    (HEADER.encode() + b'"' + b"x" * 999_990 + b'"' + ROW.encode(), "cannot be read as CSV|too long|opened"),
    (",".join(f"c{n}" for n in range(5_000)).encode(), "more than 1000 columns"),
    (HEADER.encode() + b"A,X,yesterday,,\n" * 200_100, "More than 200000 rows"),
]


@pytest.mark.parametrize(("content", "sentence"), NO_LOGS, ids=[sentence for _, sentence in NO_LOGS])
def test_what_is_no_log_is_refused_in_a_sentence(
    content: bytes, sentence: str, youths: Trajectory, tmp_path: Path
) -> None:
    path = written(tmp_path, content)

    assert re.search(sentence, refused(path))


def test_a_log_that_breaks_off_in_the_middle_leaves_nothing(youths: Trajectory, tmp_path: Path) -> None:
    packed = gzip.compress((HEADER + "".join(f"A{n},X,2024-01-01,{'north' * 20},w\n" for n in range(90_000))).encode())

    assert "cannot be read" in refused(written(tmp_path, packed[:-1_000], "log.csv.gz"))


def bomb(pieces: Sequence[bytes]) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9) as file:
        for piece in pieces:
            file.write(piece)
    return packed.getvalue()


def test_a_bomb_of_gzip_is_put_out_early(youths: Trajectory, tmp_path: Path) -> None:
    line_after_line = bomb([HEADER.encode(), *[b"A,X,2024-01-01," + b"x" * 2_000 + b",w\n"] * 20_000])
    one_line = bomb([b"x" * 1_000_000] * 300)

    sentences = [refused(written(tmp_path, content, "log.csv.gz")) for content in (line_after_line, one_line)]

    assert "swells without measure" in sentences[0]
    assert "too long" in sentences[1]


class Endless:
    """A file of two gigabytes that stands on no disk: a beginning, and then the same bytes again and again."""

    def __init__(self, start: bytes, again: bytes, size: int = 2_000_000_000) -> None:
        self._start, self._again, self._left = start, (again * (1 << 20))[: 1 << 20], size
        self.read_so_far = 0

    def read(self, size: int = -1) -> bytes:
        piece, self._start = (self._start[:size], self._start[size:]) if self._start else (self._again[:size], b"")
        piece = piece[: self._left]
        self._left -= len(piece)
        self.read_so_far += len(piece)
        return piece

    def tell(self) -> int:
        return self.read_so_far


WITHOUT_END = [
    (HEADER.encode(), b"x"),
    (HEADER.encode() + b'"', b"x"),
    (HEADER.encode() + b'"', b"x\n"),
    (b'[{"case": "', b"x"),
    (b'[{"case": "', b'\\"'),
    (b"[", b"["),
    (b"[1", b" "),
    (b'{"resourceType": "Bundle", "entry": [{"resource": {"id": "', b"x"),
    (b'{"case": "c1"}\n{"case": "', b"x"),
    (b'<log><trace><string key="a" value="', b"x"),
    (b"<log><!--", b"x"),
    (b"<log><trace>", b"x"),
    (b"MSH|^~\\&|A|B|C|D|20240101||ADT^A01|1|P|2.5\rPID|1||", b"x"),
    (b"MSH|^~\\&|A|B|C|D|20240101||ADT^A01|1|P|2.5\rPID|1||", b"x\r"),
]


@pytest.mark.parametrize(("start", "again"), WITHOUT_END, ids=range(len(WITHOUT_END)))
def test_two_gigabytes_without_an_end_are_given_up_soon(
    start: bytes, again: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = written(tmp_path, start + again * 70_000)
    endless = Endless(start, again)
    monkeypatch.setattr(gzip, "GzipFile", lambda **_: endless)
    monkeypatch.setattr(sources, "GZIP", path.read_bytes()[:2])
    monkeypatch.setattr(sources, "MOST_SWELLING", 10**9)
    source, report = Source(path), ImportReport()

    tracemalloc.start()
    with pytest.raises((EventsRefused, UnreadableFile)):
        for _ in open_events(source, report, Wishes()).chunks:
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert endless.read_so_far < 100_000_000
    assert peak < MOST_MEMORY


def test_many_columns_that_each_row_invents_are_refused(youths: Trajectory, tmp_path: Path) -> None:
    rows = [{"case": "A", "activity": "X", "at": "2024-01-01", f"c{n}": "1"} for n in range(2_000)]

    assert "more than 1000 columns" in refused(written(tmp_path, json.dumps(rows).encode()))


def test_a_formula_is_text_and_nothing_more(youths: Trajectory, tmp_path: Path) -> None:
    rows = [
        ["A", "=cmd()", "2024-01-01", "@SUM(1)", "w", "=HYPERLINK(1)"],
        ["A", "+1", "2024-01-02", "-2", "w", "\tx"],
    ]
    text = io.StringIO()
    csv.writer(text).writerows([["case", "activity", "at", "unit", "worker", "note"], *rows])

    call_command("import_events", "youths", str(written(tmp_path, text.getvalue().encode())), stdout=io.StringIO())

    kept = [(one.activity, one.team, (one.attributes or {})["note"]) for one in Event.objects.order_by("wall")]
    assert kept == [("=cmd()", "@SUM(1)", "=HYPERLINK(1)"), ("+1", "-2", " x")]


SECRET = "Jane-Doe-1985"


@pytest.mark.parametrize(
    "content",
    [
        f"case,activity,at,worker\n{SECRET},X,{SECRET},{SECRET}\n{SECRET}\n",
        f'case,activity,at,worker\n"{SECRET},X\n',
        f'[{{"case": "{SECRET}", "activity": "X", "at": "{SECRET}"}}]',
        f'[{{"case": "{SECRET}", "activity": {SECRET}}}]',
        f'{{"case": "{SECRET}"}}\n{{{SECRET}\n',
        f'<log><trace><string key="concept:name" value="{SECRET}"/><event/></trace></log>',
        f"<log><trace><string key='concept:name' value='{SECRET}'></trace></log>",
        f"MSH|^~\\&|A|B|C|D|{SECRET}||ADT^A01|1|P|2.5\rPID|1||{SECRET}\rPV1|1|{SECRET}\r",
        f'{{"resourceType": "Encounter", "id": "{SECRET}", "subject": {{"reference": "Patient/{SECRET}"}}, "status": "x"}}\n',
    ],
)
def test_no_identifier_is_told_or_logged_whatever_goes_wrong(
    content: str,
    youths: Trajectory,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    path, said = written(tmp_path, content.encode()), io.StringIO()
    caplog.set_level(logging.DEBUG)

    with pytest.raises(CommandError) as error:
        call_command("import_events", "youths", str(path), stdout=said, stderr=said)

    refusals = tmp_path / "log.refused.csv"
    told = [str(error.value), said.getvalue(), *capfd.readouterr(), refusals.read_text() if refusals.exists() else ""]
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    kept = [str(list(Event.objects.values())), str(list(EventBatch.objects.values()))]
    assert [text for text in [*told, *logged, *kept] if SECRET in text] == []


def test_an_unforeseen_fault_keeps_nothing_and_names_nobody(youths: Trajectory) -> None:
    def chunks() -> Iterator[object]:
        yield from ()
        raise KeyError(SECRET)

    broken: Callable[[], Iterator[object]] = chunks
    origin = Origin("broken", {}, "UTC")

    with pytest.raises(KeyError):
        import_events(trajectory=youths, chunks=broken(), origin=origin, report=ImportReport(), now=NOW)  # type: ignore[arg-type]

    assert EventBatch.objects.get().error == "KeyError"
