"""Import in the browser: send, map, look, take, undo; and the same batch from the command line."""

import io
import zipfile
from decimal import Decimal
from html import unescape
from http import HTTPStatus
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from core.spreadsheets import read_upload
from core.tables import UnreadableFile
from indicators.forms.entries import typed
from indicators.models import EarlierEntry, ImportBatch, ImportedFigure, Observation
from indicators.operations.doubts.rules import RuleGiven, set_rules
from indicators.operations.reporting.locks import lock_period
from indicators.queries.figures.judged import parts_of
from organisation.choices import RoleName
from tests import build
from tests.indicators.entering import Programme, days_after, months_before, programme, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def youth() -> Programme:
    return programme()


def workbook(*rows: tuple[str | float, ...], beyond: str = "") -> bytes:
    """Write the smallest XLSX there is."""
    lines = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(65 + place)}{number}"><v>{cell}</v></c>'
            if isinstance(cell, int | float)
            else f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
            for place, cell in enumerate(row)
        )
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="a" Type='
        f'"{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="a" Type='
        f'"{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{lines}{beyond}</sheetData></worksheet>',
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def send(client: Client, content: bytes | str, name: str = "figures.csv") -> HttpResponse:
    raw = content.encode() if isinstance(content, str) else content
    return client.post("/enter/import/", {"file": SimpleUploadedFile(name, raw)})  # type: ignore[return-value]  # a test's response


def look(client: Client) -> str:
    return client.get("/enter/import/draft/").content.decode()


def take(client: Client) -> None:
    seen = look(client).partition('name="seen" value="')[2].partition('"')[0]
    client.post("/enter/import/draft/", {"seen": seen})


def counts(client: Client) -> list[int]:
    """Refused, changed, new and unchanged rows of the preview."""
    preview = client.get("/enter/import/draft/").context["preview"]
    return [count for _word, _shape, _css, count in preview.counts]


def standing() -> dict[str, str]:
    """What stands, as it would be typed."""
    rows = Observation.objects.select_related("unit", "indicator")
    return {f"{one.unit.code} {one.indicator.code}": typed(one.indicator.kind, parts_of(one)) for one in rows}


def test_a_file_is_looked_at_before_it_is_taken_as_one_batch(youth: Programme) -> None:
    build.observation(youth.referrals, youth.north, youth.month.code, 34)
    build.observation(youth.score, youth.north, youth.month.code, 152, 20)
    month, client = youth.month.code, signed_in(youth.contributor)

    send(
        client,
        f"indicator;unit;period;value\nreferrals;north;{month};36\nseen;north;{month};18/21\n"
        f"score;north;{month};152/20\nreferrals;south;{month};many\n",
    )

    assert counts(client) == [1, 1, 1, 1]
    assert "+2" in look(client)
    assert "“many” is not a number." in look(client)
    assert standing()["north referrals"] == "34"
    take(client)
    assert standing() == {"north referrals": "36", "north score": "152/20", "north seen": "18/21"}
    batch = ImportBatch.objects.get()
    assert (batch.new, batch.changed, batch.unchanged, batch.refused, batch.made_by) == (1, 1, 1, 1, youth.contributor)


def test_a_spreadsheet_with_names_days_and_decimals_is_read_as_people_keep_it(youth: Programme) -> None:
    client = signed_in(youth.contributor)
    day = youth.month.starts_on.isoformat()

    send(
        client,
        workbook(("Indicateur", "Équipe", "Période", "Sum", "N"), ("Score", "North", day, 152.5, 20)),
        "figures.xlsx",
    )
    take(client)

    assert standing() == {"north score": "152.5/20"}


def test_what_the_columns_are_is_remembered_for_the_next_file(youth: Programme) -> None:
    client = signed_in(youth.contributor)
    file = f"What,Where,When,How many\nreferrals,north,{youth.month.code},34\n"
    send(client, file)
    assert counts(client) == [1, 0, 0, 0]

    said = {f"column-{place}": field for place, field in enumerate(("indicator", "unit", "period", "value"))}
    client.post("/enter/import/draft/", said | {"map": "1"})

    assert counts(client) == [0, 0, 1, 0]
    send(client, file.replace("34", "35"))
    assert counts(client) == [0, 0, 1, 0]


def test_a_batch_is_undone_as_a_whole(youth: Programme) -> None:
    build.observation(youth.referrals, youth.north, youth.month.code, 34, note="by hand")
    month, client = youth.month.code, signed_in(youth.contributor)
    send(client, f"indicator,unit,period,value\nreferrals,north,{month},36\nreferrals,south,{month},9\n")
    take(client)

    client.post(f"/enter/import/{ImportBatch.objects.get().pk}/undo/")

    kept = Observation.objects.get()
    assert (kept.unit, kept.numerator, kept.note) == (youth.north, Decimal(34), "by hand")
    assert ImportBatch.objects.get().undone_by == youth.contributor
    assert EarlierEntry.objects.count() == 3


def test_a_batch_with_a_figure_changed_or_locked_since_is_not_undone(youth: Programme) -> None:
    month, client = youth.month.code, signed_in(youth.contributor)
    send(client, f"indicator,unit,period,value\nreferrals,north,{month},36\nreferrals,south,{month},9\n")
    take(client)
    address = f"/enter/import/{ImportBatch.objects.get().pk}/undo/"
    lock = lock_period(
        unit=youth.south, period=youth.month, by=youth.lead, now=build.LATER, today=days_after(youth.month, 3)
    )

    locked = client.post(address, follow=True).content.decode()
    lock.delete()
    build.observation(youth.referrals, youth.south, month, 10)
    changed = client.post(address, follow=True).content.decode()

    assert "A period of this import is locked: it cannot be undone." in locked
    assert "1 figure of this import has been changed since" in changed
    assert standing() == {"north referrals": "36", "south referrals": "10"}


def test_what_changed_between_look_and_take_is_looked_at_again(youth: Programme) -> None:
    client = signed_in(youth.contributor)
    send(client, f"indicator,unit,period,value\nreferrals,north,{youth.month.code},36\n")
    seen = look(client).partition('name="seen" value="')[2].partition('"')[0]
    build.observation(youth.referrals, youth.north, youth.month.code, 34)

    answer = client.post("/enter/import/draft/", {"seen": seen}).content.decode()

    assert "Figures have changed since you looked." in answer
    assert standing() == {"north referrals": "34"}


def test_a_person_imports_for_their_own_units_and_sees_no_others(youth: Programme) -> None:
    hidden = build.unit("elsewhere")
    build.role(youth.contributor, RoleName.VIEWER, build.unit("seen-only"))
    client, month = signed_in(youth.contributor), youth.month.code

    send(client, f"indicator,unit,period,value\nreferrals,{hidden},{month},1\nreferrals,seen-only,{month},1\n")

    assert counts(client) == [2, 0, 0, 0]
    assert "no unit has this code" in look(client)
    assert "You may not enter figures for this unit." in look(client)


def test_another_persons_batch_is_not_there(youth: Programme) -> None:
    client = signed_in(youth.contributor)
    send(client, f"indicator,unit,period,value\nreferrals,north,{youth.month.code},36\n")
    take(client)

    answer = signed_in(youth.lead).post(f"/enter/import/{ImportBatch.objects.get().pk}/undo/")

    assert answer.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0"),
        ("broken.xlsx", b"PK\x03\x04 and no more"),
        ("text.xlsx", b"indicator,unit"),
        ("quotes.csv", b'a,b\n"' + b"x" * 200_000),
        ("far.xlsx", workbook(("a",), beyond='<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_hostile_file_ends_in_a_sentence(youth: Programme, name: str, content: bytes) -> None:
    answer = send(signed_in(youth.contributor), content, name)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'role="alert"' in answer.content.decode()


def test_a_file_with_too_many_rows_is_refused_with_their_number() -> None:
    with pytest.raises(UnreadableFile, match=r"figures\.csv has more than 3 rows\."):
        read_upload("figures.csv", b"a\n1\n2\n3\n4\n", most=3)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_file_is_read_in_the_encoding_that_its_spreadsheet_wrote(encoding: str) -> None:
    table = read_upload("figures.csv", "unité;n\nÉquipe;7,5\n".encode(encoding), most=10)

    assert (table.columns, table.rows) == (("unité", "n"), ((2, ("Équipe", "7,5")),))


def test_a_csv_file_of_excel_may_say_what_parts_its_cells_in_a_line_of_its_own() -> None:
    table = read_upload("figures.csv", b"sep=;\r\nwhat, where, when;n\r\nreferrals;7,5\r\n", most=10)

    assert (table.columns, table.rows) == (("what, where, when", "n"), ((3, ("referrals", "7,5")),))


def test_the_command_keeps_a_batch_as_well_and_reads_spreadsheets(youth: Programme, tmp_path: Path) -> None:
    file = tmp_path / "figures.xlsx"
    file.write_bytes(workbook(("indicator", "unit", "period", "value"), ("referrals", "north", youth.month.code, 34)))

    call_command("import_observations", str(file))
    call_command("import_observations", str(file))

    assert standing() == {"north referrals": "34"}
    assert list(ImportBatch.objects.order_by("pk").values_list("new", "unchanged")) == [(1, 0), (0, 1)]
    assert ImportedFigure.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_a_preview_takes_the_same_queries_for_one_row_as_for_three(
    youth: Programme, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, cells = signed_in(youth.contributor), [("referrals", "9"), ("seen", "18/21"), ("score", "152/20")]
    lines = "".join(f"{indicator},north,{youth.month.code},{value}\n" for indicator, value in cells[:rows])
    send(client, f"indicator,unit,period,value\n{lines}")

    # Session, person, draft, mapping, twice the roles; indicators, units, locks, the enterable; periods, what stands, rules.
    with django_assert_num_queries(12):
        assert counts(client) == [0, 0, rows, 0]


def test_a_preview_lists_what_rules_would_doubt_and_the_import_takes_it(youth: Programme, tmp_path: Path) -> None:
    set_rules(
        indicator=youth.referrals,
        given=[RuleGiven(kind="jump", most=Decimal(50), is_percent=True)],
        by=None,
        now=timezone.now(),
    )
    before = months_before(youth.month, 1)[0].code
    lines = f"referrals,north,{before},10\nreferrals,north,{youth.month.code},16\nreferrals,south,{before},99\n"
    client = signed_in(youth.contributor)
    send(client, f"indicator,unit,period,value\n{lines}")

    page = client.get("/enter/import/draft/").content.decode()
    taken = client.post(
        "/enter/import/draft/", {"seen": page.partition('name="seen" value="')[2].partition('"')[0]}, follow=True
    ).content.decode()

    assert page.count("expected: no more than 50\u00a0% from the last figure") == 1
    assert "1 figure would be suspect: taken, and to be checked." in page
    assert "Taken: 3 new, 0 changed, 0 refused. 1 figure is to be checked." in taken
    assert list(Observation.objects.exclude(suspicions=[]).values_list("numerator", flat=True)) == [16]


def test_a_file_of_figures_with_rules_and_without_is_looked_at(youth: Programme) -> None:
    set_rules(indicator=youth.referrals, given=[RuleGiven(kind="range", high=Decimal(50))], by=None, now=timezone.now())
    client = signed_in(youth.contributor)

    send(
        client,
        f"indicator,unit,period,value\nreferrals,north,{youth.month.code},60\nscore,north,{youth.month.code},152/20\n",
    )

    assert counts(client) == [0, 0, 2, 0]
    assert "1 figure would be suspect: taken, and to be checked." in look(client)


def test_the_command_says_how_many_figures_are_suspect(youth: Programme, tmp_path: Path) -> None:
    set_rules(indicator=youth.referrals, given=[RuleGiven(kind="range", high=Decimal(50))], by=None, now=timezone.now())
    file, said = tmp_path / "figures.csv", io.StringIO()
    file.write_text(f"indicator,unit,period,value\nreferrals,north,{youth.month.code},51\n")

    call_command("import_observations", file, stdout=said)

    assert said.getvalue() == "read 1, new 1, changed 0, unchanged 0, refused 0\n1 figure is suspect\n"


def test_a_figure_that_nobody_gives_is_refused_by_what_it_is_and_not_as_unknown(youth: Programme) -> None:
    client = signed_in(youth.lead)
    build.formula("doubled", "referrals × 2", name_en="Doubled")
    build.indicator("old", status="abandoned", abandoned_on="2020-01-01")
    send(
        client,
        f"indicator,unit,period,value\ndoubled,north,{youth.month.code},4\nold,north,{youth.month.code},4\n"
        f"unheard,north,{youth.month.code},4\n",
    )

    page = " ".join(unescape(look(client)).split())

    assert "Indicator: This indicator is computed from others" in page
    assert "Indicator: This indicator is suspended or abandoned and takes no figures" in page
    assert page.count("no indicator has this code") == 1
