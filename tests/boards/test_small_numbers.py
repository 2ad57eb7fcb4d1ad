"""No count from 1 to 4 can be read off a page, or worked out from it, by whoever only looks (design section 3.7)."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from boards.drawing.faces import TileFace
from boards.models import Board
from boards.queries import board_face
from indicators.choices import Direction, Kind
from indicators.models import Indicator
from indicators.operations import drain_rollups
from organisation.choices import RoleName
from organisation.models import Person, Unit
from tests import build

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, 8, 18, tzinfo=dt.UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the day of the pages be the tests' own: later they would show months without a figure."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def centre() -> Unit:
    centre = build.unit("centre")
    build.units("east", "north", "south", parent=centre)
    return centre


def reported(of: Indicator, month: str = "2026-10", **parts: tuple[int, ...]) -> Indicator:
    for unit, numbers in parts.items():
        build.observation(of, Unit.objects.get(code=unit), month, *numbers, now=NOW)
    drain_rollups(now=NOW)
    return of


def signed_in(role: RoleName, at: Unit) -> tuple[Client, Person]:
    client, person = Client(), build.person_with(role, at)
    client.force_login(person)
    return client, person


def tile_of(board: Board, person: Person) -> TileFace:
    (tile,) = board_face(board, person, today=TODAY, now=NOW).tiles
    return tile


@pytest.mark.parametrize(
    ("role", "figure"),
    [
        (RoleName.PATIENT_PARTNER, "<\u00a05"),
        (RoleName.VIEWER, "<\u00a05"),
        (RoleName.CONTRIBUTOR, "3"),
        (RoleName.LEAD, "3"),
        (RoleName.ANALYST, "3"),
    ],
)
def test_small_counts_are_for_those_who_enter_them_or_have_the_right(centre: Unit, role: RoleName, figure: str) -> None:
    falls = reported(build.indicator("falls", direction=Direction.DOWN), east=(3,), north=(8,), south=(20,))
    board = build.board(Unit.objects.get(code="east"), falls)

    tile = tile_of(board, build.person_with(role, centre))

    assert tile.figure == figure


def test_what_a_small_count_could_be_worked_out_from_is_hidden_alike(centre: Unit) -> None:
    falls = reported(build.indicator("falls"), east=(3,), north=(8,), south=(20,))
    partner = build.person_with(RoleName.PATIENT_PARTNER, centre)
    walls = [build.board(Unit.objects.get(code=code), falls) for code in ("centre", "east", "north", "south")]

    figures = [tile_of(wall, partner).figure for wall in walls]

    assert figures == ["31", "<\u00a05", "<\u00a05", "20"]


def test_a_rate_on_a_few_is_hidden_and_one_with_a_small_part_keeps_its_parts_to_itself(centre: Unit) -> None:
    share = build.indicator("share", kind=Kind.RATIO, factor=100, unit="%")
    reported(share, east=(1, 4), north=(2, 40), south=(30, 60))
    partner, person = signed_in(RoleName.PATIENT_PARTNER, centre)
    east, north = (build.board(Unit.objects.get(code=code), share, slug=code) for code in ("east", "south"))

    page = partner.get("/indicators/share/centre/").content.decode()

    assert (tile_of(east, person).figure, tile_of(east, person).unit) == ("n\u00a0<\u00a05", "")
    assert tile_of(north, person).figure == "50"
    assert "1 ÷ 4" not in page
    assert "2 ÷ 40" not in page


def test_charts_tables_files_and_reasons_hold_no_small_count(centre: Unit) -> None:
    falls = build.indicator("falls")
    for number, month in enumerate(("2026-07", "2026-08", "2026-09", "2026-10")):
        reported(falls, month, east=(1 + number,), north=(81,), south=(92,))
    wall = build.board(Unit.objects.get(code="east"), falls, slug="wall")
    number = wall.zones.get().tiles.get().pk
    addresses = [
        "/boards/wall/",
        f"/boards/wall/tiles/{number}/",
        f"/boards/wall/tiles/{number}/why/",
        "/indicators/falls/east/",
        "/indicators/falls/centre/",
        "/indicators/falls/east/chart.svg",
        "/indicators/falls/east/chart.csv",
    ]
    partner, _ = signed_in(RoleName.PATIENT_PARTNER, centre)
    lead, _ = signed_in(RoleName.LEAD, centre)

    told = {address: partner.get(address).content.decode() for address in addresses}
    known = lead.get("/indicators/falls/east/chart.csv").content.decode()

    assert [line.split(",")[3] for line in told[addresses[-1]].splitlines()[1:]] == [""] * len(
        told[addresses[-1]].splitlines()[1:]
    )
    assert [line.split(",")[3] for line in known.splitlines()[1:]] == ["1.000000", "2.000000", "3.000000", "4.000000"]
    assert all("spark-mark" not in page for address, page in told.items() if address != "/indicators/falls/centre/")
    assert "&lt;\u00a05" in told["/indicators/falls/east/"]
    assert all(f">{few}<" not in page for page in told.values() for few in (1, 2, 3, 4))


@pytest.mark.parametrize("role", [RoleName.PATIENT_PARTNER, RoleName.LEAD])
def test_hiding_asks_the_database_no_more_for_twelve_tiles_than_for_one(centre: Unit, role: RoleName) -> None:
    person = build.person_with(role, centre)
    made = [reported(build.indicator(), east=(3,), north=(8,), south=(20,)) for _ in range(12)]
    walls = [build.board(centre, *made[:1]), build.board(centre, *made)]

    counts = []
    for wall in walls:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            board_face(wall, person, today=TODAY, now=NOW)
        counts.append(len(asked))

    assert counts[0] == counts[1]
