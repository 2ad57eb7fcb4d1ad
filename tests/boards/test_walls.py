"""The wall as people get it: what hangs there, for whom, in how many queries, and what a refresh costs."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from boards.choices import ZoneKind
from boards.drawing.faces import BoardFace
from boards.models import Board, Tile, Zone
from boards.queries import board_cards, board_face
from indicators.choices import Direction, Kind
from indicators.models import Area, Indicator
from indicators.operations import drain_rollups
from live.models import Change
from organisation.choices import RoleName
from organisation.models import Person, Unit
from tests import build

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, 8, 18, tzinfo=dt.UTC)
TODAY = NOW.date()


def face(board: Board, person: Person) -> BoardFace:
    return board_face(board, person, today=TODAY, now=NOW)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def waits(team: Unit, **numbers: Any) -> Indicator:
    """Define a wait in days with a figure of 34 for October."""
    made = build.indicator("wait", kind=Kind.STOCK, name_en="Wait", unit="d", direction=Direction.DOWN, grace_days=7)
    build.target(made, team, **numbers)
    build.observation(made, team, "2026-10", 34)
    drain_rollups(now=NOW)
    return made


def test_a_tile_says_its_figure_status_and_target() -> None:
    team = build.unit("team")
    board = build.board(team, waits(team, target=30, threshold=40))

    (tile,) = face(board, build.person_with(RoleName.LEAD, team)).tiles

    assert (tile.name, tile.figure, tile.unit, tile.status.word, tile.beside) == (
        "Wait",
        "34",
        "d",
        "Watch",
        "≤\u00a030\u00a0d",
    )
    assert (tile.age, tile.is_trusted, tile.can_enter) == ("October", True, True)
    assert tile.sentence == "Wait, Team: 34 days, watch, target at most 30 days, October. Why?"


def test_a_late_figure_stays_small_dated_and_colourless() -> None:
    team = build.unit("team")
    board = build.board(team, waits(team, target=40, threshold=50))

    (tile,) = board_face(board, build.person_with(RoleName.LEAD, team), today=dt.date(2026, 12, 12), now=NOW).tiles

    assert (tile.figure, tile.dated, tile.status.css, tile.is_trusted) == ("34", "October", "quiet", False)
    assert (tile.status.word, tile.beside, tile.is_overdue) == ("Late", "due 7 Dec, 5 days late", True)


def test_a_wall_without_a_figure_says_so_in_every_tile() -> None:
    team = build.unit("team")
    board = build.board(team, build.indicator("first", direction=Direction.UP, grace_days=0))

    (tile,) = face(board, build.person_with(RoleName.LEAD, team)).tiles

    assert (tile.figure, tile.is_trusted, tile.spark) == ("—", False, None)
    assert tile.chart_text == "No figure yet. The chart begins with the first."


def test_columns_are_the_areas_of_true_north_then_the_other_zones() -> None:
    team = build.unit("team")
    quality, access = (
        Area.objects.create(code=code, name_en=code, position=at) for at, code in ((2, "quality"), (1, "access"))
    )
    board = build.board(team, build.indicator(area=quality), build.indicator(area=access), build.indicator())
    people = Zone.objects.create(board=board, kind=ZoneKind.PEOPLE, position=3)
    Tile.objects.create(zone=people, indicator=build.indicator(area=access))

    columns = face(board, build.person_with(RoleName.VIEWER, team)).columns

    assert [(column.name, len(column.tiles)) for column in columns] == [
        ("access", 1), ("quality", 1), ("Other measures", 1), ("People", 1),
    ]  # fmt: skip


def test_tiles_of_units_that_one_may_not_see_are_counted_and_not_drawn() -> None:
    team, other = build.units("team", "other")
    board = build.board(team, build.indicator())
    Tile.objects.create(zone=board.zones.get(), indicator=build.indicator(), unit=other)

    wall = face(board, build.person_with(RoleName.VIEWER, team))

    assert (len(wall.tiles), wall.hidden) == (1, 1)


def test_viewers_and_jobs_figures_offer_no_entry() -> None:
    team = build.unit("team")
    board = build.board(team, build.indicator())

    (tile,) = face(board, build.person_with(RoleName.VIEWER, team)).tiles

    assert tile.can_enter is False


def test_a_parent_whose_teams_report_offers_no_entry() -> None:
    service = build.unit("service")
    team = build.unit("team", parent=service)
    of = build.indicator()
    build.reporter(of, team)
    lead = build.person_with(RoleName.LEAD, service)

    (above,) = face(build.board(service, of), lead).tiles
    (below,) = face(build.board(team, of), lead).tiles

    assert (above.can_enter, below.can_enter) == (False, True)


def test_the_huddle_hears_what_changed_since_the_last_one() -> None:
    team = build.unit("team")
    of = waits(team, target=30)
    build.observation(of, team, "2026-09", 40)
    drain_rollups(now=NOW - dt.timedelta(minutes=5))
    board = build.board(team, of, huddle_at=dt.time(8, 30))

    wall = face(board, build.person_with(RoleName.VIEWER, team))

    assert (wall.since_title, wall.since, wall.huddle) == ("Since the last huddle", "1 better", "08:30 · in 12 min")


def test_a_card_is_never_greener_than_its_worst_tile() -> None:
    team = build.unit("team")
    lead = build.person_with(RoleName.LEAD, team)
    build.board(team, waits(team, target=40), build.indicator("silent", grace_days=0))

    (card,) = board_cards(lead, today=TODAY)

    assert [(tally.status.word, tally.tiles) for tally in card.tallies] == [("Late", 1), ("On target", 1)]
    assert card.worst == card.tallies[0].status


@pytest.mark.parametrize("path", ["/boards/{}/", "/boards/{}/columns/"])
def test_twelve_tiles_ask_the_database_no_more_than_one(path: str) -> None:
    team = build.unit("team")
    lead = signed_in(build.person_with(RoleName.LEAD, team))
    build.board(team, _reported(team), slug="one")
    build.board(team, *(_reported(team) for _ in range(12)), slug="twelve")
    drain_rollups(now=NOW)
    lead.get(path.format("one"))

    counts = []
    for slug in ("one", "twelve"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert lead.get(path.format(slug)).status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 24


def _reported(team: Unit) -> Indicator:
    made = build.indicator(direction=Direction.UP)
    build.target(made, team, target=5)
    build.observation(made, team, "2026-10", 7)
    return made


def test_what_one_may_not_see_is_not_there() -> None:
    team, other = build.units("team", "other")
    build.board(team, build.indicator(), slug="theirs")
    stranger = signed_in(build.person_with(RoleName.LEAD, other))

    answers = {path: stranger.get(path).status_code for path in ("/boards/theirs/", "/boards/theirs/columns/", "/")}

    assert answers == {"/boards/theirs/": 404, "/boards/theirs/columns/": 404, "/": 200}


def test_nobody_in_particular_is_asked_to_sign_in() -> None:
    build.board(build.unit("team"), slug="wall")

    answer = Client().get("/boards/wall/")

    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/boards/wall/")


def test_a_tile_that_has_not_changed_is_not_sent_again() -> None:
    team = build.unit("team")
    of = waits(team, target=30)
    board = build.board(team, of, slug="wall")
    lead = signed_in(build.person_with(RoleName.LEAD, team))
    address = f"/boards/wall/tiles/{board.zones.get().tiles.get().pk}/"

    first = lead.get(address)
    again = lead.get(address, headers={"If-None-Match": first["ETag"]})
    build.observation(of, team, "2026-10", 29)
    drain_rollups(now=NOW)
    changed = lead.get(address, headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert (changed.status_code, [">34<" in answer.content.decode() for answer in (first, changed)]) == (
        200,
        [True, False],
    )


def test_a_quiet_wall_is_answered_before_anything_is_drawn() -> None:
    team = build.unit("team")
    build.board(team, _reported(team), slug="wall")
    lead = signed_in(build.person_with(RoleName.LEAD, team))
    _number_all_changes()
    first = lead.get("/boards/wall/columns/")

    with CaptureQueriesContext(connection) as asked:
        again = lead.get("/boards/wall/columns/", headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, again.status_code) == (200, 304)
    assert len(asked) <= 6


def _number_all_changes() -> None:
    for number, change in enumerate(Change.objects.filter(sequence=None), start=1):
        Change.objects.filter(pk=change.pk).update(sequence=number)


def test_the_entry_keeps_what_was_typed_and_says_why_it_was_refused() -> None:
    team = build.unit("team")
    board = build.board(team, build.indicator("share", kind=Kind.RATIO), slug="wall")
    lead = signed_in(build.person_with(RoleName.LEAD, team))
    address = f"/boards/wall/tiles/{board.zones.get().tiles.get().pk}/entry/"

    answer = lead.post(address, {"figure": "85", "period": timezone.localdate().strftime("%Y-%m")})

    assert answer.status_code == 422
    assert "Type both parts, like 18/21" in answer.content.decode()
    assert 'value="85"' in answer.content.decode()


def test_a_figure_that_is_taken_comes_back_drawn() -> None:
    team = build.unit("team")
    of = build.indicator("share", kind=Kind.RATIO, unit="%", decimals=1)
    board = build.board(team, of, slug="wall")
    lead = signed_in(build.person_with(RoleName.LEAD, team))
    tile = board.zones.get().tiles.get()
    month = (timezone.localdate().replace(day=1) - dt.timedelta(days=1)).strftime("%Y-%m")

    answer = lead.post(f"/boards/wall/tiles/{tile.pk}/entry/", {"figure": "18/21", "period": month})

    assert (answer.status_code, answer["HX-Retarget"]) == (200, f"#slot-{tile.pk} > .tile")
    assert "85.7" in answer.content.decode()
    assert of.observations.get().numerator == Decimal(18)


def test_a_viewer_may_not_enter() -> None:
    team = build.unit("team")
    board = build.board(team, build.indicator(), slug="wall")
    viewer = signed_in(build.person_with(RoleName.VIEWER, team))

    answer = viewer.post(f"/boards/wall/tiles/{board.zones.get().tiles.get().pk}/entry/", {"figure": "4"})

    assert answer.status_code == 403


def test_the_gallery_shows_every_state_to_everyone() -> None:
    with CaptureQueriesContext(connection) as asked:
        answer = Client().get("/components/")

    assert (answer.status_code, len(asked)) == (200, 0)
    page = answer.content.decode()
    assert page.count("<article") == 33
    assert [page.count(f'class="flow is-{size}"') for size in ("wide", "large")] == [1, 1]
