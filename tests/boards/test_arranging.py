"""Leads arrange their boards: hang, move and take down tiles, say what a board is called, hang a new one like another."""

import pytest
from django.test import Client
from django.urls import reverse

from boards.choices import ZoneKind
from boards.models import Board, Tile, Zone
from boards.operations import hang_tile, order_tiles, take_tile_down
from indicators.choices import IndicatorStatus
from indicators.models import Indicator
from live.models import Change
from organisation.choices import Frequency, RoleName
from organisation.models import Unit
from tests import build

pytestmark = pytest.mark.django_db
NOW = build.LATER


@pytest.fixture
def clinic() -> Unit:
    return build.unit("clinic", parent=build.unit("root"))


@pytest.fixture
def wall(clinic: Unit) -> Board:
    return build.board(clinic, *(build.indicator(code) for code in ("one", "two", "three")), slug="clinic")


@pytest.fixture
def lead(client: Client, clinic: Unit) -> Client:
    client.force_login(build.person_with(RoleName.LEAD, clinic))
    return client


def arranging(board: Board, name: str = "arrange", *numbers: int) -> str:
    return reverse(f"boards:{name}", args=[board.slug, *numbers])


def hung(board: Board) -> list[str]:
    tiles = Tile.objects.filter(zone__board=board).order_by("zone__position", "position")
    return list(tiles.values_list("indicator__code", flat=True))


def test_a_tile_is_hung_at_the_end_of_its_zone_and_open_walls_hear_of_it(lead: Client, wall: Board) -> None:
    build.indicator("four")

    answer = lead.post(arranging(wall), {"indicator": "four", "zone": "performance"})

    tile = Tile.objects.get(indicator__code="four")
    assert (answer.status_code, answer["location"]) == (302, f"/boards/clinic/edit/#tile-{tile.pk}")
    assert hung(wall) == ["one", "two", "three", "four"]
    assert [(change.unit_id, change.what) for change in Change.objects.filter(topic="board")] == [
        (wall.unit_id, {"board": "clinic"})
    ]


def test_a_zone_comes_with_its_first_tile_and_goes_with_its_last(wall: Board) -> None:
    voice = hang_tile(board=wall, zone=ZoneKind.USER_VOICE, indicator=build.indicator("voice"), now=NOW)
    came = list(Zone.objects.filter(board=wall).values_list("kind", flat=True))

    take_tile_down(tile=voice, now=NOW)

    assert came == ["performance", "user_voice"]
    assert list(Zone.objects.filter(board=wall).values_list("kind", flat=True)) == ["performance"]


def test_what_is_the_boards_or_the_indicators_own_is_not_said_again(wall: Board, clinic: Unit) -> None:
    other, team = build.indicator("other", also_at=[Frequency.QUARTER]), build.unit("team", parent=clinic)

    own = hang_tile(
        board=wall, zone=ZoneKind.PERFORMANCE, indicator=other, unit=clinic, frequency=Frequency.MONTH, now=NOW
    )
    else_where = hang_tile(
        board=wall, zone=ZoneKind.PERFORMANCE, indicator=other, unit=team, frequency=Frequency.QUARTER, now=NOW
    )

    assert (own.unit, own.frequency) == (None, "")
    assert (else_where.unit, else_where.frequency) == (team, "quarter")


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"unit": "nowhere"}, "unit", "No unit has the code “nowhere”."),
        ({"unit": "elsewhere"}, "unit", "No unit has the code “elsewhere”."),
        ({"frequency": "week"}, "frequency", "“Four” has no figures at this frequency."),
        ({"indicator": "gone"}, "indicator", "Select a valid choice. gone is not one of the available choices."),
    ],
)
def test_a_tile_that_could_show_nothing_is_refused_at_its_field(
    lead: Client, wall: Board, typed: dict[str, str], field: str, told: str
) -> None:
    build.indicator("four", name_en="Four")
    build.indicator("gone", status=IndicatorStatus.ABANDONED)
    build.unit("elsewhere")

    answer = lead.post(arranging(wall), {"indicator": "four", "zone": "performance"} | typed)

    assert (answer.status_code, answer.context["hang"].errors) == (422, {field: [told]})
    assert hung(wall) == ["one", "two", "three"]


@pytest.mark.parametrize(("way", "order"), [("up", ["two", "one", "three"]), ("down", ["one", "three", "two"])])
def test_a_tile_moves_a_place_in_its_column(lead: Client, wall: Board, way: str, order: list[str]) -> None:
    two = Tile.objects.get(indicator__code="two")

    lead.post(arranging(wall, "move-tile", two.pk), {"way": way})

    assert hung(wall) == order


def test_the_ends_of_a_column_stay_where_they_are(lead: Client, wall: Board) -> None:
    one, three = (Tile.objects.get(indicator__code=code).pk for code in ("one", "three"))

    lead.post(arranging(wall, "move-tile", one), {"way": "up"})
    lead.post(arranging(wall, "move-tile", three), {"way": "down"})

    assert hung(wall) == ["one", "two", "three"]


def test_tiles_that_nobody_names_keep_their_order_at_the_end(wall: Board) -> None:
    three = Tile.objects.get(indicator__code="three").pk

    order_tiles(board=wall, tiles=[three], now=NOW)

    assert hung(wall) == ["three", "one", "two"]


def test_a_tile_that_was_taken_down_hangs_again_as_it_was_with_one_press(
    lead: Client, wall: Board, clinic: Unit
) -> None:
    team = build.unit("team", parent=clinic)
    tile = hang_tile(board=wall, zone=ZoneKind.PEOPLE, indicator=Indicator.objects.get(code="two"), unit=team, now=NOW)

    down = lead.post(arranging(wall, "take-tile-down", tile.pk))
    offered = lead.get(down["location"].partition("#")[0]).context["hang"]
    lead.post(arranging(wall), {name: offered[name].value() or "" for name in offered.fields})

    again = Tile.objects.get(zone__kind=ZoneKind.PEOPLE)
    assert again.pk != tile.pk
    assert (again.indicator.code, again.unit, again.frequency, again.owner) == ("two", team, "", None)


def test_a_board_is_called_something_else(lead: Client, wall: Board) -> None:
    said = {
        "name_en": "Clinic",
        "name_fr": "Clinique",
        "level": "operational",
        "huddle_at": "08:15",
        "flow_size": "strip",
    }

    lead.post(arranging(wall, "describe"), said)
    refused = lead.post(arranging(wall, "describe"), said | {"name_en": ""})

    wall.refresh_from_db()
    assert (wall.name_en, wall.name_fr, wall.level, f"{wall.huddle_at:%H:%M}") == (
        "Clinic",
        "Clinique",
        "operational",
        "08:15",
    )
    assert (refused.status_code, refused.context["about"].errors) == (422, {"name_en": ["This field is required."]})


def test_a_new_board_hangs_like_another_at_its_own_unit(lead: Client, wall: Board, clinic: Unit) -> None:
    team = build.unit("team", parent=clinic)

    answer = lead.post(
        reverse("boards:new"),
        {"unit": "team", "level": "operational", "name_en": "New", "name_fr": "", "like": wall.pk},
    )

    made = Board.objects.get(unit=team)
    assert (answer["location"], made.slug) == ("/boards/new-2/edit/", "new-2")
    assert hung(made) == hung(wall)
    assert lead.get(f"/boards/{made.slug}/").status_code == 200


def test_a_board_hangs_only_where_one_may_change_boards(lead: Client, wall: Board) -> None:
    build.unit("elsewhere")

    answer = lead.post(reverse("boards:new"), {"unit": "elsewhere", "level": "operational", "name_en": "X", "like": ""})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["unit"])
    assert Board.objects.count() == 1


def test_a_board_is_taken_down_only_by_someone_who_is_sure_and_figures_stay(lead: Client, wall: Board) -> None:
    doubtful = lead.post(arranging(wall, "take-board-down"))
    left = Board.objects.count()

    lead.post(arranging(wall, "take-board-down"), {"sure": "clinic"})

    assert (doubtful["location"], left) == ("/boards/clinic/edit/#down", 1)
    assert (Board.objects.count(), Indicator.objects.count()) == (0, 3)


@pytest.mark.parametrize("role", [RoleName.VIEWER, RoleName.CONTRIBUTOR, RoleName.ANALYST])
def test_who_may_not_change_a_board_is_told_so_and_sees_no_way_to(
    client: Client, clinic: Unit, wall: Board, role: RoleName
) -> None:
    tile = Tile.objects.get(indicator__code="one").pk
    client.force_login(build.person_with(role, clinic))

    answers = [
        client.get(arranging(wall)),
        client.post(arranging(wall), {"indicator": "one", "zone": "people"}),
        client.post(arranging(wall, "describe"), {"name_en": "Mine"}),
        client.post(arranging(wall, "move-tile", tile), {"way": "down"}),
        client.post(arranging(wall, "take-tile-down", tile)),
        client.post(arranging(wall, "take-board-down"), {"sure": "clinic"}),
        client.get(reverse("boards:new")),
    ]

    assert [answer.status_code for answer in answers] == [403] * 7
    assert hung(wall) == ["one", "two", "three"]
    assert "arrange" not in client.get("/boards/clinic/").content.decode()


def test_a_tile_is_moved_and_taken_down_on_its_own_board_alone(lead: Client, wall: Board) -> None:
    other = build.board(build.unit("elsewhere"), build.indicator("theirs"))
    theirs = Tile.objects.get(zone__board=other).pk

    moved = lead.post(arranging(wall, "move-tile", theirs), {"way": "up"})
    taken = lead.post(arranging(wall, "take-tile-down", theirs))

    assert (moved.status_code, taken.status_code) == (404, 404)
    assert hung(other) == ["theirs"]


def test_indicators_are_offered_by_the_areas_of_true_north(lead: Client, wall: Board) -> None:
    choices = lead.get(arranging(wall)).context["hang"].fields["indicator"].choices

    assert [(area, [code for code, _name in ones]) for area, ones in choices] == [
        ("Without an area", ["one", "three", "two"])
    ]
